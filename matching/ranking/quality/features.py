"""What is measured of a pair: pure functions of demand, achievement and statistics, the same in every direction.

A demand is one side and an achievement the other whichever was asked for, so matching an achievement with demands
gives the same values. A feature that cannot be known, since a side does not state it, is NaN.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.ranking.quality import facts
from matching.ranking.quality.sides import Bag, Prepared
from matching.ranking.quality.statistics import Ids, Statistics

Floats = NDArray[np.float32]
TITLE_WEIGHT = 3  # how much more a word of a demand's title counts than one of its text


class Feature(NamedTuple):
    """`direction`: +1 where more of it means a better fit, −1 a worse one."""

    name: str
    what: str
    low: float
    high: float
    direction: int


WORDS = (
    Feature("title_words", "cosine of both titles, tf-idf of unigrams and bigrams", 0, 1, 1),
    Feature("wording_words", "the same with the demand's title three times and its text, against the title", 0, 1, 1),
)
VECTORS = (
    Feature("title_met", "each token of the demand's title at its best in the achievement's, by rarity", -1, 1, 1),
    Feature("offer_asked", "each token of the achievement's title at its best in the demand, squared", -1, 1, 1),
    Feature("topics", "cosine of both titles' nearness to 2,000 points of the technical world", 0, 1, 1),
)
BODY = (Feature("body_words", "share of the demand's title, by rarity, that only the achievement's text has", 0, 1, 1),)
FACTS = (
    Feature("same_field", "both name a technology field: the same or not", 0, 1, 1),
    Feature("same_local_industry", "both name a key industry of the city: the same or not", 0, 1, 1),
    Feature("shared_industry", "both name industries (GB/T 4754): one in common or not", 0, 1, 1),
    Feature("shared_ipc", "both name IPC subclasses: one in common or not", 0, 1, 1),
    Feature("same_region", "both name a region: the same or not", 0, 1, 1),
    Feature("maturity_short", "steps of maturity that the achievement lacks of what is asked for", 0, 8, -1),
    Feature("price_over", "how many times over the budget the price is, as a power of ten", 0, 9, -1),
)
FEATURES = WORDS + VECTORS + BODY + FACTS
NAMES = tuple(feature.name for feature in FEATURES)


def pair_features(demand: Prepared, achievements: Sequence[Prepared], statistics: Statistics) -> Floats:
    """float32[n, len(NAMES)], a row for each achievement, NaN for what is not known."""
    found = np.full((len(achievements), len(NAMES)), np.nan, dtype=np.float32)
    if not achievements:
        return found
    words, vectors, body = len(WORDS), len(VECTORS), len(BODY)
    found[:, :words] = _words(demand, achievements, statistics)
    found[:, words : words + vectors] = _vectors(demand, achievements, statistics)
    found[:, words + vectors] = _body(demand, achievements, statistics)
    found[:, words + vectors + body :] = [facts.of(demand.side, other.side) for other in achievements]
    return found


def pairs_features(
    demands: Sequence[Prepared], achievements: Sequence[Prepared], statistics: Statistics
) -> NDArray[np.float32]:
    """The features of `demands[i]` with `achievements[i]`: for an achievement among many demands."""
    rows = [pair_features(demand, [other], statistics) for demand, other in zip(demands, achievements, strict=True)]
    return np.concatenate(rows) if rows else np.empty((0, len(NAMES)), dtype=np.float32)


def _words(demand: Prepared, achievements: Sequence[Prepared], statistics: Statistics) -> Floats:
    ids, counts, owners = _joined([other.title for other in achievements])
    weights = _tfidf(ids, counts, statistics)
    lengths = np.sqrt(np.bincount(owners, weights**2, minlength=len(achievements)))
    columns = []
    for asked in (demand.title, _wording(demand)):
        own = Bag(asked.ids, _tfidf(asked.ids, asked.counts, statistics))
        common = np.bincount(owners, weights * own.counts_of(ids), minlength=len(achievements))
        columns.append(common / np.maximum(lengths * np.linalg.norm(own.counts), 1e-6))
    return np.stack(columns, axis=1).astype(np.float32)


def _wording(demand: Prepared) -> Bag:
    ids = np.union1d(demand.title.ids, demand.body.ids)
    return Bag(ids, TITLE_WEIGHT * demand.title.counts_of(ids) + demand.body.counts_of(ids))


def _tfidf(ids: Ids, counts: Floats, statistics: Statistics) -> Floats:
    return np.asarray((1 + np.log(counts)) * statistics.weights(ids), dtype=np.float32)


def _joined(bags: Sequence[Bag]) -> tuple[Ids, Floats, NDArray[np.intp]]:
    """All tokens in one row, their counts, and the place of the bag that each is from."""
    owners = np.repeat(np.arange(len(bags)), [len(bag.ids) for bag in bags])
    return np.concatenate([bag.ids for bag in bags]), np.concatenate([bag.counts for bag in bags]), owners


def _vectors(demand: Prepared, achievements: Sequence[Prepared], statistics: Statistics) -> Floats:
    found = np.full((len(achievements), len(VECTORS)), np.nan, dtype=np.float32)
    ours = demand.vectors
    known = [at for at, other in enumerate(achievements) if other.vectors is not None]
    theirs = [other.vectors for other in achievements if other.vectors is not None]
    if ours is None or not theirs:
        return found
    topics = np.stack([other.topics for other in theirs])
    near = np.zeros(1 + max(int(topics.max()), int(ours.topics.max())), dtype=np.float32)
    near[ours.topics] = ours.nearness
    found[known, 2] = (near[topics] * np.stack([other.nearness for other in theirs])).sum(axis=1)
    # Where a title has no word, nothing of it is met.
    found[known, :2] = 0
    filled = [at for at, other in zip(known, theirs, strict=True) if len(other.tokens)]
    theirs = [other for other in theirs if len(other.tokens)]
    if not ours.title_tokens or not theirs:
        return found
    weights = _rarity(ours.words, statistics)[: ours.title_tokens]
    states = np.concatenate([other.tokens for other in theirs]).astype(np.float32)
    starts = np.cumsum([0] + [len(other.tokens) for other in theirs[:-1]])
    similar = ours.tokens.astype(np.float32) @ states.T
    best = np.maximum.reduceat(similar[: ours.title_tokens], starts, axis=1)
    found[filled, 0] = weights @ best / max(float(weights.sum()), 1e-6)
    asked = similar.max(axis=0)
    rarity = _rarity(np.concatenate([other.words for other in theirs]), statistics)
    sums = np.add.reduceat(rarity * asked * np.abs(asked), starts)
    found[filled, 1] = sums / np.maximum(np.add.reduceat(rarity, starts), 1e-6)
    return found


def _rarity(words: Ids, statistics: Statistics) -> Floats:
    """Of each token the rarity of its rarer bigram."""
    return np.asarray(statistics.weights(words).max(axis=1), dtype=np.float32)


def _body(demand: Prepared, achievements: Sequence[Prepared], statistics: Statistics) -> Floats:
    ids = demand.phrases.ids
    weights = statistics.weights(ids)
    whole = max(float(weights.sum()), 1e-6)
    return np.array(
        [
            weights @ ((other.body.counts_of(ids) > 0) & (other.title.counts_of(ids) == 0)) / whole
            if len(other.body.ids)
            else np.nan
            for other in achievements
        ],
        dtype=np.float32,
    )
