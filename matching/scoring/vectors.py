"""What the encoder makes of one side, in the form that is stored and compared: computed once per content.

Token states are less their mean over Chinese technical texts and of length 1: the model's states share one direction,
which says nothing. `topics` places a text among 2,000 points of the technical world (clusters of titles of patents
and of papers): texts near to the same points are about the same thing, even where their own cosine says little.
"""

import hashlib
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.scoring.profiles import Profile
from matching.scoring.statistics import Ids, token_ids
from search.index import encoder

Floats = NDArray[np.float32]

FILE = Path(__file__).resolve().parent / "data" / "topics.bin"
TOPICS = 100  # the nearest points that a text keeps
MOST_CONTEXT = 64  # tokens of a demand's text that are kept, spread over it evenly
VERSION = 2  # of their bytes
_HEADER = struct.Struct("<4sBHH")
_POINTS = struct.Struct("<4sII")


class BadVectors(ValueError):
    """The bytes are not vectors of this model."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """`tokens`: float16[n, 384], those of the title first, `title_tokens` of them; `words`: uint32[n, 2], the hashes of
    each token's first and last bigram; `topics`: uint16[100] and `nearness`: float16[100], of length 1, by `topics`;
    `sentence`: float16[384], of length 1, the mean of all tokens, by which the index looks for what is near.
    """

    tokens: NDArray[np.float16]
    words: Ids
    title_tokens: int
    topics: NDArray[np.uint16]
    nearness: NDArray[np.float16]
    sentence: NDArray[np.float16]

    def to_bytes(self) -> bytes:
        header = _HEADER.pack(b"MVEC", VERSION, len(self.tokens), self.title_tokens)
        parts = (self.tokens, self.words, self.sentence, self.topics, self.nearness)
        return header + b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises BadVectors."""
        try:
            magic, version, tokens, title_tokens = _HEADER.unpack_from(data)
        except struct.error as broken:
            raise BadVectors(f"damaged vectors: {broken}") from broken
        size = _HEADER.size + tokens * (2 * encoder.DIMENSIONS + 8) + 2 * encoder.DIMENSIONS + 4 * TOPICS
        if (magic, version) != (b"MVEC", VERSION) or title_tokens > tokens or len(data) != size:
            raise BadVectors("not vectors of this version")
        at = _HEADER.size
        states = np.frombuffer(data, np.float16, tokens * encoder.DIMENSIONS, at).reshape(tokens, -1)
        words = np.frombuffer(data, np.uint32, 2 * tokens, at + states.nbytes).reshape(tokens, 2)
        sentence = np.frombuffer(data, np.float16, encoder.DIMENSIONS, at + states.nbytes + words.nbytes)
        topics = np.frombuffer(data, np.uint16, TOPICS, size - 4 * TOPICS)
        nearness = np.frombuffer(data, np.float16, TOPICS, size - 2 * TOPICS)
        return cls(states, words, title_tokens, topics, nearness, sentence)


@dataclass(frozen=True, slots=True)
class Points:
    """`places`: float32[2000, 384], of length 1; the means of token states of queries and of passages."""

    places: Floats
    query: Floats
    passage: Floats


def of_demands(profiles: Sequence[Profile]) -> list[Vectors]:
    """Vectors of demands: title and text together, as a query. Raises EncoderAbsent."""
    found = encoder.encode([profile.wording for profile in profiles], is_query=True)
    return [
        _vectors(encoded, _pieces_of(profile.title, encoded.words), points().query)
        for profile, encoded in zip(profiles, found, strict=True)
    ]


def of_achievements(profiles: Sequence[Profile]) -> list[Vectors]:
    """Vectors of achievements: the title alone, as a passage. Raises EncoderAbsent."""
    return [of_title(encoded) for encoded in encoder.encode([profile.title for profile in profiles], is_query=False)]


def of_title(encoded: encoder.Encoded) -> Vectors:
    """Vectors of an achievement whose title was encoded already, as a passage."""
    return _vectors(encoded, len(encoded.words), points().passage)


def _pieces_of(title: str, words: Sequence[str]) -> int:
    """How many of the first pieces make up the title; a piece never crosses a line."""
    left = sum(not character.isspace() for character in unicodedata.normalize("NFKC", title))
    for at, word in enumerate(words):
        if left <= 0:
            return at
        left -= len(word)
    return len(words)


def _vectors(encoded: encoder.Encoded, title_tokens: int, mean: Floats) -> Vectors:
    ids = [_word(word) for word in encoded.words]
    in_title = [at for at in range(title_tokens) if ids[at] is not None]
    behind = [at for at in range(title_tokens, len(ids)) if ids[at] is not None]
    if len(behind) > MOST_CONTEXT:
        behind = [behind[at] for at in np.linspace(0, len(behind) - 1, MOST_CONTEXT).astype(int)]
    kept = in_title + behind
    states = _unit(encoded.tokens[kept] - mean)
    topics, nearness = _topics(states[: len(in_title)])
    words = np.array([ids[at] for at in kept], dtype=np.uint32).reshape(-1, 2)
    sentence = encoded.sentence.astype(np.float16)
    return Vectors(states.astype(np.float16), words, len(in_title), topics, nearness, sentence)


def _topics(states: Floats) -> tuple[NDArray[np.uint16], NDArray[np.float16]]:
    mean = states.mean(axis=0) if len(states) else np.zeros(encoder.DIMENSIONS, dtype=np.float32)
    near = np.maximum(points().places @ _unit(mean), 0)
    best = np.sort(np.argpartition(-near, TOPICS)[:TOPICS])
    return best.astype(np.uint16), _unit(near[best]).astype(np.float16)


@lru_cache(maxsize=100_000)
def _word(piece: str) -> tuple[int, int] | None:
    """The hashes by which statistics know a piece; None for punctuation."""
    single, double = token_ids(piece)
    if not len(single):
        return None
    ids = double if len(single) > 1 else single
    return int(ids[0]), int(ids[-1])


@cache
def model() -> str:
    """What stored vectors were made with: those of another are computed anew."""
    return f"{encoder.MODEL}-{hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]}"


@cache
def points() -> Points:
    """The points and means of the data file; raises BadVectors."""
    return parse(FILE.read_bytes())


def parse(data: bytes) -> Points:
    try:
        magic, count, width = _POINTS.unpack_from(data)
    except struct.error as broken:
        raise BadVectors(f"{FILE.name} is damaged: {broken}") from broken
    if magic != b"MPTS" or width != encoder.DIMENSIONS or len(data) != _POINTS.size + 8 * width + count * width:
        raise BadVectors(f"{FILE.name} is damaged or of another version")
    query, passage = np.frombuffer(data, np.float32, 2 * width, _POINTS.size).reshape(2, width)
    places = np.frombuffer(data, np.int8, count * width, _POINTS.size + 8 * width).reshape(count, width)
    return Points(_unit(places.astype(np.float32)), query, passage)


def packed(places: Floats, query: Floats, passage: Floats) -> bytes:
    """The data file: places in 8 bits, each scaled to its largest part."""
    scaled = np.rint(places * (127 / np.abs(places).max(axis=1, keepdims=True))).astype(np.int8)
    means = np.stack([query, passage]).astype(np.float32)
    return _POINTS.pack(b"MPTS", *places.shape) + means.tobytes() + scaled.tobytes()


def _unit(values: Floats) -> Floats:
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-6), dtype=np.float32)
