"""Both copies take many documents at once: in bounded requests, in one statement, and never an older version."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from listings.catalog.events import ListingChanged
from market.kernel import outbox
from search.index import engine, indexing
from search.index.breaker import EngineAway
from search.index.documents import Document
from search.index.models import SearchDocument
from tests.cast import MONDAY
from tests.search.conftest import documents
from tests.together import at_once


def document(number: int, version: int = 1, title: str = "铜", text: str = "") -> Document:
    return Document("achievement", UUID(int=number), version, title, text, ["public"], MONDAY)


def lines(*numbers: int, text: str = "", version: int = 1) -> list[dict[str, Any]]:
    """Items as `indexing.index` sends them."""
    found: list[dict[str, Any]] = []
    for number in numbers:
        made = document(number, version, text=text)
        head = {"_id": f"achievement:{made.id}", "version": version, "version_type": "external_gte"}
        found += [{"index": head}, {"kind": "achievement", "object_id": str(made.id), "version": version, "text": text}]
    return found


def stored() -> dict[int, tuple[int, str]]:
    return {row.object_id.int: (row.version, row.title) for row in SearchDocument.objects.all()}


def test_requests_are_cut_at_two_megabytes_and_between_items():
    delete = {"delete": {"_id": "gone"}}
    items = [*lines(*range(1, 8), text="x" * 500_000), delete, delete, *lines(8)]

    parts = list(engine._parts(items))

    assert [len(part) for part in parts] == [8, 10]
    assert [part[0][:8] for part in parts] == [b'{"index"'] * 2
    assert all(sum(map(len, part)) < 2_600_000 for part in parts)
    assert list(engine._parts([])) == []


def test_the_answers_of_all_requests_come_in_order():
    name = engine.ensure_index()
    indexing.index([indexing.Change("achievement", UUID(int=3), 9, document(3, 9))], name=name)

    answers = engine.bulk(lines(*range(1, 8), text="x" * 500_000), index=name)

    assert [answer["status"] for answer in answers] == [201, 201, 409, 201, 201, 201, 201]
    assert len(documents()) == 7


def test_what_was_taken_before_a_request_failed_stays_and_is_sent_again_without_harm(proxy):
    name = engine.ensure_index()
    items = lines(*range(1, 8), text="x" * 500_000)

    def going_away():
        yield from items[:10]  # the first request has left when the tenth line is read
        proxy.refuse()
        yield from items[10:]

    with pytest.raises(EngineAway):
        engine.bulk(going_away(), index=name)
    proxy.pass_on()
    engine.breaker.reset()
    assert {row["object_id"] for row in documents().values()} == {str(UUID(int=number)) for number in range(1, 5)}

    answers = engine.bulk(items, index=name)

    assert [answer["status"] for answer in answers] == [200] * 4 + [201] * 3
    assert len(documents()) == 7


def test_the_copy_takes_a_newer_and_an_equal_version_and_no_older_one(db, django_assert_num_queries):
    indexing.store(document(number, 2, "二") for number in (1, 2, 3))

    with django_assert_num_queries(1):
        indexing.store([document(1, 1, "一"), document(2, 2, "二又"), document(3, 3, "三"), document(4, 1, "新")])
    with django_assert_num_queries(0):
        indexing.store([])

    assert stored() == {1: (2, "二"), 2: (2, "二又"), 3: (3, "三"), 4: (1, "新")}


def test_two_that_write_the_same_documents_at_once_leave_the_newest(committed_cast):
    """In opposite orders, which would be a deadlock if each wrote in its own."""
    old = [document(number, 1, "旧") for number in range(1, 200)]
    new = [document(number, 2, "新") for number in range(199, 0, -1)]
    indexing.store(old)

    for _ in range(5):
        assert at_once([partial(indexing.store, rows) for rows in (old, new, new[::-1], old[::-1])]) == [None] * 4

    assert stored() == dict.fromkeys(range(1, 200), (2, "新"))


def test_a_removal_that_comes_late_leaves_a_newer_document(db):
    indexing.store([document(1, 2), document(2, 3)])
    gone = [outbox.Envelope(number, ListingChanged(UUID(int=number), "achievement", 2), MONDAY) for number in (1, 2)]

    assert indexing.write_fallback(gone) == {}

    assert stored() == {2: (3, "铜")}
