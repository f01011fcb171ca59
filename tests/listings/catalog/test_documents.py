"""What of a listing becomes its search document, and what of it does not."""

from decimal import Decimal

import pytest

from listings.catalog import indexing
from listings.catalog.kinds import KINDS
from listings.catalog.models import SHOWN_STATES, State
from tests import recipes
from tests.cast import MONDAY


def document(row):
    kind = KINDS["achievement" if hasattr(row, "summary") else "demand"]
    return indexing.documents_of(kind, [row.pk])[row.pk]


def test_text_and_keywords_are_searched_and_people_are_found_by_name_only(cast):
    row = recipes.published_achievement.make(
        owner=cast.university,
        summary="凝固组织",
        applications="接触线",
        keywords=["铜箔", "退火"],
        completed_by="示例研究院",
        contributors=["张三", "李四"],
    )

    found = document(row)

    assert found.text == "凝固组织\n接触线\n铜箔、退火"
    assert found.names == ["示例大学", "示例研究院", "张三", "李四"]


def test_contact_and_terms_are_in_no_part_of_the_document(cast):
    row = recipes.published_achievement.make(
        owner=cast.university, contact_name="王五", contact_phone="13800000000", requirements="仅限本省"
    )

    said = repr(document(row))

    assert not [word for word in ("王五", "13800000000", "仅限本省") if word in said]


@pytest.mark.parametrize(("is_anonymous", "names"), [(False, ["示例铜业有限公司"]), (True, [])])
def test_an_owner_that_stays_unnamed_is_not_found_by_its_name(cast, is_anonymous, names):
    row = recipes.published_demand.make(owner=cast.enterprise, is_anonymous=is_anonymous)

    assert document(row).names == names


def test_a_patent_is_found_by_all_its_numbers_and_those_who_hold_it(cast):
    row = recipes.published_achievement.make(owner=cast.university, ipc_codes=["H01B 7/00"])
    row.patents.create(
        publication_no="CN103668023B", patent_type="invention", title="甲", applicant="示例研究院", patentee="示例大学"
    )

    found = document(row)

    assert {"CN103668023B", "103668023B", "CN103668023", "103668023"} <= set(found.identifiers)
    assert found.names == ["示例大学", "示例研究院"]


def test_a_class_is_found_and_counted_by_those_above_it(cast):
    row = recipes.published_achievement.make(owner=cast.university, ipc_codes=["H01B 7/00", "H01B 1/02"])

    found = document(row)

    assert {"H01B", "H01B7/00", "H01B1/02", "7/00"} <= set(found.codes)
    assert all(code[0] == "H" for code in found.identifiers)  # "7/00" alone is a word, and leads nowhere
    assert found.facets["ipc"].count("H01B") == 1
    assert "H" in found.facets["ipc"]


@pytest.mark.parametrize(
    ("price", "band"),
    [
        (None, "negotiable"),
        ("0.00", "under_100k"),
        ("99999.99", "under_100k"),
        ("100000.00", "under_500k"),
        ("500000.00", "under_1m"),
        ("1000000.00", "under_5m"),
        ("4999999.99", "under_5m"),
        ("5000000.00", "from_5m"),
    ],
)
def test_an_amount_at_a_limit_belongs_to_the_band_above_it(cast, price, band):
    amount = None if price is None else Decimal(price)
    of_achievement = document(recipes.published_achievement.make(owner=cast.university, price=amount))
    of_demand = document(recipes.published_demand.make(owner=cast.enterprise, budget=amount))

    assert of_achievement.facets["price_band"] == of_demand.facets["price_band"] == [band]
    assert of_achievement.amount == of_demand.amount == amount


def test_a_field_that_nobody_filled_is_counted_under_nothing(cast):
    row = recipes.published_achievement.make(
        owner=cast.university, technology_field="", industries=[], maturity="", ip_type="", transfer_modes=[]
    )

    facets = document(row).facets

    assert [
        name for name in ("technology_field", "industry", "maturity", "ip_type", "transfer_mode") if facets[name]
    ] == []
    assert facets["owner_kind"] == ["university"]


@pytest.mark.parametrize("state", State)
def test_only_what_is_on_show_has_a_document_and_only_what_can_be_had_is_open(cast, state):
    kind = KINDS["achievement"]
    row = recipes.draft_achievement.make(owner=cast.university, state=state, published_at=MONDAY)

    found = indexing.documents_of(kind, [row.pk])

    assert (row.pk in found) is (state in SHOWN_STATES)
    if found:
        assert found[row.pk].is_open is (state != State.TRANSACTED)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_versions_are_given_by_id_in_pieces_and_counted_without_what_is_not_shown(cast, kind):
    recipe = {"achievement": recipes.published_achievement, "demand": recipes.published_demand}[kind.code]
    rows = sorted((recipe.make(owner=cast.university) for _ in range(3)), key=lambda row: row.pk)
    recipe.make(owner=cast.university, state=State.SUSPENDED)
    projection = indexing.projection_of(kind)

    first = projection.versions(None, 2)
    rest = projection.versions(first[-1][0], 2)

    assert [*first, *rest] == [(row.pk, row.version) for row in rows]
    assert projection.count() == 3
