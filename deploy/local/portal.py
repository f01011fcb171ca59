"""The portal's own processes: what is done once at each start, and what runs until the stop."""

import os
import sys
from pathlib import Path

import requests

from deploy.local import addresses, isolation, messages
from deploy.local.downloads import Progress
from deploy.local.folder import Folder, is_free
from deploy.local.servers import postgresql
from deploy.local.units import Unit, nothing_to_prepare

WEB_WORKERS, TASK_PROCESSES = 2, 2
# A worker that is alone has nobody to talk to; /readyz takes it for dead after fifteen seconds without a beat.
QUIET = ("--without-gossip", "--without-mingle", "--heartbeat-interval", "5")
HEAD_MILLISECONDS = 10_000  # for a request's head
CONNECTIONS = 1024  # of one web process, the silent ones too
ANSWER_SECONDS = 5


def units(folder: Folder) -> list[Unit]:
    port = web_port()
    environment = settings(folder, port)
    sandbox = [] if "STRIPE_SECRET_KEY" in os.environ else [stripe_sandbox(folder, environment)]
    return [*sandbox, *steps(environment), *processes(folder, environment | role(folder), port)]


def role(folder: Folder) -> dict[str, str]:
    """Who serves people comes to the database as no owner of anything; steps make tables, and do."""
    if "DATABASE_URL" in os.environ:
        return {}
    return {"DATABASE_URL": postgresql.portal_url(folder, f"@127.0.0.1:{folder.port('postgresql')}/market")}


def web_port() -> int:
    wanted = addresses.wanted_port()
    return next(port for port in range(wanted, wanted + 200) if is_free(port))


def settings(folder: Folder, port: int) -> dict[str, str]:
    """What every process of the demonstration portal is told; the operator's own environment comes first."""
    address = f"http://127.0.0.1:{port}"
    chosen = {
        "DEMO": "1",
        "SECRET_KEY": folder.key("secret_key"),
        "AUDIT_KEY": folder.key("audit_key"),
        "PUBLIC_URL": address,
        "PYTHONUNBUFFERED": "1",
    }
    if "STRIPE_SECRET_KEY" not in os.environ:
        chosen |= {
            "STRIPE_API_BASE": f"http://127.0.0.1:{folder.port('stripe')}",
            "STRIPE_SECRET_KEY": folder.key("stripe_secret_key", prefix="sk_test_"),
            "STRIPE_WEBHOOK_SECRET": folder.key("stripe_webhook_secret", prefix="whsec_"),
            "STRIPE_WEBHOOK_URL": f"{address}/webhooks/stripe",
        }
    return {name: os.environ.get(name) or value for name, value in chosen.items()}


def python(*words: str) -> list[str]:
    return isolation.death_signal([sys.executable, *words], Unit.stop_signal)


def steps(environment: dict[str, str]) -> list[Unit]:
    """Each is safe to repeat, and quick where there is nothing left to do."""
    prepared = python("manage.py", "bring_up")
    told = python("manage.py", "demo")
    return [
        Unit(
            name="bring_up",
            command=prepared,
            after=("postgresql",),
            environment=environment,
            prepare=compile_translations,
            is_step=True,
        ),
        # The portal serves while the city grows, and goes on serving what there is where the telling fails.
        Unit(
            name="demo",
            command=told,
            after=("bring_up", "valkey", "web"),
            environment=environment,
            is_step=True,
            is_essential=False,
        ),
    ]


def compile_translations(progress: Progress) -> None:
    messages.compile_all()


def stripe_sandbox(folder: Folder, environment: dict[str, str]) -> Unit:
    port = folder.port("stripe")
    return Unit(
        name="stripe",
        command=python("-m", "deploy.sandbox", "--port", str(port), "--data", str(folder.part("stripe") / "state.db")),
        url=environment["STRIPE_API_BASE"],
        environment=environment,
        is_ready=lambda: requests.get(environment["STRIPE_API_BASE"], timeout=ANSWER_SECONDS).status_code < 500,
        stop_seconds=5,
    )


def processes(folder: Folder, environment: dict[str, str], port: int) -> list[Unit]:
    address = f"http://127.0.0.1:{port}"
    celery = ("-m", "celery", "-A", "market.config.celery")
    schedule = str(folder.part("beat") / "schedule")
    counts = folder.part("metrics")
    web = [
        *("-m", "granian", "--interface", "asginl", "market.config.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-ws"),
        # HTTP/1 alone: while granian finds out which version a connection speaks, no deadline runs.
        *("--http", "1", "--http1-header-read-timeout", str(HEAD_MILLISECONDS), "--backpressure", str(CONNECTIONS)),
        *("--workers", str(WEB_WORKERS), "--respawn-failed-workers"),
    ]

    def process(name: str, *words: str) -> Unit:
        # The web first: the others would only keep it from its first page.
        return Unit(
            name=name,
            command=python(*words),
            after=("bring_up", "valkey") if name == "web" else ("web",),
            url=address if name == "web" else "",
            environment=environment | ({"PROMETHEUS_MULTIPROC_DIR": str(counts)} if name == "web" else {}),
            prepare=(lambda progress: forget_counts(counts)) if name == "web" else nothing_to_prepare,
            is_ready=lambda: is_ready(address, name),
        )

    return [
        process("web", *web),
        process("worker", *celery, "worker", "--concurrency", str(TASK_PROCESSES), *QUIET, "-l", "INFO"),
        process("relay", "manage.py", "relay"),
        # It answers nothing: what it sends is seen in the worker's log.
        Unit(
            name="beat",
            command=python(*celery, "beat", "--schedule", schedule, "-l", "INFO"),
            after=("worker",),
            environment=environment,
        ),
    ]


def forget_counts(counts: Path) -> None:
    """What processes that are gone had counted."""
    for path in counts.glob("*.db"):
        path.unlink()


def is_ready(address: str, name: str) -> bool:
    """The portal says so of itself, and of the processes that serve no requests."""
    answer = requests.get(f"{address}/readyz", timeout=ANSWER_SECONDS)
    if name == "web":
        return answer.ok
    return bool(answer.json()["parts"].get(name) == "ok")
