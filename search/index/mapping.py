"""The index: strict, whitespace-analysed, with nothing that needs a plugin."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from search.analysis import text
from search.index.documents import Document
from search.index.encoder import DIMENSIONS
from search.index.facets import FACETS

EMBEDDING = "embedding"
KEYWORD = {"type": "keyword"}
ANALYSIS = 2  # grows with every change of what becomes which token; indexes and rows of another are made anew
EVERY = "every_token"  # whatever a document can be found by, of all its fields
TOKENS = {"type": "text", "analyzer": "whitespace", "norms": True, "copy_to": EVERY}
VECTOR = {
    "type": "dense_vector",
    "dims": DIMENSIONS,
    "index": True,
    "similarity": "cosine",
    "index_options": {"type": "int8_hnsw"},
}

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    # PostgreSQL keeps the vectors; as text they would be the largest part of a document.
    "_source": {"excludes": [EMBEDDING]},
    "properties": {
        "kind": KEYWORD,
        "object_id": KEYWORD,
        "version": {"type": "long"},
        "digest": {"type": "keyword", "index": False, "doc_values": False},
        "title": {"type": "keyword", "index": False, "doc_values": False},
        "title_uni": TOKENS,
        "title_bi": TOKENS,
        "text": {"type": "keyword", "index": False, "doc_values": False},
        "text_uni": TOKENS,
        "text_bi": TOKENS,
        "names_uni": TOKENS,
        "names_bi": TOKENS,
        "codes": TOKENS | {"norms": False},
        EVERY: {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "docs"},
        "audience": KEYWORD,
        "owner": KEYWORD,
        "is_open": {"type": "boolean"},
        "identifiers": KEYWORD,
        "amount": {"type": "double"},
        "published_at": {"type": "date"},
        EMBEDDING: VECTOR,
        **dict.fromkeys(FACETS, KEYWORD),
    },
}
SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "300ms",
    "max_result_window": 10_000,
}


def mapping_hash() -> str:
    """Names mapping and analysis in the index's name, so that a change of them is seen."""
    return hashlib.sha256(json.dumps([ANALYSIS, MAPPING], sort_keys=True).encode()).hexdigest()[:8]


def key_of(document: Document) -> str:
    return f"{document.kind}:{document.id}"


def source_of(document: Document, embedding: Sequence[float] | None = None) -> dict[str, Any]:
    """A document as the index takes it, with a digest by which a later alteration is found.

    The vector is absent until it was computed; the index does not give it back, so the digest leaves it out.
    """
    title_uni, title_bi = text.fields(document.title)
    text_uni, text_bi = text.fields(document.text)
    names_uni, names_bi = text.fields("\n".join(document.names))
    source: dict[str, Any] = {
        "kind": document.kind,
        "object_id": str(document.id),
        "version": document.version,
        "title": document.title,
        "title_uni": title_uni,
        "title_bi": title_bi,
        "text": document.text[: text.MAX_CHARACTERS],
        "text_uni": text_uni,
        "text_bi": text_bi,
        "names_uni": names_uni,
        "names_bi": names_bi,
        "codes": text.fields("\n".join(document.codes))[1],
        "audience": list(document.audience),
        "owner": document.owner,
        "is_open": document.is_open,
        "identifiers": sorted({text.identifier(number) for number in document.identifiers}),
        "amount": None if document.amount is None else float(document.amount),
        "published_at": document.published_at.isoformat(),
        **{name: list(codes) for name, codes in document.facets.items()},
    }
    vector = {} if embedding is None else {EMBEDDING: embedding}
    return source | {"digest": digest_of(source)} | vector


def digest_of(source: Mapping[str, Any]) -> str:
    """Of everything in a document's source but the digest itself."""
    content = {name: value for name, value in source.items() if name != "digest"}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
