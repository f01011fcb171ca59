"""How good the matches are: the last recorded evaluation of the ranker in use, or what came with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matching.matches.models import Evaluation, Level
from matching.scoring import ranker
from matching.scoring.evaluation import FIGURES

CHART_HEIGHT, BAR, GAP = 160, 64, 36


@dataclass(frozen=True, slots=True)
class Band:
    """A level that is said, how many pairs it was said of, and how many per cent of them people judged so well.

    `fair_height` and `weak_height` are those of its bars, in the chart's units.
    """

    label: str
    pairs: int
    at_least_fair: float
    at_least_weak: float
    x: int
    fair_height: float
    weak_height: float

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def fair_top(self) -> float:
        return CHART_HEIGHT - self.fair_height

    @property
    def weak_top(self) -> float:
        return CHART_HEIGHT - self.weak_height


def latest() -> dict[str, Any]:
    """Model, report and date; the report is that of cross-validation where nothing was recorded since."""
    shipped = ranker.shipped()
    row = Evaluation.objects.filter(model=shipped.model).order_by("-evaluated_at", "-id").first()
    if row is not None:
        return {"model": row.model, "report": row.report, "evaluated_at": row.evaluated_at}
    return {"model": shipped.model, "report": dict(shipped.report), "evaluated_at": None}


def shown() -> dict[str, Any]:
    """What the page of quality shows."""
    found, shipped = latest(), ranker.shipped()
    report = found["report"]
    figures = report.get("cross_validated", report)
    return found | {
        "is_cross_validated": "cross_validated" in report,
        "figures": figures,
        "rows": [_row(name, figures, report.get("baseline", {})) for name in FIGURES if figures.get(name) is not None],
        "ndcg": figures.get("ndcg@10"),
        "precision": _per_cent(figures.get("precision@5") or 0),
        "bands": _bands(report.get("bands", {})),
        "chart_width": 4 * (BAR + GAP),
        "card": shipped.card,
        "families": sorted(report.get("families", {}).items(), key=lambda pair: -pair[1]["ndcg@10"]),
    }


def _row(name: str, figures: Mapping[str, Any], baseline: Mapping[str, Any]) -> dict[str, Any]:
    low, high = figures.get("intervals", {}).get(name, (None, None))
    return {"name": name, "value": figures[name], "low": low, "high": high, "baseline": baseline.get(name)}


def _bands(table: Mapping[str, Mapping[str, float]]) -> list[Band]:
    bands = []
    for place, level in enumerate(sorted(table, reverse=True)):
        row = table[level]
        bands.append(
            Band(
                label=str(Level(int(level)).label),
                pairs=int(row["pairs"]),
                at_least_fair=_per_cent(row["at_least_3"]),
                at_least_weak=_per_cent(row["at_least_2"]),
                x=place * (BAR + GAP) + GAP // 2,
                fair_height=round(row["at_least_3"] * CHART_HEIGHT, 1),
                weak_height=round(row["at_least_2"] * CHART_HEIGHT, 1),
            )
        )
    return bands


def _per_cent(share: float) -> float:
    return round(100 * share, 1)
