"""The points of the technical world that `vectors` places a text among, made from titles without any judgement."""

import numpy as np

from matching.scoring.vectors import Floats, packed
from search.index import encoder

POINTS = 2000
STEPS = 12
SEED = 0


def made(titles: list[str], asked: list[str]) -> bytes:
    """The data file from titles of papers and patents; `asked` are demands, whose token states have another mean.

    Raises EncoderAbsent, and ValueError where there are fewer titles than points.
    """
    distinct = sorted(set(titles))
    if len(distinct) < POINTS:
        raise ValueError(f"{len(distinct)} titles are fewer than {POINTS}")
    passages = [found.tokens for found in encoder.encode(distinct, is_query=False)]
    mean = np.concatenate(passages).mean(axis=0)
    query = np.concatenate([found.tokens for found in encoder.encode(asked, is_query=True)]).mean(axis=0)
    places = np.array([_unit(_unit(tokens - mean).mean(axis=0)) for tokens in passages if len(tokens)])
    return packed(clusters(places, POINTS), query, mean)


def clusters(places: Floats, count: int) -> Floats:
    """Spherical k-means: float32[count, width] of length 1; the same for the same input."""
    chance = np.random.RandomState(SEED)
    centres = places[chance.choice(len(places), count, replace=False)]
    for _step in range(STEPS):
        nearest = (places @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, places)
        is_empty = np.bincount(nearest, minlength=count) == 0
        sums[is_empty] = places[chance.choice(len(places), int(is_empty.sum()))]
        centres = _unit(sums)
    return np.asarray(centres, dtype=np.float32)


def _unit(values: Floats) -> Floats:
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-6), dtype=np.float32)
