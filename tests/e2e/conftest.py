"""The portal as `make run` starts it, and people who use it in Chromium."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test.utils import override_settings

from deploy.local import chromium, state
from deploy.local.state import PROJECT_DIR
from search.index import engine
from tests.e2e.desk import Desk, Portal
from tests.proxy import Proxy, proxy_to

# Set by the run of the tests for its own servers, or by whoever runs it: the portal finds its own.
SETTLE_SECONDS = 600
NAMESPACE = "e2e"
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "STRIPE_SECRET_KEY", "DJANGO_SETTINGS_MODULE")


# Ended with the last test of the browser: its relay and its worker must not run beside the other tests.
@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory, elasticsearch: None) -> Iterator[Portal]:
    """PostgreSQL, Valkey, the Stripe sandbox, web, worker, relay and beat of their own, with the demo city.

    Elasticsearch is the real one of the test run, under another namespace and behind a proxy that can take it away.
    """
    data_dir = tmp_path_factory.mktemp("portal")
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment["NAMESPACE"] = NAMESPACE
    with proxy_to(settings.ELASTICSEARCH_URL) as proxy, no_index_of(NAMESPACE):
        environment["ELASTICSEARCH_URL"] = proxy.url
        yield from running(data_dir, environment, proxy)


@contextmanager
def no_index_of(namespace: str) -> Iterator[None]:
    """The server outlives the run, so an earlier run's listings would be found by this one's readers."""

    def forget() -> None:
        with override_settings(NAMESPACE=namespace):
            engine.breaker.reset()
            engine.drop_all()

    forget()
    yield
    forget()


def running(data_dir: Path, environment: dict[str, str], proxy: Proxy) -> Iterator[Portal]:
    """The portal of a data folder until the tests are over."""

    def portal_command(name: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "deploy.local", name, "--data", str(data_dir)]
        return subprocess.run(
            words, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False, timeout=600
        )

    try:
        started = portal_command("portal")
        assert started.returncode == 0, started.stderr
        found = city_of(data_dir)
        accounts = (data_dir / "demo-accounts.txt").read_text(encoding="utf-8")
        wait_until_settled(found.url("web"))
        yield Portal(address=found.url("web"), password=accounts.splitlines()[0].split()[-1], engine=proxy)
    finally:
        portal_command("down")


def city_of(data_dir: Path) -> state.State:
    """The portal serves before its city is complete."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found = state.read(data_dir)
        assert found is not None, "no supervisor lives"
        if found.is_settled:
            assert found.parts["demo"].state == "done", found.parts["demo"].reason
            return found
        assert time.monotonic() < deadline, found.parts
        time.sleep(0.2)


def wait_until_settled(address: str) -> None:
    """Until every event of the demo city has arrived: its figure still grows while the worker writes the ledger."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while waiting := [
        line for line in requests.get(f"{address}/metrics", timeout=10).text.splitlines() if is_open(line)
    ]:
        assert time.monotonic() < deadline, waiting
        time.sleep(0.2)


def metrics(address: str) -> list[str]:
    return requests.get(f"{address}/metrics", timeout=10).text.splitlines()


def is_open(line: str) -> bool:
    return line.startswith("market_outbox_open{") and float(line.split()[-1]) > 0


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Django takes Playwright's event loop in this thread for an asynchronous caller of its own.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium.path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield found
        found.close()


@pytest.fixture
def sit_down(portal: Portal, browser: Any, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """`sit_down("broker")` is a signed-in browser of that demo account; `sit_down()` one of a passer-by."""
    desks: list[Desk] = []

    def make(name: str = "", *, width: int = 1280, has_script: bool = True, host: str = "127.0.0.1") -> Desk:
        context = browser.new_context(
            base_url=portal.address.replace("127.0.0.1", host),
            locale="zh-CN",
            viewport={"width": width, "height": 900},
            accept_downloads=True,
            java_script_enabled=has_script,
        )
        context.set_default_timeout(60_000)
        desk = Desk(portal, context, tmp_path)
        desks.append(desk)
        if name:
            desk.sign_in(f"{name}@example.com")
        return desk

    yield make
    complaints = [complaint for desk in desks for complaint in desk.complaints]
    for desk in desks:
        desk.context.close()
    assert complaints == [], "the browser's console, or a script, complained"
