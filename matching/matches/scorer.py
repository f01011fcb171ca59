"""Scoring pairs: listings prepared once, each pair's features scored by the shipped ranker, and said why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching.matches import listing_adapter, track_record, vector_store
from matching.matches.models import Kind
from matching.scoring import explanation, features, ranker
from matching.scoring.preparation import Prepared
from matching.scoring.profiles import Profile
from matching.scoring.statistics import Statistics


def model_name() -> str:
    """Of the ranker that is in use."""
    return ranker.shipped().model


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair with its score; the reasons are made only for those that are kept."""

    score: float
    level: int
    demand: Profile
    achievement: Profile
    row: NDArray[np.float32]

    @property
    def features(self) -> dict[str, float]:
        """By name, those that are known."""
        named = zip(features.NAMES, self.row.tolist(), strict=True)
        return {name: round(value, 4) for name, value in named if np.isfinite(value)}

    def reasons(self) -> dict[str, Any]:
        """Shared phrases and the facts for and against, as `matching.matches.reasons` puts them into words."""
        found = explanation.explain(self.demand, self.achievement, self.row)
        return {
            "phrases": [phrase.text for phrase in found.phrases],
            "agreements": [{"fact": fact.code, **fact.values} for fact in found.facts if fact.agrees],
            "clashes": [{"fact": fact.code, **fact.values} for fact in found.facts if not fact.agrees],
        }


class Scorer:
    """Scores pairs with one model and one state of the statistics."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.ranker = ranker.shipped()
        self.model = self.ranker.model

    def prepare(self, kind: Kind, listings: Iterable[Any]) -> dict[UUID, Prepared]:
        listed = list(listings)
        signed = track_record.signed_by({row.owner_id for row in listed}) if kind == Kind.ACHIEVEMENT else {}
        profiles = {row.id: listing_adapter.profile_of(row, signed=signed.get(row.owner_id)) for row in listed}
        found = vector_store.vectors_of(kind, profiles)
        return {listing_id: Prepared.of(profile, found.get(listing_id)) for listing_id, profile in profiles.items()}

    def score_side(self, kind: Kind, side: Prepared, others: Sequence[Prepared]) -> list[ScoredPair]:
        """One listing of the kind with many of the other."""
        return self.score(side, others) if kind == Kind.DEMAND else self.score_demands(others, side)

    def score(self, demand: Prepared, achievements: Sequence[Prepared]) -> list[ScoredPair]:
        """One demand with many achievements."""
        table = features.pair_features(demand, achievements, self.statistics)
        return self._scored([demand] * len(achievements), achievements, table)

    def score_demands(self, demands: Sequence[Prepared], achievement: Prepared) -> list[ScoredPair]:
        """Many demands with one achievement; the values are those of the other direction."""
        table = features.demands_features(demands, achievement, self.statistics)
        return self._scored(demands, [achievement] * len(demands), table)

    def _scored(
        self, demands: Sequence[Prepared], achievements: Sequence[Prepared], table: NDArray[np.float32]
    ) -> list[ScoredPair]:
        if not len(table):
            return []
        return [
            ScoredPair(float(score), self.ranker.level(float(score)), demand.profile, achievement.profile, row)
            for score, demand, achievement, row in zip(
                self.ranker.score(table), demands, achievements, table, strict=True
            )
        ]
