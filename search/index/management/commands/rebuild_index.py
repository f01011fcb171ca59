"""manage.py rebuild_index [--json]: a new index filled and swapped in, with no missing moment."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from search.index import maintenance
from search.index.breaker import EngineAway


class Command(BaseCommand):
    help = "Builds the search index anew and swaps it in; also rewrites PostgreSQL's copy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        began = time.monotonic()
        maintenance.refill_fallback()
        with tqdm(unit="doc", disable=options["json"]) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                result = maintenance.rebuild(progress)
            except EngineAway as away:
                raise CommandError(f"Elasticsearch is away: {away}") from away
            except maintenance.RebuildRunning as running:
                raise CommandError("another rebuild is running") from running
        report = {
            "indexed": result.indexed,
            "failed": len(result.failed),
            "seconds": round(time.monotonic() - began, 1),
        }
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
        if result.failed:
            raise CommandError("; ".join(f"{key}: {why.reason}" for key, why in list(result.failed.items())[:10]))
