"""What is measured of a pair: pure functions of demand, achievement and statistics, the same in every direction.

A demand is one side and an achievement the other whichever was asked for, so matching an achievement with demands
gives the same values. A feature that cannot be known, since a side does not state it, is NaN.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring import facts
from matching.scoring.preparation import Bag, Prepared
from matching.scoring.statistics import Ids, Statistics
from matching.scoring.vectors import Vectors

Floats = NDArray[np.float32]
CHUNK = 100  # demands whose vectors are multiplied at once
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
    Feature("years_older", "whole years by which the achievement was published before the demand", 0, 100, -1),
    Feature("owner_record", "deals that the achievement's owner has signed, in doublings", 0, 32, 1),
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
    found[:, words + vectors + body :] = [facts.of(demand.profile, other.profile) for other in achievements]
    return found


def demands_features(demands: Sequence[Prepared], achievement: Prepared, statistics: Statistics) -> Floats:
    """The same of one achievement among many demands, a row for each demand."""
    found = np.full((len(demands), len(NAMES)), np.nan, dtype=np.float32)
    if not demands:
        return found
    words, vectors, body = len(WORDS), len(VECTORS), len(BODY)
    for column, bags in enumerate(([one.title for one in demands], [_wording(one) for one in demands])):
        found[:, column] = _cosines(achievement.title, bags, statistics)
    for start in range(0, len(demands), CHUNK):
        part = slice(start, start + CHUNK)
        found[part, words : words + vectors] = _vectors_asked(demands[part], achievement, statistics)
    if len(achievement.body.ids):
        ids, _counts, owners = _joined([one.phrases for one in demands])
        weights = statistics.weights(ids)
        is_new = (achievement.body.counts_of(ids) > 0) & (achievement.title.counts_of(ids) == 0)
        shares = [np.bincount(owners, values, minlength=len(demands)) for values in (weights * is_new, weights)]
        found[:, words + vectors] = shares[0] / np.maximum(shares[1], 1e-6)
    found[:, words + vectors + body :] = [facts.of(demand.profile, achievement.profile) for demand in demands]
    return found


def _words(demand: Prepared, achievements: Sequence[Prepared], statistics: Statistics) -> Floats:
    titles = [other.title for other in achievements]
    return np.stack([_cosines(bag, titles, statistics) for bag in (demand.title, _wording(demand))], axis=1)


def _cosines(one: Bag, many: Sequence[Bag], statistics: Statistics) -> Floats:
    """Of a text with each of many, by the rarity of their words."""
    ids, counts, owners = _joined(many)
    weights = _tfidf(ids, counts, statistics)
    lengths = np.sqrt(np.bincount(owners, weights**2, minlength=len(many)))
    own = Bag(one.ids, _tfidf(one.ids, one.counts, statistics))
    common = np.bincount(owners, weights * own.counts_of(ids), minlength=len(many))
    return np.asarray(common / np.maximum(lengths * np.linalg.norm(own.counts), 1e-6), dtype=np.float32)


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
    found[known, 2] = _nearness(ours, theirs)
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


def _vectors_asked(demands: Sequence[Prepared], achievement: Prepared, statistics: Statistics) -> Floats:
    found = np.full((len(demands), len(VECTORS)), np.nan, dtype=np.float32)
    theirs = achievement.vectors
    known = [at for at, one in enumerate(demands) if one.vectors is not None]
    ours = [one.vectors for one in demands if one.vectors is not None]
    if theirs is None or not ours:
        return found
    found[known, 2] = _nearness(theirs, ours)
    found[known, :2] = 0
    filled = [at for at, one in zip(known, ours, strict=True) if one.title_tokens]
    ours = [one for one in ours if one.title_tokens]
    if not len(theirs.tokens) or not ours:
        return found
    sizes = [len(one.tokens) for one in ours]
    starts = np.cumsum([0, *sizes[:-1]])
    in_title = np.concatenate([np.arange(size) < one.title_tokens for size, one in zip(sizes, ours, strict=True)])
    similar = np.concatenate([one.tokens for one in ours]).astype(np.float32) @ theirs.tokens.astype(np.float32).T
    weights = _rarity(np.concatenate([one.words for one in ours]), statistics) * in_title
    met = np.add.reduceat(weights * similar.max(axis=1), starts)
    found[filled, 0] = met / np.maximum(np.add.reduceat(weights, starts), 1e-6)
    asked = np.maximum.reduceat(similar, starts, axis=0)
    rarity = _rarity(theirs.words, statistics)
    found[filled, 1] = (asked * np.abs(asked)) @ rarity / max(float(rarity.sum()), 1e-6)
    return found


def _nearness(one: Vectors, many: Sequence[Vectors]) -> Floats:
    """Cosines of a title's nearness to the points of the technical world with that of each other title."""
    topics = np.stack([other.topics for other in many])
    near = np.zeros(1 + max(int(topics.max()), int(one.topics.max())), dtype=np.float32)
    near[one.topics] = one.nearness
    return np.asarray((near[topics] * np.stack([other.nearness for other in many])).sum(axis=1), dtype=np.float32)


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
