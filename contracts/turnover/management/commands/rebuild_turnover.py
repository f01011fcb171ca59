"""manage.py rebuild_turnover [--json]: the sums anew from the ledger, while entries arrive."""

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.turnover import sums


class Command(BaseCommand):
    help = "Makes the sums of the figure anew from the ledger, month by month."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        began, months, cells = perf_counter(), 0, 0
        for first, count in sums.rebuild():
            months, cells = months + 1, cells + count
            if options["verbosity"] > 1:
                self.stderr.write(f"{first:%Y-%m}: {count} cells")
        found = {"months": months, "cells": cells, "seconds": round(perf_counter() - began, 1)}
        self.stdout.write(json.dumps(found) if options["json"] else f"{months} months, {cells} cells")
