"""manage.py check_index [--repair] [--json]: the index against the database, by id, version and content."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from search.index import maintenance
from search.index.breaker import EngineAway


class Command(BaseCommand):
    help = "Compares the index with the database and, with --repair, mends it; fails while they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        with tqdm(unit="doc", disable=options["json"]) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                drift = (maintenance.repair if options["repair"] else maintenance.compare)(progress)
            except EngineAway as away:
                raise CommandError(f"Elasticsearch is away: {away}") from away
        repaired = drift.total - len(drift.failed) if options["repair"] else 0
        report = {way: drift.counts[way] for way in maintenance.WAYS} | {
            "blocked": drift.blocked,
            "repaired": repaired,
        }
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
        if options["json"] is False:
            for way, keys in drift.named.items():
                for key in keys:
                    self.stdout.write(f"{way} {key}")
        if drift.failed or (not options["repair"] and (drift.total or drift.blocked)):
            raise CommandError("the index differs from the database; run with --repair")
