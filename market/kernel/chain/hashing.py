"""How a row becomes a link. The one-file verifier repeats this arithmetic; neither imports the other.

    field hash = H(salt + name + 0x00 + "n")          for null
                 H(salt + name + 0x00 + "s" + value)  for a value as UTF-8 text
    leaf       = H(0x00 + source + 0x00 + row id + 0x00 + the field hashes in their order)
    link       = H(0x02 + link before + sequence number as 8 bytes + leaf)

A field that may stay hidden is salted with the row's veil, which leaves the database with no bundle, so that its hash
does not tell a value that could be guessed.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence

from cryptography.hazmat.primitives import hashes

Digest = Callable[[bytes], bytes]

SIZE = 32  # bytes of every hash, salt and veil are 32, 16 and 16
SALT = 16
GENESIS = bytes(SIZE)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


DIGESTS: dict[str, Digest] = {"sha256": sha256, "sm3": sm3}


def field_hash(digest: Digest, salt: bytes, name: bytes, value: str | None) -> bytes:
    return digest(salt + name + b"\0n") if value is None else digest(salt + name + b"\0s" + value.encode())


def field_hashes(
    digest: Digest,
    names: Iterable[str],
    values: Iterable[str | None],
    *,
    hidden: Collection[str],
    salt: bytes,
    veil: bytes,
) -> list[bytes]:
    """The hash of each field, in order."""
    return [
        field_hash(digest, veil if name in hidden else salt, name.encode(), value)
        for name, value in zip(names, values, strict=True)
    ]


def leaf(digest: Digest, source: str, row_id: str, found: Sequence[bytes]) -> bytes:
    return digest(b"\0" + source.encode() + b"\0" + row_id.encode() + b"\0" + b"".join(found))


def link(digest: Digest, before: bytes, seq: int, of_leaf: bytes) -> bytes:
    return digest(b"\2" + before + seq.to_bytes(8, "big") + of_leaf)
