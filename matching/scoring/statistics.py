"""How common each word is among listings: what makes a rare word in common worth more than a frequent one.

Tokens are counted in a table of fixed size by their hash, so memory is flat in the number of listings: two rare tokens
may share a place, which makes each look a little more common. Counts are exact sums, so listings can be added and
taken out in any order.
"""

import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from search.analysis import text

BITS = 22
_MASK = np.uint32(2**BITS - 1)
_LAYOUT = struct.Struct("<4sBQQI")
_MAGIC = b"MSTA"
_VERSION = 1
REMEMBERED = 2**17  # hashes of tokens; some 20 MB
SINGLE, DOUBLE = 1, 2  # start values of the hash: a lone word is a unigram and a bigram, counted apart

Ids = NDArray[np.uint32]


class BadStatistics(ValueError):
    """The bytes are not statistics of this version."""


def token_ids(value: str) -> tuple[Ids, Ids]:
    """The unigrams and the bigrams of a text, in order and with repetitions, as 32-bit hashes."""
    single, double = text.fields(value)
    return _hashed(single.split(), SINGLE), _hashed(double.split(), DOUBLE)


def _hashed(tokens: list[str], start: int) -> Ids:
    return np.array([_hash(token, start) for token in tokens], dtype=np.uint32)


@lru_cache(maxsize=REMEMBERED)
def _hash(token: str, start: int) -> int:
    return zlib.crc32(token.encode(), start)


class Statistics:
    """Numbers of listings, by token; changes in place."""

    __slots__ = ("_counts", "documents", "tokens")

    def __init__(self) -> None:
        self.documents = 0
        self.tokens = 0  # bigrams of all documents together
        self._counts = np.zeros(2**BITS, dtype=np.int32)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Of these documents; a listing's document is its title and its text."""
        found = cls()
        for value in texts:
            found.add(value)
        return found

    @property
    def mean_length(self) -> float:
        """Bigrams of a document, on average."""
        return self.tokens / self.documents if self.documents else 0.0

    def add(self, value: str) -> None:
        self._change(value, 1)

    def remove(self, value: str) -> None:
        """Take out a document that was added; what was never added leaves no count below nothing."""
        self._change(value, -1)

    def merge(self, other: "Statistics") -> None:
        self.documents += other.documents
        self.tokens += other.tokens
        self._counts += other._counts

    def _change(self, value: str, sign: int) -> None:
        single, double = token_ids(value)
        self.documents = max(0, self.documents + sign)
        self.tokens = max(0, self.tokens + sign * len(double))
        places = np.concatenate([np.unique(single), np.unique(double)]) & _MASK
        np.add.at(self._counts, places, sign)
        if sign < 0:
            self._counts[places] = np.maximum(self._counts[places], 0)

    def weights(self, ids: Ids) -> NDArray[np.float32]:
        """How much each token says, 0 (every listing has it) to 1 (none has): its BM25 idf by the highest there is."""
        counts = np.minimum(self._counts[ids & _MASK], self.documents)
        highest = np.log1p((self.documents + 0.5) / 0.5)
        found = np.log1p((self.documents - counts + 0.5) / (counts + 0.5)) / highest
        return np.asarray(found, dtype=np.float32)

    def to_bytes(self) -> bytes:
        places = np.flatnonzero(self._counts).astype(np.uint32)
        steps = np.diff(places, prepend=np.uint32(0))
        body = zlib.compress(steps.tobytes() + self._counts[places].tobytes(), 6)
        return _LAYOUT.pack(_MAGIC, _VERSION, self.documents, self.tokens, len(places)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises BadStatistics."""
        found = cls()
        try:
            magic, version, found.documents, found.tokens, size = _LAYOUT.unpack_from(data)
            body = zlib.decompress(data[_LAYOUT.size :])
        except (struct.error, zlib.error) as broken:
            raise BadStatistics(f"damaged statistics: {broken}") from broken
        if (magic, version) != (_MAGIC, _VERSION) or len(body) != 8 * size:
            raise BadStatistics("not statistics of this version")
        places = np.cumsum(np.frombuffer(body, np.uint32, size), dtype=np.uint32)
        if size and (int(places.max()) >= 2**BITS or (np.diff(places.astype(np.int64)) <= 0).any()):
            raise BadStatistics("damaged statistics: a place lies outside the table")
        found._counts[places] = np.frombuffer(body, np.int32, size, offset=4 * size)
        return found
