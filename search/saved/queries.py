"""A query as it is stored, and as it is asked again."""

from collections.abc import Mapping
from typing import Any

import structlog

from market.kernel.problems import Problem
from search.find.query import SearchQuery, parse
from search.saved.models import SavedSearch

log = structlog.get_logger(__name__)


def stored(query: SearchQuery) -> dict[str, Any]:
    return {
        "typed": query.typed,
        "kind": query.kind,
        "facets": {name: list(codes) for name, codes in query.facets.items()},
        "sort": query.sort,
    }


def asked(search: SavedSearch) -> SearchQuery | None:
    """The query of a saved search; None where a later release no longer understands it."""
    try:
        return read(search.query)
    except Problem as problem:
        log.warning("saved_search_not_understood", search_id=str(search.id), code=problem.code)
        return None


def read(facts: Mapping[str, Any]) -> SearchQuery:
    """A query from its stored form; raises Problem as `parse` does."""
    return parse(facts["typed"], kind=facts["kind"], facets=facts["facets"], sort=facts["sort"])
