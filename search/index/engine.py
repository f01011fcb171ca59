"""Elasticsearch, with budgets: connecting 0.3 s, a whole search 2 s; away is a state, not an accident.

Its client is imported by the first who asks: that takes a sixth of the start of a process, and most never ask.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from django.conf import settings

from search.index.breaker import Breaker, EngineAway
from search.index.mapping import SETTINGS, mapping, mapping_hash

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

T = TypeVar("T")
SEARCH_SECONDS = 2.0
INDEX_SECONDS = 30.0
BULK_BYTES = 2_000_000
ANSWERED = ["items.*.status", "items.*.error.type", "items.*.error.reason"]
TEMPLATE_PRIORITY = 500
breaker = Breaker()


def client() -> "Elasticsearch":
    """The client of a process; sniffing and retries are off, since the breaker and the outbox do that."""
    from search.index import transport

    return transport.client(settings.ELASTICSEARCH_URL, seconds=SEARCH_SECONDS)


@cache
def _hurried(url: str, seconds: float) -> "Elasticsearch":
    """The same client with another budget; kept, since it is made of some forty objects."""
    return client().options(request_timeout=seconds)


def is_configured() -> bool:
    return bool(settings.ELASTICSEARCH_URL)


def alias() -> str:
    return f"{settings.NAMESPACE}-listings"


def ask(function: Callable[["Elasticsearch"], T], *, seconds: float = SEARCH_SECONDS) -> T:
    """Call the engine through the breaker; raises EngineAway for whatever means that it is not there.

    An index that is not made yet serves no search either, but says nothing against the engine: the indexer, which
    shares the breaker, must get through to make it.
    """
    if not is_configured():
        raise EngineAway("no address")
    from search.index.transport import ApiError, NotFoundError, TransportError

    def guarded() -> T:
        try:
            return function(_hurried(settings.ELASTICSEARCH_URL, seconds))
        except TransportError as error:
            raise EngineAway(f"{type(error).__name__}: {error}"[:300]) from error
        except ApiError as error:
            if error.status_code in {401, 403, 429, 502, 503, 504}:
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


def search_many(lines: Sequence[Mapping[str, Any]], *, seconds: float = SEARCH_SECONDS) -> list[dict[str, Any]]:
    """Several raw searches in one request, as header and body lines; whole answers or none."""
    answers = ask(lambda es: es.msearch(index=alias(), searches=list(lines)).body, seconds=seconds)["responses"]
    for answer in answers:
        if answer.get("error") or answer["timed_out"] or answer["_shards"]["failed"]:
            raise EngineAway("partial answer")
    found: list[dict[str, Any]] = answers
    return found


def ensure_index() -> str:
    """The index behind the alias, made if there is none."""
    name = _named().get(alias())
    return _widened(name) if name else _create(alias())


def current_index() -> str | None:
    """The index behind the alias, or None before the first."""
    return _named().get(alias())


def ensure_next() -> str:
    """The index that is to take over, made if there is none, or if the one there has an older mapping.

    Nobody searches it before it is promoted, so it refreshes only when asked to.
    """
    ensure_index()
    name = _named().get(next_alias())
    if name is not None and mapping_hash() not in name:
        drop([name])
        name = None
    return name or _create(next_alias(), refresh_interval="-1")


def writable() -> list[str]:
    """The aliases to write to: the one that is searched, made if there is none, and the next one's in a rebuild."""
    named = _named()
    if alias() not in named:
        _create(alias())
    else:
        _widened(named[alias()])
    return [alias(), next_alias()] if next_alias() in named else [alias()]


@cache
def _widened(name: str) -> str:
    """An index that an earlier release made learns the fields that came since, until the next rebuild."""
    if mapping_hash() not in name:
        fields = mapping().to_dict()["properties"]
        ask(lambda es: es.indices.put_mapping(index=name, properties=fields), seconds=INDEX_SECONDS)
    return name


def promote(name: str) -> list[str]:
    """Have the next index take over in one step; returns the indexes that are of no use any more."""

    def swap(es: "Elasticsearch") -> list[str]:
        old = [index for index in _own_indexes(es) if index != name]
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": alias(), "must_exist": False}} for index in old
        ]
        actions += [{"remove": {"index": name, "alias": next_alias(), "must_exist": False}}]
        es.indices.update_aliases(actions=[*actions, {"add": {"index": name, "alias": alias()}}])
        return old

    as_usual = {"refresh_interval": SETTINGS["refresh_interval"]}
    ask(lambda es: es.indices.put_settings(index=name, settings=as_usual), seconds=INDEX_SECONDS)
    refresh(name)
    return ask(swap, seconds=INDEX_SECONDS)


def next_alias() -> str:
    """Names the index that is being filled, into which the relay writes as well."""
    return f"{alias()}-next"


def _create(alias_name: str, **changed: Any) -> str:
    """A fresh, empty index under a name of its mapping and time, behind an alias."""
    from elasticsearch.dsl import ComposableIndexTemplate, Index

    name = f"{alias()}-{mapping_hash()}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    template = ComposableIndexTemplate(alias(), f"{alias()}*", priority=TEMPLATE_PRIORITY)
    index = Index(name).settings(**SETTINGS | changed).aliases(**{alias_name: {}})
    index.mapping(mapping())

    def create(es: "Elasticsearch") -> None:
        # A removal that comes late would make an index by itself, under the name of an alias that has just gone.
        es.indices.put_index_template(name=alias(), allow_auto_create=False, **template.to_dict())
        index.create(using=es)

    ask(create, seconds=INDEX_SECONDS)
    return name


def _named() -> dict[str, str]:
    """Which index stands behind each of our two aliases."""

    def find(es: "Elasticsearch") -> dict[str, str]:
        found = es.indices.get_alias(index=f"{alias()}-*", ignore_unavailable=True).body
        ours = {alias(), next_alias()}
        return {name: index for index in _own(found) for name in found[index]["aliases"] if name in ours}

    return ask(find, seconds=INDEX_SECONDS)


def refresh(name: str) -> None:
    ask(lambda es: es.indices.refresh(index=name), seconds=INDEX_SECONDS)


def is_blocked(name: str) -> bool:
    """Whether the index refuses writes, as it does once its disk was full."""
    found = ask(lambda es: es.indices.get_settings(index=name).body, seconds=INDEX_SECONDS)
    blocks = next(iter(found.values()))["settings"]["index"].get("blocks", {})
    return any(str(value) == "true" for value in blocks.values())


def unblock(name: str) -> None:
    lifted = dict.fromkeys(("read_only_allow_delete", "read_only", "write"))
    ask(lambda es: es.indices.put_settings(index=name, settings={"index.blocks": lifted}), seconds=INDEX_SECONDS)


def drop(names: Sequence[str]) -> None:
    for name in names:
        ask(lambda es, name=name: es.indices.delete(index=name, ignore_unavailable=True), seconds=INDEX_SECONDS)  # type: ignore[misc]


def drop_all() -> None:
    """Remove every index of this namespace and their template; for tests and for starting anew."""
    if is_configured():
        drop(ask(_own_indexes, seconds=INDEX_SECONDS))
        ask(lambda es: es.options(ignore_status=404).indices.delete_index_template(name=alias()), seconds=INDEX_SECONDS)


def _own_indexes(es: "Elasticsearch") -> list[str]:
    return _own(es.indices.get_settings(index=f"{alias()}-*", ignore_unavailable=True).body)


def _own(names: Iterable[str]) -> list[str]:
    """Those of our namespace: another's may begin with the same letters."""
    pattern = re.compile(rf"{re.escape(alias())}-[0-9a-f]{{8}}-\d+")
    return [name for name in names if pattern.fullmatch(name)]


def bulk(lines: Iterable[Mapping[str, Any]], *, index: str) -> list[dict[str, Any]]:
    """Bulk requests of about 2 MB each; the per-item answers in order. Raises EngineAway when one failed as a whole.

    What the requests before that one wrote stays written, so whoever sends all of it again must bring versions.
    Where `index` is an alias that names nothing, each item answers 404: our template lets no index make itself.
    """
    require = index in {alias(), next_alias()}
    answers: list[dict[str, Any]] = []
    for part in _parts(lines):
        answer = ask(
            lambda es, part=part: es.bulk(  # type: ignore[misc]
                operations=part, index=index, require_alias=require, filter_path=ANSWERED
            ),
            seconds=INDEX_SECONDS,
        )
        answers += [next(iter(item.values())) for item in answer["items"]]
    return answers


def _parts(lines: Iterable[Mapping[str, Any]]) -> Iterator[list[bytes]]:
    """Lines as JSON, cut between items: a small heap refuses what is much larger."""
    part: list[bytes] = []
    size = 0
    is_head = True
    for line in lines:
        if is_head and size >= BULK_BYTES:
            yield part
            part, size = [], 0
        part.append(orjson.dumps(line))
        size += len(part[-1])
        is_head = not is_head or "delete" in line  # which has no second line
    if part:
        yield part


def state() -> str:
    """For /readyz: the market goes on in a plainer form without it."""
    if not is_configured():
        return "unavailable: PostgreSQL answers searches"
    from search.index.transport import ApiError, TransportError

    try:
        status = client().options(request_timeout=1.0).cluster.health()["status"]
    except (TransportError, ApiError) as error:
        return f"{type(error).__name__}: PostgreSQL answers searches"
    return "ok" if status in {"green", "yellow"} else str(status)
