"""A query that is compiled once answers as Django's own, each time anew."""

from uuid import uuid4

import pytest

from listings.catalog.indexing import reading_of, rows_of
from listings.catalog.kinds import ACHIEVEMENT
from listings.catalog.models import Achievement
from market.accounts.models import Organisation
from market.kernel.compiled_query import RowsAmong
from tests import story

NAMES = ("id", "name", "qualifications", "founded_on", "verified_at")


def test_it_finds_what_django_finds_with_every_column_as_django_reads_it(cast):
    rows = RowsAmong(lambda: Organisation.objects.filter(region="360781").order_by("name").values_list(*NAMES), "id")
    asked = [cast.enterprise.id, cast.agency.id, cast.university.id, uuid4()]

    found = rows(asked)

    own = Organisation.objects.filter(region="360781", id__in=asked).order_by("name").values_list(*NAMES, named=True)
    assert [row._asdict() for row in found] == [row._asdict() for row in own]
    assert {row.name for row in found} == {cast.enterprise.name, cast.agency.name}  # the university is elsewhere


def test_a_later_call_sees_what_has_changed_and_asks_other_values(cast):
    rows = RowsAmong(lambda: Organisation.objects.values_list("id", "name"), "id")
    assert rows([]) == []
    assert [row.name for row in rows([cast.agency.id])] == [cast.agency.name]

    Organisation.objects.filter(pk=cast.agency.id).update(name="改过的名称")

    assert [row.name for row in rows([cast.agency.id])] == ["改过的名称"]
    assert [row.name for row in rows([cast.registry.id])] == [cast.registry.name]


def test_a_text_may_be_asked_for(cast):
    rows = RowsAmong(lambda: Organisation.objects.values_list("id", "name"), "name", str)

    assert [row.id for row in rows([cast.agency.name, "x' OR '1'='1", "%s"])] == [cast.agency.id]


@pytest.mark.parametrize("state", ["draft", "published"])
def test_therows_of_a_listing_are_those_of_its_table(cast, state):
    told = story.publish(cast)
    Achievement.objects.filter(pk=told.achievement.id).update(state=state)
    columns = reading_of(ACHIEVEMENT).columns

    rows, _children = rows_of(ACHIEVEMENT)

    own = Achievement.objects.filter(pk=told.achievement.id, state="published").values_list(*columns, named=True)
    assert [row._asdict() for row in rows([told.achievement.id])] == [row._asdict() for row in own]
