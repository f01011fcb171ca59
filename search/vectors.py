"""What texts mean, as vectors: computed once for each content, kept in PostgreSQL, copied into every index.

The digest of a text names its encoding, so an unchanged title costs nothing, however often its listing changes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from search import encoder
from search.encoder import Encoded
from search.models import TextEncoding

BATCH = 32
_KEPT = np.float16  # half the bytes; cosines change in the fourth decimal


class Wording(NamedTuple):
    """A text in its part: the model reads a question otherwise than what is offered."""

    text: str
    is_query: bool

    @property
    def digest(self) -> str:
        written = f"{encoder.MODEL}\0{int(self.is_query)}\0{self.text}"
        return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def stored(wordings: Iterable[Wording]) -> dict[Wording, Encoded]:
    """The encodings that are there already."""
    by_digest = {wording.digest: wording for wording in wordings}
    rows = TextEncoding.objects.filter(digest__in=by_digest)
    return {by_digest[row.digest]: _read(row) for row in rows}


def ensure(wordings: Iterable[Wording]) -> dict[Wording, Encoded]:
    """All encodings; those that are missing are computed, and kept batch by batch. Empty where there is no model."""
    wanted = list(dict.fromkeys(wordings))
    found = stored(wanted)
    missing = [wording for wording in wanted if wording not in found]
    if not missing or not encoder.is_available():
        return found
    for is_query in (True, False):
        part = [wording for wording in missing if wording.is_query == is_query]
        for start in range(0, len(part), BATCH):
            batch = part[start : start + BATCH]
            encodings = encoder.encode([wording.text for wording in batch], is_query=is_query)
            keep(dict(zip(batch, encodings, strict=True)))
            found |= dict(zip(batch, encodings, strict=True))
    return found


def keep(encodings: Mapping[Wording, Encoded]) -> None:
    """Write encodings; two workers that computed the same one agree."""
    TextEncoding.objects.bulk_create(
        [
            TextEncoding(
                digest=wording.digest,
                sentence=encoded.sentence.astype(_KEPT).tobytes(),
                tokens=encoded.tokens.astype(_KEPT).tobytes(),
                words=list(encoded.words),
            )
            for wording, encoded in encodings.items()
        ],
        ignore_conflicts=True,
    )


def sentences(titles: Iterable[str]) -> dict[str, list[float]]:
    """The vector of each title as the index takes it, where it was computed already."""
    wordings = {Wording(title, is_query=False).digest: title for title in titles}
    rows = TextEncoding.objects.filter(digest__in=wordings).values_list("digest", "sentence")
    return {wordings[digest]: _floats(sentence).tolist() for digest, sentence in rows}


def _read(row: TextEncoding) -> Encoded:
    tokens = _floats(row.tokens).reshape(-1, encoder.DIMENSIONS)
    return Encoded(sentence=_floats(row.sentence), tokens=tokens, words=tuple(row.words))


def _floats(content: bytes | memoryview) -> NDArray[np.float32]:
    return np.frombuffer(content, dtype=_KEPT).astype(np.float32)


def missing(titles: Sequence[str]) -> list[str]:
    """Those of the titles that have no vector yet."""
    wordings = {Wording(title, is_query=False).digest: title for title in titles}
    there = set(TextEncoding.objects.filter(digest__in=wordings).values_list("digest", flat=True))
    return [title for digest, title in wordings.items() if digest not in there]
