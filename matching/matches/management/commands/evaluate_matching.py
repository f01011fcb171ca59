import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from market.kernel import clock
from matching.matches.models import Evaluation
from matching.scoring import evaluation, judgements, ranker


class Command(BaseCommand):
    help = "How well the shipped ranker orders judged pairs, beside plain BM25; needs no server"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="demands, achievements and judgements")
        parser.add_argument("--model", type=Path, default=ranker.FILE, help="another ranker than the shipped one")
        parser.add_argument("--record", action="store_true", help="show it on the page of quality; needs the database")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *_args: Any, data: Path, model: Path, record: bool, json: bool, **_options: Any) -> None:
        try:
            folder, loaded = judgements.read(data), ranker.load(model)
        except (judgements.BadFolder, ranker.BadRanker) as bad:
            raise CommandError(str(bad)) from bad
        found = evaluation.evaluate(folder, loaded, progress)
        if record:
            Evaluation.objects.create(model=loaded.model, report=found, evaluated_at=clock.now())
        self.stdout.write(_dumped(found) if json else told(found))


def progress(steps: Iterable[Any], total: int) -> Iterable[Any]:
    return tqdm(steps, total=total, file=sys.stderr)


def _dumped(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)


def told(found: dict[str, Any]) -> str:
    """The figures as lines to read."""
    lines = [f"{found['model']}: {found['demands']} demands with a gain, {found['pairs']} judged pairs"]
    if found["in_sample"]:
        lines.append("IN SAMPLE: the ranker was fitted to these judgements; see its report for the held figure")
    lines.append(f"{'':12}{'ranker':>8}{'95 %':>18}{'BM25':>8}{'95 %':>18}")
    for name in evaluation.FIGURES:
        cells = "".join(_cells(row, name) for row in (found, found["baseline"]))
        lines.append(f"{name:12}{cells}")
    lines.append(f"{'ece':12}{found['ece']:8.4f}")
    return "\n".join(lines)


def _cells(row: dict[str, Any], name: str) -> str:
    if row[name] is None:
        return f"{'–':>8}{'':18}"
    low, high = row["intervals"][name]
    return f"{row[name]:8.4f}{f'{low:.3f}–{high:.3f}':>18}"
