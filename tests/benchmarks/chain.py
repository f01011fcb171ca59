"""P18 and P19: what sealing costs the writers, how far it is behind them, and how fast a bundle is verified.

P18 is transactions a second of eight clients (pgbench) that write audit rows while the sequencer runs beside them,
over the same with the chain inside the transaction, which lives here only. P19-lag is the 99th percentile of the time
from a row's writing to its committed link, at 1,000 transactions a second, against one second. P19 is rows a second
of the verifier over the same hashes of the same bytes alone.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

from django.db import connection, transaction
from django.test.utils import override_settings

from contracts.turnover import evidence, sums, verify_turnover
from deploy.local.servers import postgresql
from market.kernel import clock
from market.kernel.chain import sequencer
from market.kernel.models import UnsealedRow
from tests.benchmarks import data, frame

CLIENTS, RATE, ROUNDS = 8, 1000, 5
SAMPLE = 10_000  # rows whose hashes are repeated alone
COLUMNS = "(at, action, subject_kind, subject_id, changes, request_id)"
VALUES = "(clock_timestamp(), 'bench.written', 'bench.row', :client_id::text, '{\"amount\": \"1000000.00\"}', '')"
# The control: each transaction hashes its row onto the last one, so that all wait for each other's commit.
IN_TRANSACTION = """
CREATE TABLE bench_bare (LIKE kernel_auditrow INCLUDING ALL);
CREATE TABLE bench_chained (LIKE kernel_auditrow INCLUDING ALL, link bytea);
CREATE TABLE bench_end (id int PRIMARY KEY, link bytea) WITH (fillfactor = 10);
INSERT INTO bench_end VALUES (1, ''::bytea);
CREATE FUNCTION bench_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before bytea;
BEGIN
    SELECT link INTO before FROM bench_end WHERE id = 1 FOR UPDATE;
    NEW.link := sha256(before || convert_to(NEW.at::text || NEW.action || NEW.subject_id || NEW.changes::text, 'UTF8'));
    UPDATE bench_end SET link = NEW.link WHERE id = 1;
    RETURN NEW;
END $$;
CREATE TRIGGER bench_chain BEFORE INSERT ON bench_chained FOR EACH ROW EXECUTE FUNCTION bench_chain();
"""
# The relay's own duty; says after each batch up to where the chain is committed, and when.
SEQUENCER = """
import json, time, django
django.setup()
from market.kernel.chain import sequencer
from market.kernel.chain.duty import Sealing
duty = Sealing()
print(json.dumps({"seq": 0, "at": time.time()}), flush=True)
while True:
    if duty.step():
        print(json.dumps({"seq": sequencer.end().seq, "at": time.time()}), flush=True)
    else:
        time.sleep(0.05)
"""
FACTS = """
'registered', 1000000, 780000, 1, '360781', '360702', '', '', 'development', '05', 'know_how', 'outside', '', '', '',
'2026-provisional'
"""
NAMES = """
kind, contract_amount, technology_amount, contracts, seller_region, buyer_region, seller_kind, buyer_kind,
contract_type, technology_field, ip_type, plan_source, size_class, broker, university, rule_set
"""


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """`rows` is the number of entries in the bundle that is verified; each has its event."""
    rounds = plan.rounds or ROUNDS
    seconds = 5 if plan.rows >= SAMPLE else 1
    found = []
    with override_settings(AUDIT_KEY="a-key-that-signs-the-heads-of-a-bench-only"):
        if plan.wants("P18"):
            found.append(writing(rounds, seconds))
        if plan.wants("P19-lag"):
            found.append(lag(rounds, 2 * seconds))
        if plan.wants("P19"):
            found.append(verifying(plan.rows, rounds))
    return found


def writing(rounds: int, seconds: int) -> frame.Ratio:
    with connection.cursor() as cursor:
        cursor.execute(IN_TRANSACTION)
    pairs, shares = [], []
    for _ in range(rounds):
        bare = pace("bench_bare", seconds)
        chained = pace("bench_chained", seconds)
        with sequencer_beside():
            sealed = pace("kernel_auditrow", seconds)
        pairs.append((1 / sealed, 1 / chained))
        shares.append((sealed / bare, chained / bare, bare))
    sealed_share, chained_share, bare = (frame.percentile(column, 50) for column in zip(*shares, strict=True))
    ratio = frame.ratio_of("P18", pairs, clock="wall", is_rate=True)
    return ratio.with_more(
        sealed_over_bare_percent=100 * sealed_share, chained_over_bare_percent=100 * chained_share, bare_per_second=bare
    )


def lag(rounds: int, seconds: int) -> frame.Ratio:
    """From the writing of a row to the commit of its link, at a steady rate; the worst of all rounds stands beside."""
    pairs, worst = [], 0.0
    for _ in range(rounds):
        with sequencer_beside() as told:
            sequencer.seal_everything()
            before = sequencer.end().seq
            pace("kernel_auditrow", seconds, rate=RATE)
            until_sealed()
        lags = sorted(lags_after(before, told))
        pairs.append((frame.percentile(lags, 99), 1.0))
        worst = max(worst, lags[-1])
    return frame.ratio_of("P19-lag", pairs, clock="wall", more={"worst_ms": worst * 1000, "rows_a_round": len(lags)})


def verifying(rows: int, rounds: int) -> frame.Ratio:
    """In processor time of this process; how fast rows are sealed and exported stands beside."""
    build_ledger(rows)
    for _month in sums.rebuild():
        pass  # the ledger was built past its triggers
    waiting = UnsealedRow.objects.count()
    began = time.perf_counter()
    sequencer.seal_everything()
    sealing = waiting / (time.perf_counter() - began)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.jsonl"
        began = time.perf_counter()
        with path.open("w", encoding="utf-8") as target:
            written = evidence.write_evidence(target, at=clock.now())
        exporting = written.rows / (time.perf_counter() - began)
        inputs, sampled = hash_inputs(path)
        pairs = []
        for _ in range(rounds):
            began = process_time()
            verified(path)
            ours = (process_time() - began) / written.rows
            began = process_time()
            for content in inputs:
                hashlib.sha256(content).digest()
            pairs.append((ours, (process_time() - began) / sampled))
    ratio = frame.ratio_of("P19", pairs, is_rate=True)
    return ratio.with_more(
        verified_per_second=1e6 / ratio.ours,
        hashed_per_second=1e6 / ratio.theirs,
        sealed_per_second=sealing,
        exported_per_second=exporting,
        rows=written.rows,
        hashes_a_row=len(inputs) / sampled,
    )


def verified(path: Path) -> None:
    findings = verify_turnover.Findings()
    heads = verify_turnover.Heads(findings, [], [])
    with path.open(encoding="utf-8") as file:
        lines = map(json.loads, file)
        verify_turnover.check_bundle(next(lines), lines, heads, findings)
    if findings:
        raise RuntimeError(findings[0])


def hash_inputs(path: Path) -> tuple[list[bytes], int]:
    """Everything that the verifier hashes for the first rows of a bundle, and how many rows those are."""
    found: list[bytes] = []

    def kept(content: bytes) -> bytes:
        found.append(content)
        return hashlib.sha256(content).digest()

    chain = verify_turnover.Chain(kept, verify_turnover.Findings())
    with path.open(encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line["kind"] == "shape":
                chain.forms[line["shape"]] = line["names"]
            elif line["kind"] == "row":
                chain.follow(line)
                if chain.seq == SAMPLE:
                    break
    return found, chain.seq


@transaction.atomic
def build_ledger(count: int) -> None:
    """So many registrations with their entries; their contracts do not matter here, so no key is checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO registration_registrationevent"  # noqa: S608
            f" (id, registration_id, {NAMES}, reason, effective_on, recorded_at)"
            f" SELECT gen_random_uuid(), gen_random_uuid(), {FACTS}, '', date '2026-01-01' + n %% 300,"
            " timestamptz '2026-11-01' + n * interval '1 s' FROM generate_series(1, %s) n",
            [count],
        )
        cursor.execute(
            f"INSERT INTO turnover_turnoverentry (event_id, {NAMES}, effective_on, known_at)"  # noqa: S608
            f" SELECT id, {NAMES}, effective_on, recorded_at FROM registration_registrationevent"
        )
        for source, table in (
            ("registration.event", "registration_registrationevent"),
            ("turnover.entry", "turnover_turnoverentry"),
        ):
            cursor.execute(
                f"INSERT INTO kernel_unsealedrow (source, row_id) SELECT %s, id::text FROM {table}",  # noqa: S608
                [source],
            )


def pace(table: str, seconds: int, *, rate: int = 0) -> float:
    """Transactions a second of eight clients that each insert a row and commit, by pgbench."""
    found = connection.settings_dict
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"INSERT INTO {table} {COLUMNS} VALUES {VALUES};\n")  # noqa: S608
        script.flush()
        words = [str(postgresql.binaries() / "pgbench"), "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)]
        words += ["-h", found["HOST"], "-p", str(found["PORT"]), "-U", found["USER"], "-f", script.name, found["NAME"]]
        words += [f"--rate={rate}"] if rate else []
        ran = subprocess.run(words, env={"PGPASSWORD": found["PASSWORD"]}, check=True, capture_output=True, text=True)
    (told,) = re.findall(r"^tps = ([\d.]+)", ran.stdout, re.MULTILINE)
    return float(told)


@contextmanager
def sequencer_beside() -> Iterator[list[dict[str, float]]]:
    """A process that seals, as the relay does; afterwards the list holds what it told after each batch."""
    told: list[dict[str, float]] = []
    words = [sys.executable, "-c", SEQUENCER]
    with subprocess.Popen(words, env=data.environment(), stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("no output")
        told.append(json.loads(process.stdout.readline()))  # it is up
        try:
            yield told
        finally:
            process.terminate()
            told += [json.loads(line) for line in process.stdout if line.endswith("}\n")]


def until_sealed() -> None:
    while UnsealedRow.objects.exists():
        time.sleep(0.05)
    time.sleep(0.2)  # the last batch is told after its commit


def lags_after(seq: int, told: list[dict[str, float]]) -> Iterator[float]:
    """Seconds from each row's writing to the first word of a commit that includes its link."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, extract(epoch FROM at)::float8 FROM kernel_chainlink"
            " JOIN kernel_auditrow ON source = 'kernel.audit' AND row_id = kernel_auditrow.id::text"
            " WHERE seq > %s AND action = 'bench.written' ORDER BY seq",
            [seq],
        )
        commits = iter(sorted(told, key=lambda word: word["seq"]))
        commit = next(commits)
        for row_seq, written in cursor.fetchall():
            while commit["seq"] < row_seq:
                commit = next(commits)
            yield commit["at"] - written
