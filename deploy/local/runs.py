"""One unit over time: prepared, started, asked until ready, watched, started again, stopped."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from deploy.local.downloads import Unobtainable
from deploy.local.state import Part, Phase
from deploy.local.units import Unit

FIRST_DELAY_SECONDS, LAST_DELAY_SECONDS = 0.5, 30.0
CALM_SECONDS = 60.0  # after so long without a death the delays begin anew
START_ATTEMPTS = 3  # of a unit that has never been ready


class Run:
    """The present state of one unit; only the supervisor's main thread calls its methods."""

    def __init__(self, unit: Unit, log: Path, say: Callable[[str], None]) -> None:
        self.unit = unit
        self.log = log
        self.say = say
        self.phase: Phase = "waiting"
        self.reason = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.was_ready = False
        self.begun_at = self.started_at = self.next_start_at = self.worked_at = 0.0
        self.work = 0
        self.seconds: float | None = None
        self.progress = (0, 0)
        self.preparation: threading.Thread | None = None

    def part(self) -> Part:
        return Part(
            name=self.unit.name,
            state=self.phase,
            url=self.unit.url,
            reason=self.reason,
            pid=self.process.pid if self.process else None,
            seconds=self.seconds,
            done_bytes=self.progress[0],
            total_bytes=self.progress[1],
        )

    def advance(self, environment: Mapping[str, str]) -> None:
        """Take the next step that is due."""
        if self.phase == "waiting":
            self.begin()
        elif self.phase == "preparing":
            if self.preparation is None or not self.preparation.is_alive():
                self.phase = "starting"
                if self.reason:
                    self.give_up(self.reason)
        elif self.process is not None and self.has_ended(self.process):
            self.bury(self.process)
        elif self.phase == "starting":
            self.start_or_ask(environment)
        elif self.phase == "ready" and self.deaths and time.monotonic() - self.started_at > CALM_SECONDS:
            self.deaths = 0

    def begin(self) -> None:
        self.phase = "preparing"
        self.begun_at = time.monotonic()
        self.preparation = threading.Thread(target=self.prepare, daemon=True)
        self.preparation.start()

    def prepare(self) -> None:
        """Runs in a thread of its own; the main thread reads `reason` after its end."""
        try:
            self.unit.prepare(self.note_progress)
        except Unobtainable as error:
            self.reason = str(error)
        except Exception as error:
            self.reason = f"{type(error).__name__}: {error}"

    def note_progress(self, done: int, total: int) -> None:
        self.progress = (done, total)

    def start_or_ask(self, environment: Mapping[str, str]) -> None:
        now = time.monotonic()
        if self.process is None and self.unit.command:
            if now >= self.next_start_at:
                self.spawn(environment)
        elif not self.unit.is_step:
            self.ask(now)

    def spawn(self, environment: Mapping[str, str]) -> None:
        # The kernel's death signal follows the thread that forks: this must be the supervisor's main thread.
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.unit.command,
                cwd=self.unit.folder,
                env={**environment, **self.unit.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = self.worked_at = time.monotonic()
        self.work = 0
        self.say(f"{self.unit.name}: started as process {self.process.pid}")

    def ask(self, now: float) -> None:
        try:
            is_ready = self.unit.is_ready()
            answer = "" if is_ready else "it answers, but is not ready"
        except Exception as error:  # whatever a server that is not up yet makes its client raise
            is_ready, answer = False, f"{type(error).__name__}: {error}"
        if is_ready:
            self.phase, self.reason, self.was_ready = "ready", "", True
            self.seconds = round(now - self.begun_at, 1)
            self.say(f"{self.unit.name}: ready after {self.seconds} s")
        elif now - (self.worked_at or self.begun_at) > self.unit.idle_seconds:
            if self.has_worked():
                self.worked_at = now
            elif self.was_ready and self.process is not None:
                self.say(f"{self.unit.name}: idle for {self.unit.idle_seconds:g} s without an answer, started again")
                self.signal(signal.SIGKILL)
            else:
                self.give_up(f"no answer, and idle for {self.unit.idle_seconds:g} s: {answer[:200]}")

    def has_worked(self) -> bool:
        """Whether the process, or one that it started, has used the processor since this was last asked."""
        before, self.work = self.work, processor_ticks(self.process.pid) if self.process is not None else 0
        return self.work > before

    def has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        # Not reaped yet, so that its number still names its group when the rest of the group is ended.
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def bury(self, process: subprocess.Popen[bytes]) -> None:
        """Take note of a process that ended by itself, and decide what follows."""
        self.signal(signal.SIGKILL)
        code = process.wait()
        self.process = None
        if self.unit.is_step:
            if code == 0:
                self.phase, self.seconds = "done", round(time.monotonic() - self.begun_at, 1)
                self.say(f"{self.unit.name}: done after {self.seconds} s")
            else:
                self.give_up(f"exit code {code}: {self.last_words()}")
            return
        self.deaths += 1
        if not self.was_ready and self.deaths >= START_ATTEMPTS:
            self.give_up(f"exit code {code}, {self.deaths} times: {self.last_words()}")
            return
        delay = min(FIRST_DELAY_SECONDS * 2 ** (self.deaths - 1), LAST_DELAY_SECONDS)
        self.begun_at = time.monotonic()
        self.phase, self.next_start_at = "starting", self.begun_at + delay
        self.say(f"{self.unit.name}: ended with exit code {code}, starts again in {delay:g} s")

    def give_up(self, reason: str) -> None:
        self.phase, self.reason = "unavailable", reason
        self.say(f"{self.unit.name}: unavailable: {reason}")
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def last_words(self) -> str:
        """The end of its log, where the reason usually stands."""
        try:
            lines = self.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return " | ".join(lines[-3:])[-400:]

    def signal(self, number: signal.Signals) -> None:
        """To the whole group: what a process started goes with it."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        """To the process alone: a master tells its own workers, in its own order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.unit.stop_signal)

    def wait_for_stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f"{self.unit.name}: did not stop in time, killed")
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.process = None
        if self.phase != "unavailable":
            self.phase = "stopped"


def processor_ticks(session: int) -> int:
    """What the living processes of a session have used so far."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            total += int(fields[11]) + int(fields[12])
    return total
