"""Reading pairs closely: listings prepared once, each pair's features scored by the shipped ranker, and said why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching.ranking import keeping, records, rows
from matching.ranking.models import Kind
from matching.ranking.quality import explanation, features, ranker
from matching.ranking.quality.sides import Prepared, Side
from matching.ranking.quality.statistics import Statistics


def model_name() -> str:
    """Of the ranker that is in use."""
    return ranker.shipped().model


@dataclass(frozen=True, slots=True)
class Read:
    """A pair as it was read; the reasons are made only for those that are kept."""

    score: float
    level: int
    demand: Side
    achievement: Side
    row: NDArray[np.float32]

    @property
    def features(self) -> dict[str, float]:
        """By name, those that are known."""
        named = zip(features.NAMES, self.row.tolist(), strict=True)
        return {name: round(value, 4) for name, value in named if np.isfinite(value)}

    def reasons(self) -> dict[str, Any]:
        """Shared phrases and the facts for and against, as `matching.ranking.reasons` puts them into words."""
        found = explanation.explain(self.demand, self.achievement, self.row)
        return {
            "phrases": [phrase.text for phrase in found.phrases],
            "agreements": [{"fact": fact.code, **fact.values} for fact in found.facts if fact.agrees],
            "clashes": [{"fact": fact.code, **fact.values} for fact in found.facts if not fact.agrees],
        }


class Reader:
    """Reads with one model and one state of the statistics."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.ranker = ranker.shipped()
        self.model = self.ranker.model

    def prepare(self, kind: Kind, listings: Iterable[Any]) -> dict[UUID, Prepared]:
        listed = list(listings)
        signed = records.signed_by({row.owner_id for row in listed}) if kind == Kind.ACHIEVEMENT else {}
        sides = {row.id: rows.side_of(row, signed=signed.get(row.owner_id)) for row in listed}
        found = keeping.vectors_of(kind, sides)
        return {listing_id: Prepared.of(side, found.get(listing_id)) for listing_id, side in sides.items()}

    def read(self, demand: Prepared, achievements: Sequence[Prepared]) -> list[Read]:
        """One demand with many achievements."""
        table = features.pair_features(demand, achievements, self.statistics)
        return self._reads([demand] * len(achievements), achievements, table)

    def read_demands(self, demands: Sequence[Prepared], achievement: Prepared) -> list[Read]:
        """Many demands with one achievement; the values are those of the other direction."""
        table = features.demands_features(demands, achievement, self.statistics)
        return self._reads(demands, [achievement] * len(demands), table)

    def _reads(
        self, demands: Sequence[Prepared], achievements: Sequence[Prepared], table: NDArray[np.float32]
    ) -> list[Read]:
        if not len(table):
            return []
        return [
            Read(float(score), self.ranker.level(float(score)), demand.side, achievement.side, row)
            for score, demand, achievement, row in zip(
                self.ranker.score(table), demands, achievements, table, strict=True
            )
        ]
