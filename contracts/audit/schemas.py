from typing import Any

from ninja import Schema


class HeadOut(Schema):
    """A signed head. The signature is Ed25519 over `technology-market audit head 1` and the first six values below,
    each followed by a line feed."""

    market: str
    algorithm: str
    seq: int
    link: str
    root: str
    at: str
    key: str
    signature: str


class HeadPage(Schema):
    items: list[HeadOut]
    next: str | None


class ConsistencyOut(Schema):
    """RFC 6962, 2.1.2: that the tree of `first` is the beginning of the tree of `second`; hashes in hexadecimal."""

    first: HeadOut
    second: HeadOut
    proof: list[str]


class ProofOut(Schema):
    """RFC 6962, 2.1.1: that the row is under the head; `verify_turnover.py` checks it offline."""

    kind: str
    row: dict[str, Any]
    path: list[str]
    head: HeadOut
