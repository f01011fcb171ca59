"""manage.py check_turnover [--json]: the ledger against the registry's events, cell by cell."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.turnover.checks import compare


class Command(BaseCommand):
    help = "Compares the ledger with the registration events by year, region and kind; fails when a cell differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        result = compare()
        if options["json"]:
            self.stdout.write(json.dumps({"cells": result.cells, "differing": len(result.differing)}))
        else:
            self.stdout.write(f"{result.cells} cells, {len(result.differing)} differing")
        if result.differing:
            raise CommandError("; ".join(result.differing[:20]))
