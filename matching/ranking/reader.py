"""interim"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from matching.ranking import rows
from matching.ranking.models import Kind
from matching.ranking.quality.statistics import Statistics, token_ids
from matching.ranking.scoring import Listing, shared_phrases
from search import vectors


def model_name() -> str:
    return "interim-1"


@dataclass(frozen=True, slots=True)
class Read:
    score: float
    level: int
    features: dict[str, float]
    _phrases: list[str]
    _facts: list

    def reasons(self) -> dict[str, Any]:
        return {"phrases": self._phrases, "agreements": self._facts, "clashes": []}


class Reader:
    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.model = model_name()

    def questions(self, listings: Iterable[Any]) -> dict[UUID, list[float]]:
        titles = {row.id: row.title for row in listings}
        found = vectors.ensure(titles.values())
        return {listing_id: found[title].tolist() for listing_id, title in titles.items() if title in found}

    def prepare(self, kind: Kind, listings: Iterable[Any]) -> dict[UUID, Any]:
        return {row.id: (rows.side_of(row), set(token_ids(rows.document(row))[1].tolist())) for row in listings}

    def read(self, demand: Any, achievements: Sequence[Any]) -> list[Read]:
        side, bag = demand
        out = []
        for other, words in achievements:
            both = np.array(sorted(bag & words), dtype=np.uint32)
            whole = np.array(sorted(bag), dtype=np.uint32)
            w = float(self.statistics.weights(both).sum()) if len(both) else 0.0
            t = float(self.statistics.weights(whole).sum()) if len(whole) else 1.0
            score = w / max(t, 1e-6)
            level = 4 if score > 0.5 else 3 if score > 0.3 else 2 if score > 0.12 else 1
            facts = (
                [{"fact": "same_industry", "code": side.local_industry}]
                if side.local_industry and side.local_industry == other.local_industry
                else []
            )
            out.append(
                Read(
                    score,
                    level,
                    {"overlap": score},
                    shared_phrases(Listing(side.title, side.text), Listing(other.title, other.text)),
                    facts,
                )
            )
        return out
