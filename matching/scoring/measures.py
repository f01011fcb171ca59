"""How good a ranking and its probabilities are; every function is of plain arrays."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.scoring.statistics import token_ids

Floats = NDArray[np.float64]

RELEVANT = 3  # the least level that counts as a hit
BINS = 10
RESAMPLES = 1000
SEED = 20261127
K1, B = 1.2, 0.75


def order(scores: Floats) -> NDArray[np.intp]:
    """Best first; equal scores in the order of their ids, which is that of the rows."""
    return np.argsort(-np.round(scores, 9), kind="stable")


def ndcg(scores: Floats, gains: Sequence[int], depth: int) -> float:
    """Discounted cumulative gain by the best possible; linear gains, of which one at least is above 0."""
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    ranked = np.asarray(gains, dtype=np.float64)[order(scores)][:depth]
    ideal = np.sort(np.asarray(gains, dtype=np.float64))[::-1][:depth]
    return float(ranked @ discounts[: len(ranked)] / (ideal @ discounts[: len(ideal)]))


def precision(scores: Floats, levels: Sequence[int], depth: int) -> float:
    """Share of hits among the first; a list shorter than `depth` is counted by what it has."""
    hits = np.asarray(levels)[order(scores)][:depth] >= RELEVANT
    return float(hits.mean())


def average_precision(scores: Floats, levels: Sequence[int]) -> float:
    """Mean precision at each hit; NaN for a list without any."""
    hits = np.asarray(levels)[order(scores)] >= RELEVANT
    if not hits.any():
        return float("nan")
    precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precisions[hits].mean())


def calibration_error(probabilities: Floats, happened: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, probabilities - happened, minlength=BINS)
    return float(np.abs(gaps).sum() / len(probabilities))


def interval(values: Floats, statistic: Callable[..., Floats] = np.nanmean) -> tuple[float, float]:
    """The middle 95 % of the mean over resampled demands."""
    chance = np.random.default_rng(SEED)
    picks = chance.integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(statistic(values[picks], axis=1), [2.5, 97.5])
    return float(low), float(high)


class Bm25:
    """The plain baseline: unigrams and bigrams, k1 = 1.2, b = 0.75, over all documents of a folder."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._bags = [[np.unique(ids, return_counts=True) for ids in token_ids(text)] for text in documents]
        lengths = np.array([[counts.sum() for _ids, counts in bags] for bags in self._bags], dtype=np.float64)
        self._lengths = lengths / np.maximum(lengths.mean(axis=0), 1e-9)
        self._frequencies = [
            dict(zip(*(part.tolist() for part in np.unique(joined, return_counts=True)), strict=True))
            for joined in (np.concatenate([bags[kind][0] for bags in self._bags]) for kind in (0, 1))
        ]

    def scores(self, wording: str, documents: Sequence[int]) -> Floats:
        """float64[n] for the documents at these places."""
        found = np.zeros(len(documents))
        for kind, tokens in enumerate(token_ids(wording)):
            ids, counts = np.unique(tokens, return_counts=True)
            frequency = np.array([self._frequencies[kind].get(token, 0) for token in ids.tolist()])
            rarity = np.log1p((len(self._bags) - frequency + 0.5) / (frequency + 0.5))
            weights = dict(zip(ids.tolist(), (counts * rarity).tolist(), strict=True))
            for row, at in enumerate(documents):
                theirs, times = self._bags[at][kind]
                share = np.array([weights.get(token, 0.0) for token in theirs.tolist()])
                damped = times * (K1 + 1) / (times + K1 * (1 - B + B * self._lengths[at, kind]))
                found[row] += float(share @ damped)
        return found


def baseline_wording(title: str, text: str) -> str:
    """A demand as the baseline's query: its title three times as heavy as what it says."""
    return "\n".join([title] * 3 + [text])
