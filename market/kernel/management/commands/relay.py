"""manage.py relay: move outbox rows to their consumers until told to stop."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from market.kernel.relay import Relay
from market.kernel.serving import require_settings


class Command(BaseCommand):
    help = "Moves outbox rows to their consumers until it is told to stop."
    # They would load every view and schema, which a relay has no use for; `make check` runs them.
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        require_settings()
        process = Relay()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: process.stopping.set())
        process.start()
        process.stopping.wait()
        process.stop()
