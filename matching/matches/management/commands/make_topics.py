import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.scoring import topics
from search.index import encoder


class Command(BaseCommand):
    help = "Make the points by which texts are placed, from titles; a ranker must be trained anew with them"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--titles", type=Path, nargs="+", required=True, help="files of lines with a `title`")
        parser.add_argument("--demands", type=Path, required=True, help="lines with `title` and `content`")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--most", type=int, default=4000, help="of each file, evenly spread")

    def handle(self, *_args: Any, titles: list[Path], demands: Path, out: Path, most: int, **_options: Any) -> None:
        try:
            found = [title for file in titles for title in spread([row["title"] for row in rows(file)], most)]
            asked = [f"{row['title']}\n{(row.get('content') or '')[:300]}" for row in rows(demands)]
            out.write_bytes(topics.made(found, asked))
        except (OSError, ValueError, KeyError, encoder.EncoderAbsent) as bad:
            raise CommandError(f"no points were made: {bad}") from bad
        self.stdout.write(f"{topics.POINTS} points from {len(set(found))} titles in {out}")


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]


def spread(titles: list[str], most: int) -> list[str]:
    """At most so many of the distinct titles, evenly spread over them."""
    distinct = sorted(set(titles))
    step = max(1, -(-len(distinct) // most))
    return distinct[::step]
