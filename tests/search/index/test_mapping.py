"""What of a document the index takes: each field of its mapping, and a digest by which every alteration is found."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from search.analysis import text
from search.index import documents, mapping
from search.index.documents import Document
from search.index.facets import FACETS
from tests.cast import MONDAY

WHOLE = Document(
    kind="achievement",
    id=UUID(int=7),
    version=3,
    title="铜合金接触线",
    text="连续铸造",
    audience=["public"],
    published_at=MONDAY,
    owner="one",
    is_open=True,
    identifiers=["CN103668023B"],
    names=["示例大学"],
    codes=["H01B"],
    facets={"region": ["360000", "360781"]},
    amount=Decimal("800000.00"),
)
ALTERED: dict[str, Any] = {
    "kind": "demand",
    "id": UUID(int=8),
    "version": 4,
    "title": "铜合金线材",
    "text": "",
    "audience": ["signed-in"],
    "published_at": MONDAY + timedelta(seconds=1),
    "owner": "another",
    "is_open": False,
    "identifiers": [],
    "names": ["示例大学", "张三"],
    "codes": [],
    "facets": {"region": ["360000"]},
    "amount": None,
}


def test_each_field_of_a_document_is_altered_below():
    assert set(ALTERED) == set(Document.__dataclass_fields__)


@pytest.mark.parametrize("name", ALTERED)
def test_whatever_is_altered_is_found_by_the_digest(name):
    altered = replace(WHOLE, **{name: ALTERED[name]})

    assert mapping.source_of(altered)["digest"] != mapping.source_of(WHOLE)["digest"]


def test_the_same_document_has_the_same_digest_which_is_that_of_the_rest():
    source = mapping.source_of(WHOLE)

    assert source == mapping.source_of(replace(WHOLE))
    assert source["digest"] == mapping.digest_of(source)


def test_a_vector_is_no_alteration_and_absent_until_it_is_there():
    bare, encoded = mapping.source_of(WHOLE), mapping.source_of(WHOLE, [0.5, 0.5])

    assert mapping.EMBEDDING not in bare
    assert encoded[mapping.EMBEDDING] == [0.5, 0.5]
    assert bare["digest"] == encoded["digest"]


def test_the_strict_mapping_knows_every_field_that_is_sent_and_every_facet():
    known = set(mapping.mapping().to_dict()["properties"])

    assert set(mapping.source_of(replace(WHOLE, facets={name: ["x"] for name in FACETS}), [0.5])) <= known
    assert set(FACETS) <= known
    assert mapping.mapping().to_dict()["dynamic"] == "strict"


def test_identifiers_are_sent_once_each_as_they_are_looked_for():
    source = mapping.source_of(replace(WHOLE, identifiers=["cn103668023b", "CN103668023B", "ＣＮ103668023Ｂ", "A1"]))

    assert source["identifiers"] == sorted({text.identifier("A1"), text.identifier("CN103668023B")})


def test_a_text_is_kept_to_its_longest_and_an_amount_that_is_open_is_none():
    source = mapping.source_of(replace(WHOLE, text="铜" * (text.MAX_CHARACTERS + 1), amount=None))

    assert (len(source["text"]), source["amount"]) == (text.MAX_CHARACTERS, None)


def test_a_new_analysis_is_another_index(monkeypatch):
    before = mapping.mapping_hash()
    monkeypatch.setattr(mapping, "ANALYSIS", mapping.ANALYSIS + 1)

    assert mapping.mapping_hash.__wrapped__() != before


def test_a_person_may_read_every_kind_and_a_key_those_of_its_scopes(cast):
    everything = [source.kind for source in documents.projections()]

    def readable(*scopes: str) -> list[str]:
        return documents.readable_kinds(replace(cast.broker, scopes=frozenset(scopes)))

    assert documents.readable_kinds(cast.broker) == documents.readable_kinds(cast.nobody) == everything
    assert readable("demands:read") == ["demand"]
    assert readable("demands:write") == readable() == []
    assert set(readable("demands:read", "achievements:read")) >= {"demand", "achievement"}


def test_a_kind_that_nobody_has_searched_is_called_by_its_code():
    assert documents.projection("instrument") is None
    assert documents.label("instrument") == "instrument"
    assert documents.label("demand") == "技术需求"
