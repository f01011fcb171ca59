"""What a process that serves people loads before it does, so that no request waits for it; commands never load it."""

from collections.abc import Iterator

from django.urls import get_resolver
from ninja import Schema

from search.index import engine


def load() -> None:
    """Every address, the schemas of the API, and the engine's client."""
    get_resolver().url_patterns  # noqa: B018  imports the views
    for schema in schemas():
        schema.model_rebuild()
    if engine.is_configured():
        engine.client()


def schemas(parent: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for schema in parent.__subclasses__():
        yield schema
        yield from schemas(schema)
