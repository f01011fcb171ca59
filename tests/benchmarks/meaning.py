"""Invented vectors, kept as if the encoder had made them: wordings with words in common lie close to each other.

The encoder needs some 30 ms for a title and 250 ms for a demand, which would be hours for the listings of a bench.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from matching.matches import listing_adapter, vector_store
from matching.matches.models import Kind
from matching.scoring.profiles import Profile
from matching.scoring.statistics import token_ids
from matching.scoring.vectors import MOST_CONTEXT, TOPICS, Vectors
from search.index import encoder, vectors

BATCH = 1000
DIRECTIONS, POINTS = 4096, 2000


def build_for_index(listings: QuerySet[Any]) -> None:
    """One vector for each title."""
    for titles in _batches(listings.values_list("title", flat=True)):
        vectors.keep({title: _unit(_directions()[token_ids(title)[1] % DIRECTIONS].sum(axis=0)) for title in titles})


def build_for_ranker(kind: Kind, listings: QuerySet[Any]) -> None:
    """One vector for each bigram of a title, and for as many of a demand's text as the encoder would leave."""
    for batch in _batches(listings):
        profiles = [listing_adapter.profile_of(row) for row in batch]
        vector_store.keep(kind, [(profile, _vectors_of(kind, profile)) for profile in profiles])


def _vectors_of(kind: Kind, profile: Profile) -> Vectors:
    title = token_ids(profile.title)[1]
    context = token_ids(profile.body)[1][:MOST_CONTEXT] if kind == Kind.DEMAND else title[:0]
    words = np.concatenate([title, context])
    states = _directions()[words % DIRECTIONS]
    topics = np.sort(np.random.default_rng(title).permutation(POINTS)[:TOPICS])
    return Vectors(
        tokens=states.astype(np.float16),
        words=np.stack([words, words], axis=1),
        title_tokens=len(title),
        topics=topics.astype(np.uint16),
        nearness=np.full(TOPICS, TOPICS**-0.5, dtype=np.float16),
        sentence=_unit(states.sum(axis=0)).astype(np.float16),
    )


@cache
def _directions() -> NDArray[np.float32]:
    """float32[4096, 384] of length one."""
    found = np.random.default_rng(1).normal(size=(DIRECTIONS, encoder.DIMENSIONS))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def _unit(value: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(value / max(float(np.linalg.norm(value)), 1e-6), dtype=np.float32)


def _batches(listings: QuerySet[Any]) -> Iterator[list[Any]]:
    found = listings.iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        yield batch
