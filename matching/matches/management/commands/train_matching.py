import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.matches.management.commands.evaluate_matching import progress
from matching.scoring import evaluation, judgements, ranker, training


class Command(BaseCommand):
    help = "Make a ranker from judged pairs; refuses one that is worse than the shipped one on held judgements"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="demands, achievements and judgements")
        parser.add_argument("--out", type=Path, required=True, help="the data file to write")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *_args: Any, data: Path, out: Path, json: bool, **_options: Any) -> None:
        try:
            content = made(data, out)
        except (judgements.BadFolder, ranker.BadRanker, training.TooFew, training.Worse, ModuleNotFoundError) as bad:
            raise CommandError(str(bad)) from bad
        found = {"model": content["model"], **content["report"]}
        self.stdout.write(_dumped(found) if json else told(found))


def made(data: Path, out: Path) -> dict[str, Any]:
    """The content written to `out`."""
    if not out.resolve().parent.is_dir():
        raise CommandError(f"{out.parent} is no folder")
    measured = evaluation.measured(judgements.read(data), progress)
    content = training.train(measured, progress)
    if ranker.FILE.exists():
        training.refuse_worse(measured, content, ranker.load(ranker.FILE))
    training.write(content, out)
    return content


def _dumped(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)


def told(found: dict[str, Any]) -> str:
    held = found["cross_validated"]
    lines = [f"{found['model']}, by cross-validation ({found['repeats']} × {found['folds']} folds, grouped by title):"]
    lines += [f"  {name} {held[name]}, BM25 {found['baseline'][name]}" for name in evaluation.FIGURES]
    lines.append(f"  ece {held['ece']}")
    lines += [f"  {name}: nDCG@10 {row['ndcg@10']} ± {row['spread']}" for name, row in found["families"].items()]
    return "\n".join(lines)
