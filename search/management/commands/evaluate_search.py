"""manage.py evaluate_search [--data DIR] [--abstracts FILE] [--json]: how well the search query alone ranks."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import evaluation
from search.breaker import EngineAway


class Command(BaseCommand):
    help = "Ranks judged demands, and finds known items again, by the search query alone; needs Elasticsearch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, help="demands.jsonl, achievements.jsonl, judgements.tsv")
        parser.add_argument("--abstracts", type=Path, help="one JSON object a line: id, title, abstract")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if not (options["data"] or options["abstracts"]):
            raise CommandError("give --data or --abstracts")
        report: dict[str, float] = {}
        try:
            if options["data"]:
                found = evaluation.judged(options["data"])
                report |= {"ndcg@10": round(found.ndcg, 4), "demands": found.demands}
            if options["abstracts"]:
                known = evaluation.known_items(options["abstracts"])
                report |= {"mrr": round(known.mrr, 4), "first": round(known.first, 4), "items": known.items}
        except EngineAway as away:
            raise CommandError(f"Elasticsearch is away: {away}") from away
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
