"""The Stripe sandbox as a process, and Stripe's own SDK to speak to it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stripe

from deploy.local.folder import free_port
from deploy.local.state import PROJECT_DIR

SECRET_KEY, WEBHOOK_SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"
READY_SECONDS = 20


@dataclass(frozen=True)
class SandboxProcess:
    """Where it listens."""

    address: str
    pid: int

    def client(self, key: str = SECRET_KEY, retries: int = 0) -> Any:
        return stripe.StripeClient(key, base_addresses={"api": self.address}, max_network_retries=retries).v1

    def lever(self, name: str, **values: object) -> Any:
        """What the lever moved, or how the sandbox stands."""
        body = urllib.parse.urlencode(values).encode()
        with urllib.request.urlopen(f"{self.address}/_sandbox/{name}", body, timeout=5) as answer:
            return json.load(answer)


@contextmanager
def sandbox_process(*, data: Path | None = None, webhook_url: str = "") -> Iterator[SandboxProcess]:
    port = free_port(set())
    keys = {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET, "STRIPE_WEBHOOK_URL": webhook_url}
    words = [sys.executable, "-m", "deploy.sandbox", "--port", str(port)]
    words += ["--data", str(data)] if data else []
    process = subprocess.Popen(words, cwd=PROJECT_DIR, env=os.environ | keys, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(address)
        yield SandboxProcess(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
