"""manage.py evaluate_search [--data DIR] [--abstracts FILE] [--queries FILE --patents FILE [--by-database]]
[--json]: how well the search query alone ranks, and how many short and natural queries find what they must.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.find import evaluation
from search.index.breaker import EngineAway


class Command(BaseCommand):
    help = "Ranks judged demands, and finds known items again, by the search query alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, help="demands.jsonl, achievements.jsonl, judgements.tsv")
        parser.add_argument("--abstracts", type=Path, help="one JSON object a line: id, title, abstract")
        parser.add_argument("--queries", type=Path, help="tab separated: kind, query, must; with --patents")
        parser.add_argument("--patents", type=Path, help="JSON lines: publication_no, title, ipc_subclasses")
        parser.add_argument("--by-database", action="store_true", help="the short queries by PostgreSQL alone")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if not (options["data"] or options["abstracts"] or options["queries"]):
            raise CommandError("give --data, --abstracts or --queries")
        if bool(options["queries"]) != bool(options["patents"]):
            raise CommandError("--queries and --patents go together")
        report: dict[str, Any] = {}
        try:
            if options["data"]:
                found = evaluation.judged(options["data"])
                report |= {"ndcg@10": round(found.ndcg, 4), "demands": found.demands}
            if options["abstracts"]:
                known = evaluation.known_items(options["abstracts"])
                report |= {"mrr": round(known.mrr, 4), "first": round(known.first, 4), "items": known.items}
            if options["queries"]:
                short = evaluation.short_queries(
                    options["queries"], options["patents"], by_database=options["by_database"]
                )
                report |= {
                    "queries": short.queries,
                    "without_result": round(short.without, 4),
                    "without_strict_result": round(short.without_strict, 4),
                    "success@10": round(short.success, 4),
                    "by_kind": {kind: round(share, 3) for kind, share in short.by_kind.items()},
                    "missed": list(short.missed),
                }
        except EngineAway as away:
            raise CommandError(f"Elasticsearch is away: {away}") from away
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
