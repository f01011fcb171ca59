"""Vectors of titles: computed once for each content, kept, and brought into the index without harm where absent."""

import numpy as np
import pytest
from django.core.management import call_command

from market.kernel import outbox
from market.kernel.clock import now
from market.kernel.models import Delivery
from search.find.candidates import Seeker, propose
from search.index import encoder, encoding, engine, indexing, maintenance, mapping, vectors
from search.index.models import TextVector
from tests.running import run_outbox
from tests.search.conftest import documents, refresh

TITLE = "高导电铜合金接触线的连续铸造"


def wanted(row, kind="achievement"):
    return {(kind, row.id): row.version}


def nearest(title, kind="achievement"):
    """Titles by the meaning of a question, nearest first, as the index has them."""
    question = vectors.ensure([title])[title]
    knn = {"field": mapping.EMBEDDING, "query_vector": question.tolist(), "k": 5, "num_candidates": 20}
    answer = engine.search({"knn": knn, "_source": ["title"], "size": 5})
    return [hit["_source"]["title"] for hit in answer["hits"]["hits"]]


def test_a_vector_is_kept_as_it_was_computed(db):
    computed = vectors.ensure([TITLE])[TITLE]
    kept = vectors.stored([TITLE])[TITLE]

    assert kept.shape == (encoder.DIMENSIONS,)
    assert float(kept @ computed) == pytest.approx(1, abs=1e-3)
    assert np.allclose(kept, computed, atol=1e-3)


def test_the_same_title_is_computed_once(db):
    vectors.ensure([TITLE, TITLE])
    vectors.ensure([TITLE])

    assert TextVector.objects.count() == 1
    assert vectors.missing([TITLE, "脐橙保鲜"]) == ["脐橙保鲜"]


def test_a_listing_is_found_without_a_vector_and_by_its_meaning_once_it_has_one(shelf):
    row = shelf.achievement(TITLE)
    shelf.settle()
    assert [found["title"] for found in documents().values()] == [TITLE]
    assert nearest("接触网导线材料") == []

    assert encoding.encode(wanted(row), at=now()) == 1
    run_outbox()
    refresh()

    assert nearest("接触网导线材料") == [TITLE]


def test_encoding_again_changes_nothing(shelf):
    row = shelf.achievement(TITLE)

    assert encoding.encode(wanted(row), at=now()) == 1
    assert encoding.encode(wanted(row), at=now()) == 0


def test_a_rebuild_copies_the_vectors_and_computes_none(shelf):
    row = shelf.achievement(TITLE)
    shelf.settle()
    encoding.encode(wanted(row), at=now())
    count = TextVector.objects.count()

    maintenance.rebuild()
    refresh()

    assert nearest("接触网导线材料") == [TITLE]
    assert TextVector.objects.count() == count + 1  # the question just asked


def test_a_vector_is_no_alteration(shelf):
    row = shelf.achievement(TITLE)
    shelf.settle()
    encoding.encode(wanted(row), at=now())
    run_outbox()

    assert maintenance.compare().counts == {}


def test_an_index_of_an_earlier_release_learns_the_field(shelf):
    older = mapping.mapping().to_dict()["properties"]
    del older[mapping.EMBEDDING]
    name = f"{engine.alias()}-00000000-20260101000000000000"
    engine.ask(
        lambda es: es.indices.create(
            index=name, mappings={"dynamic": "strict", "properties": older}, aliases={engine.alias(): {}}
        )
    )
    shelf.achievement(TITLE)
    vectors.ensure([TITLE])

    shelf.settle()

    assert nearest("接触网导线材料") == [TITLE]
    assert not Delivery.objects.filter(dead_at__isnull=False).exists()


def test_the_command_encodes_what_is_missing_and_tells_how_many(shelf, capsys):
    shelf.achievement(TITLE)
    shelf.achievement("脐橙保鲜")

    call_command("encode_listings", "--json")
    call_command("encode_listings", "--json")

    first, second = capsys.readouterr().out.splitlines()
    assert '"encoded": 2' in first
    assert '"encoded": 0' in second


def test_the_relay_hands_listings_to_a_worker_and_keeps_nothing_back(shelf):
    shelf.achievement(TITLE)
    consumer = outbox.consumer("search.vectors")
    assert consumer is not None

    run_outbox()

    assert not Delivery.objects.filter(consumer="search.vectors").exists()


def test_words_codes_and_meaning_each_propose_and_nobody_proposes_the_own_or_the_closed(shelf, cast):
    shelf.demand("铜线强度不足")
    by_words = shelf.achievement("铜线强度提升", technology_field="", local_industry="")
    own = shelf.achievement("铜线强度检测", owner=cast.enterprise_clerk)
    closed = shelf.achievement("铜线强度模型")
    by_meaning = shelf.achievement("金属导体力学性能改进", summary="", technology_field="", local_industry="")
    shelf.settle()
    for row in (by_words, own, closed, by_meaning):
        encoding.encode(wanted(row), at=now())
    shelf.withdraw(closed)
    run_outbox()
    refresh()
    question = vectors.ensure(["铜线强度不足"])["铜线强度不足"]

    lexical = Seeker("铜线强度不足", "achievement", str(cast.enterprise.id))
    semantic = Seeker("铜线强度不足", "achievement", str(cast.enterprise.id), question.tolist())
    without, with_meaning = propose([lexical, semantic])

    assert set(without.ids) == {by_words.id}
    assert set(with_meaning.ids) == {by_words.id, by_meaning.id}
    assert not without.is_degraded


def test_codes_in_common_bring_what_shares_few_words_before_the_rest(shelf, cast):
    for number in range(3):
        shelf.achievement(f"铜线强度提升方案{number}", technology_field="", local_industry="")
    same = shelf.achievement("铜材", technology_field="05", local_industry="", summary="")
    shelf.settle()

    (found,) = propose([Seeker("铜线强度不足 铜材", "achievement", codes={"technology_field": ["05"]})], pool=3)

    assert same.id in found.ids


def test_the_database_proposes_by_words_while_the_engine_is_away(shelf, settings):
    row = shelf.achievement("铜线强度提升")
    shelf.settle()
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"

    (found,) = propose([Seeker("铜线强度不足", "achievement")])

    assert found.is_degraded
    assert list(found.ids) == [row.id]


def test_a_batch_of_changes_is_indexed_with_the_vectors_that_are_there(shelf):
    row = shelf.achievement(TITLE)
    vectors.ensure([TITLE])

    failures = indexing.index(indexing.load(wanted(row)), name=engine.ensure_index())
    refresh()

    assert failures == {}
    assert nearest("接触网导线材料") == [TITLE]
