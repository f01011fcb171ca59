"""Verdicts as judgements for the next training: what is said of the fit, without who said it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from uuid import UUID

from listings.catalog.models import Achievement, Demand
from matching.matches import listing_adapter
from matching.matches.models import Level, Verdict

# Solved or told twice says nothing of the fit; another reason may be anything.
LEVELS = {
    Verdict.Code.FITS: Level.STRONG,
    Verdict.Code.TOO_DEAR: Level.FAIR,
    Verdict.Code.IMMATURE: Level.WEAK,
    Verdict.Code.WRONG_FIELD: Level.NONE,
}


def judgements() -> Iterator[tuple[UUID, UUID, int]]:
    """Demand, achievement and level of every judged pair; where organisations differ the lower middle one."""
    said: dict[tuple[UUID, UUID], list[int]] = defaultdict(list)
    found = Verdict.objects.filter(code__in=LEVELS).order_by("demand_id", "achievement_id", "id")
    for demand_id, achievement_id, code in found.values_list("demand_id", "achievement_id", "code"):
        said[demand_id, achievement_id].append(LEVELS[Verdict.Code(code)])
    for (demand_id, achievement_id), levels in said.items():
        yield demand_id, achievement_id, int(median(levels))


def export(folder: Path) -> int:
    """Write demands.jsonl, achievements.jsonl and judgements.tsv as `train_matching` reads them; returns how many."""
    judged = list(judgements())
    folder.mkdir(parents=True, exist_ok=True)
    demands = Demand.objects.filter(id__in={demand_id for demand_id, _other, _level in judged}).order_by("id")
    achievements = Achievement.objects.filter(id__in={other for _demand_id, other, _level in judged}).order_by("id")
    _write(folder / "demands.jsonl", "content", demands)
    _write(folder / "achievements.jsonl", "text", achievements)
    table = ["demand_id\tachievement_id\tlevel", *("\t".join(map(str, row)) for row in judged)]
    (folder / "judgements.tsv").write_text("\n".join(table) + "\n", encoding="utf-8")
    return len(judged)


def _write(file: Path, body: str, listings: Iterable[Achievement | Demand]) -> None:
    with file.open("w", encoding="utf-8") as target:
        for row in listings:
            values = {"id": str(row.id), "title": row.title, body: listing_adapter.body(row)}
            target.write(json.dumps(values, ensure_ascii=False) + "\n")
