"""The index: strict, whitespace-analysed, with nothing that needs a plugin.

`elasticsearch.dsl` comes with the engine's client, which most processes never ask for, and is imported with it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from search.analysis import text
from search.index.documents import Document
from search.index.encoder import DIMENSIONS
from search.index.facets import FACETS

if TYPE_CHECKING:
    from elasticsearch import dsl

EMBEDDING = "embedding"
ANALYSIS = 2  # grows with every change of what becomes which token; indexes and rows of another are made anew
EVERY = "every_token"  # whatever a document can be found by, of all its fields
SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "300ms",
    "max_result_window": 10_000,
}


@cache
def mapping() -> "dsl.Mapping":
    """The fields that a document may have, and no other."""
    from elasticsearch import dsl

    made = dsl.Mapping()
    made.meta("dynamic", "strict")
    # PostgreSQL keeps the vectors; as text they would be the largest part of a document.
    made.meta("_source", {"excludes": [EMBEDDING]})
    for name, field in _fields().items():
        made.field(name, field)
    return made


def _fields() -> "dict[str, dsl.Field]":
    """Which field is searched how."""
    from elasticsearch.dsl import Boolean, Date, DenseVector, Double, Keyword, Long, Text

    def tokens(*, norms: bool = True) -> Text:
        return Text(analyzer="whitespace", norms=norms, copy_to=EVERY)

    def kept() -> Keyword:
        """What is shown and not searched."""
        return Keyword(index=False, doc_values=False)

    vector = DenseVector(dims=DIMENSIONS, index=True, similarity="cosine", index_options={"type": "int8_hnsw"})
    return {
        "kind": Keyword(),
        "object_id": Keyword(),
        "version": Long(),
        "digest": kept(),
        "title": kept(),
        "title_uni": tokens(),
        "title_bi": tokens(),
        "text": kept(),
        "text_uni": tokens(),
        "text_bi": tokens(),
        "names_uni": tokens(),
        "names_bi": tokens(),
        "codes": tokens(norms=False),
        EVERY: Text(analyzer="whitespace", norms=False, index_options="docs"),
        "audience": Keyword(),
        "owner": Keyword(),
        "is_open": Boolean(),
        "identifiers": Keyword(),
        "amount": Double(),
        "published_at": Date(),
        EMBEDDING: vector,
        **{name: Keyword() for name in FACETS},
    }


@cache
def mapping_hash() -> str:
    """Names mapping and analysis in the index's name, so that a change of them is seen."""
    return hashlib.sha256(json.dumps([ANALYSIS, mapping().to_dict()], sort_keys=True).encode()).hexdigest()[:8]


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
