"""manage.py check_index [--repair] [--json]: the index against the database, by id and version."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import maintenance
from search.breaker import EngineAway


class Command(BaseCommand):
    help = "Compares the index with the database and, with --repair, mends it; fails while they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            drift = maintenance.compare()
            repaired = maintenance.repair(drift) if options["repair"] else 0
        except EngineAway as away:
            raise CommandError(f"Elasticsearch is away: {away}") from away
        report = {
            "missing": len(drift.missing),
            "stale": len(drift.stale),
            "orphaned": len(drift.orphaned),
            "repaired": repaired,
        }
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
        if not options["repair"] and (drift.missing or drift.stale or drift.orphaned):
            raise CommandError("the index differs from the database; run with --repair")
