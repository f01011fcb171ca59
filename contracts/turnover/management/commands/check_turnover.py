"""manage.py check_turnover [--json]: sums against the ledger, the ledger against the events."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.turnover.checks import compare


class Command(BaseCommand):
    help = "Compares the sums with the ledger, and the ledger with the registration events; fails when a cell differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        result = compare()
        if options["json"]:
            self.stdout.write(json.dumps({"cells": result.cells, "differing": result.count}))
        else:
            self.stdout.write(f"{result.cells} cells, {result.count} differing")
        if result.count:
            raise CommandError("; ".join(result.differing[:20]))
