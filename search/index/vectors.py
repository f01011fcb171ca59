"""What titles mean, as vectors: computed once for each content, kept in PostgreSQL, copied into every index.

The digest of a title names its vector, so an unchanged title costs nothing, however often its listing changes.
"""

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from market.kernel.compiled_query import RowsAmong
from search.index import encoder
from search.index.models import TextVector

BATCH = 32
_KEPT = np.float16  # half the bytes; cosines change in the fourth decimal
_SENTENCES = RowsAmong(lambda: TextVector.objects.values_list("digest", "sentence"), "digest", str)
Floats = NDArray[np.float32]


def stored(titles: Iterable[str]) -> dict[str, Floats]:
    """float32[384] of length one for each title whose vector is there."""
    by_digest = {_digest(title): title for title in titles}
    rows = _SENTENCES(list(by_digest))
    return {by_digest[row.digest]: np.frombuffer(row.sentence, dtype=_KEPT).astype(np.float32) for row in rows}


def ensure(titles: Iterable[str]) -> dict[str, Floats]:
    """All vectors; those that are missing are computed and kept, batch by batch. Empty where there is no model.

    Whoever keeps a vector must tell the index (`search.index.encoding`): a title that has one is not encoded again.
    """
    wanted = list(dict.fromkeys(titles))
    found = stored(wanted)
    missing = [title for title in wanted if title not in found]
    if not encoder.is_available():
        return found
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        encoded = encoder.encode(batch, is_query=False)
        fresh = {title: text.sentence for title, text in zip(batch, encoded, strict=True)}
        keep(fresh)
        found |= fresh
    return found


def keep(sentences: Mapping[str, Floats]) -> None:
    """Write vectors; two workers that computed the same one agree."""
    rows = [
        TextVector(digest=_digest(title), sentence=sentence.astype(_KEPT).tobytes())
        for title, sentence in sentences.items()
    ]
    # In one order, so that two who write the same wait for each other and no more.
    TextVector.objects.bulk_create(sorted(rows, key=lambda row: row.digest), ignore_conflicts=True)


def missing(titles: Iterable[str]) -> list[str]:
    """Those of the titles that have no vector yet."""
    by_digest = {_digest(title): title for title in titles}
    there = set(TextVector.objects.filter(digest__in=by_digest).values_list("digest", flat=True))
    return [title for digest, title in by_digest.items() if digest not in there]


def _digest(title: str) -> str:
    return hashlib.sha256(f"{encoder.MODEL}\0{title}".encode("utf-8", "replace")).hexdigest()
