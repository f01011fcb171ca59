"""Elasticsearch, with budgets: connecting 0.3 s, a whole search 2 s; away is a state, not an accident."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from elastic_transport import RequestsHttpNode
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from market.kernel.health import probe
from search.breaker import Breaker, EngineAway
from search.mapping import MAPPING, SETTINGS, mapping_hash

T = TypeVar("T")
SEARCH_SECONDS = 2.0
INDEX_SECONDS = 30.0
breaker = Breaker()


class BoundedNode(RequestsHttpNode):
    """An HTTP connection whose connecting has a budget of its own."""

    CONNECT_SECONDS = 0.3

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        send = self.session.send

        def bounded(request: Any, **options: Any) -> Any:
            total = options.get("timeout")
            return send(request, **(options | {"timeout": (self.CONNECT_SECONDS, total)}))

        self.session.send = bounded  # type: ignore[method-assign]


def client() -> Elasticsearch:
    """The client of a process; sniffing and retries are off, since the breaker and the outbox do that."""
    return _client(settings.ELASTICSEARCH_URL)


@cache
def _client(url: str) -> Elasticsearch:
    return Elasticsearch(
        url,
        node_class=BoundedNode,
        request_timeout=SEARCH_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
    )


def is_configured() -> bool:
    return bool(settings.ELASTICSEARCH_URL)


def alias() -> str:
    return f"{settings.NAMESPACE}-listings"


def ask(function: Callable[[Elasticsearch], T], *, seconds: float = SEARCH_SECONDS) -> T:
    """Call the engine through the breaker; raises EngineAway for whatever means that it is not there.

    An index that is not made yet serves no search either, but says nothing against the engine: the indexer, which
    shares the breaker, must get through to make it.
    """
    if not is_configured():
        raise EngineAway("no address")

    def guarded() -> T:
        try:
            return function(client().options(request_timeout=seconds))
        except TransportError as error:
            raise EngineAway(f"{type(error).__name__}: {error}"[:300]) from error
        except ApiError as error:
            if error.status_code in {429, 502, 503, 504}:
                raise EngineAway(f"{error.status_code}") from error
            raise

    try:
        return breaker.call(guarded)
    except NotFoundError as error:
        raise EngineAway(f"{type(error).__name__}: {error}"[:300]) from error


def search(body: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """A raw search; a partial or timed-out answer counts as none, since it would look like fewer results."""
    limited = {**body, "timeout": "1500ms"}
    answer = ask(lambda es: es.search(index=alias(), body=limited, allow_partial_search_results=False, **options).body)
    if answer["timed_out"] or answer["_shards"]["failed"]:
        raise EngineAway("partial answer")
    result: dict[str, Any] = answer
    return result


def search_many(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Several raw searches in one request, as header and body lines; whole answers or none."""
    answers = ask(lambda es: es.msearch(index=alias(), searches=list(lines)).body)["responses"]
    for answer in answers:
        if answer.get("error") or answer["timed_out"] or answer["_shards"]["failed"]:
            raise EngineAway("partial answer")
    found: list[dict[str, Any]] = answers
    return found


def create_index() -> str:
    """A fresh, empty index under a name of its mapping and time."""
    name = f"{alias()}-{mapping_hash()}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    ask(lambda es: es.indices.create(index=name, mappings=MAPPING, settings=SETTINGS), seconds=INDEX_SECONDS)
    return name


def current_index() -> str | None:
    """The index behind the alias, or None before the first."""

    def find(es: Elasticsearch) -> str | None:
        if not es.indices.exists_alias(name=alias()):
            return None
        return next(iter(es.indices.get_alias(name=alias()).body), None)

    return ask(find, seconds=INDEX_SECONDS)


def ensure_index() -> str:
    """The index behind the alias, made if there is none."""
    name = current_index()
    if name is None:
        name = create_index()
        point_alias_at(name)
    return name


def point_alias_at(name: str) -> list[str]:
    """Swap the alias in one step; returns the indexes it named before."""

    def swap(es: Elasticsearch) -> list[str]:
        old = [
            index for index in _own_indexes(es) if index != name and es.indices.exists_alias(name=alias(), index=index)
        ]
        actions: list[dict[str, Any]] = [{"remove": {"index": index, "alias": alias()}} for index in old]
        es.indices.update_aliases(actions=[*actions, {"add": {"index": name, "alias": alias()}}])
        return old

    return ask(swap, seconds=INDEX_SECONDS)


def drop(names: Sequence[str]) -> None:
    for name in names:
        ask(lambda es, name=name: es.indices.delete(index=name, ignore_unavailable=True), seconds=INDEX_SECONDS)  # type: ignore[misc]


def drop_all() -> None:
    """Remove every index of this namespace; for tests and for starting anew."""
    if is_configured():
        drop(ask(_own_indexes, seconds=INDEX_SECONDS))


def _own_indexes(es: Elasticsearch) -> list[str]:
    pattern = re.compile(rf"{re.escape(alias())}-[0-9a-f]{{8}}-\d+")
    return [
        name
        for name in es.indices.get_settings(index=f"{alias()}-*", ignore_unavailable=True).body
        if pattern.fullmatch(name)
    ]


def bulk(lines: Sequence[Mapping[str, Any]], *, index: str) -> list[dict[str, Any]]:
    """A bulk request; the per-item answers in order. Raises EngineAway when it failed as a whole."""
    answer = ask(lambda es: es.bulk(operations=list(lines), index=index), seconds=INDEX_SECONDS)
    return [next(iter(item.values())) for item in answer["items"]]


@probe("elasticsearch", is_required=False)
def state() -> str:
    """For /readyz: the market goes on in a plainer form without it."""
    if not is_configured():
        return "unavailable: PostgreSQL answers searches"
    try:
        status = client().options(request_timeout=1.0).cluster.health()["status"]
    except (TransportError, ApiError) as error:
        return f"{type(error).__name__}: PostgreSQL answers searches"
    return "ok" if status in {"green", "yellow"} else str(status)
