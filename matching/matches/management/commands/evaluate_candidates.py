"""manage.py evaluate_candidates --achievements FILE … --demands FILE …: what is not proposed.

Files of JSON lines with a title and a text (abstract, content or text).
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from matching.matches import recall
from matching.matches.models import Kind
from search.index.breaker import EngineAway


class Command(BaseCommand):
    help = "Reads every pair, and says how many of the ten best were proposed; needs Elasticsearch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--achievements", type=Path, nargs="+", required=True, metavar="FILE")
        parser.add_argument("--demands", type=Path, nargs="+", required=True, metavar="FILE")
        parser.add_argument(
            "--seeking",
            type=Kind,
            choices=list(Kind),
            default=Kind.DEMAND,
            help="the side that asks (default: demand)",
        )
        parser.add_argument(
            "--sizes",
            type=_size,
            nargs="+",
            default=[recall.Size()],
            metavar="POOL:NEAREST",
            help="how many words and meaning propose at most (default: as shipped)",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            with tqdm(unit="listing", disable=options["json"]) as bar:

                def progress(done: int, total: int) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                found = recall.measure(
                    options["achievements"],
                    options["demands"],
                    options["sizes"],
                    seeking=options["seeking"],
                    progress=progress,
                )
        except EngineAway as away:
            raise CommandError(f"Elasticsearch is away: {away}") from away
        except (OSError, recall.BadTexts) as error:
            raise CommandError(str(error)) from error
        for item in found:
            row = asdict(item)
            line = row.pop("size") | {name: round(value, 4) for name, value in row.items()}
            self.stdout.write(json.dumps(line) if options["json"] else f"{line}")


def _size(value: str) -> recall.Size:
    pool, nearest = map(int, value.split(":"))
    if min(pool, nearest) < 1:
        raise ValueError(value)
    return recall.Size(pool, nearest)
