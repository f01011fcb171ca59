"""Profiles prepared for comparing: words counted and vectors at hand, once for all the pairs of a listing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.scoring.profiles import Profile
from matching.scoring.statistics import Ids, token_ids
from matching.scoring.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Bag:
    """Distinct tokens of a text in ascending order, and how often each is there."""

    ids: Ids
    counts: NDArray[np.float32]

    @classmethod
    def of(cls, text: str) -> "Bag":
        return cls.of_ids(np.concatenate(token_ids(text)))

    @classmethod
    def of_ids(cls, tokens: Ids) -> "Bag":
        ids, counts = np.unique(tokens, return_counts=True)
        return cls(ids, counts.astype(np.float32))

    def counts_of(self, ids: Ids) -> NDArray[np.float32]:
        """How often each of `ids` is there; 0 for those that are not."""
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.float32)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, self.counts[at], np.float32(0))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A profile whose words are counted; `vectors` is None where no model is at hand.

    `title` and `body` hold unigrams and bigrams, `phrases` the bigrams of the title alone.
    """

    profile: Profile
    title: Bag
    body: Bag
    phrases: Bag
    vectors: Vectors | None = None

    @classmethod
    def of(cls, profile: Profile, vectors: Vectors | None = None) -> "Prepared":
        title = token_ids(profile.title)
        return cls(profile, Bag.of_ids(np.concatenate(title)), Bag.of(profile.body), Bag.of_ids(title[1]), vectors)


def prepared(profiles: Sequence[Profile], vectors: Sequence[Vectors | None] | None = None) -> list[Prepared]:
    """The profiles with their vectors, in order."""
    return [
        Prepared.of(profile, found) for profile, found in zip(profiles, vectors or [None] * len(profiles), strict=True)
    ]
