"""Listings that arrive many at a time: which are taken, which are known, and what refuses them all."""

from datetime import date
from typing import Any

import pytest

from listings.catalog import services
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Achievement, Demand, State
from listings.catalog.problems import NotVerified
from market.accounts.models import Organisation
from market.kernel.audit import AuditRow
from market.kernel.models import OutboxEvent
from market.kernel.problems import InvalidInput, NotAllowed, NotFound, NotSignedIn, WrongState
from tests.cast import MONDAY, MONDAY_ON
from tests.story import ACHIEVEMENT, DEMAND

BEFORE = date(2026, 3, 1)


def achievement(**changes: Any) -> Any:
    return AchievementData(**ACHIEVEMENT | changes)


def brought(actor, rows: dict[str, Any], *, kind: str = "achievement", **more: Any) -> list[Any]:
    return services.import_listings(actor=actor, kind=kind, rows=rows, source="file", at=MONDAY, **more)


def test_rows_are_published_as_they_come_with_their_patents_and_the_owners_region(cast):
    patented = achievement(summary="", patents=[{"publication_no": "CN114735076B", "title": "甲"}])
    found = brought(cast.university_clerk, {"a": patented, "b": achievement(region="360400")}, versions={"a": 7})

    rows = {row.source_id: row for row in Achievement.objects.filter(pk__in=[row.pk for row in found])}
    assert {row.state for row in rows.values()} == {State.PUBLISHED}
    assert {key: (row.region, row.source_version) for key, row in rows.items()} == {
        "a": (cast.university.region, 7),
        "b": ("360400", None),
    }
    assert [patent.publication_no for patent in rows["a"].patents.all()] == ["CN114735076B"]
    assert AuditRow.objects.get(action="achievement.imported").changes == {"count": 2, "source": "file"}


def test_what_came_before_is_passed_over_and_an_import_of_nothing_new_says_nothing(cast):
    brought(cast.university_clerk, {"a": achievement()})
    events, audited = OutboxEvent.objects.count(), AuditRow.objects.count()

    assert brought(cast.university_clerk, {"a": achievement(title="改过的名称")}) == []

    assert Achievement.objects.get().title == ACHIEVEMENT["title"]
    assert (OutboxEvent.objects.count(), AuditRow.objects.count()) == (events, audited)


def test_the_same_key_from_another_source_is_another_listing(cast):
    brought(cast.university_clerk, {"a": achievement()})

    services.import_listings(
        actor=cast.university_clerk, kind="achievement", rows={"a": achievement()}, source="other", at=MONDAY
    )

    assert Achievement.objects.count() == 2


def test_of_rows_that_name_one_patent_the_first_is_taken_and_what_the_owner_lists_is_known(cast):
    patents = [{"publication_no": "CN114735076B", "title": "甲"}]
    rows = {"a": achievement(patents=patents), "b": achievement(patents=patents), "c": achievement()}

    def known() -> dict[str, str]:
        return services.known_keys(actor=cast.university_clerk, kind="achievement", rows=rows, source="file")

    assert known() == {"b": "patent_listed"}
    brought(cast.university_clerk, {"z": achievement(patents=patents)})
    assert known() == {"a": "patent_listed", "b": "patent_listed"}
    brought(cast.university_clerk, {"c": achievement()})
    assert known() == {"a": "patent_listed", "b": "patent_listed", "c": "known_id"}


def test_what_another_organisation_lists_is_not_known_to_this_one(cast):
    rows = {"a": achievement(patents=[{"publication_no": "CN114735076B", "title": "甲"}])}
    brought(cast.university_clerk, rows)

    known = services.known_keys(actor=cast.enterprise_clerk, kind="achievement", rows=rows, source="file of another")

    assert known == {}


def test_one_wrong_row_refuses_all_and_each_fault_names_its_row(cast):
    rows = {
        "good": achievement(),
        "coded": achievement(maturity="nowhere"),
        "over": achievement(expires_on=BEFORE),
    }

    with pytest.raises(InvalidInput) as refused:
        brought(cast.university_clerk, rows)

    assert [(error["loc"], error["code"]) for error in refused.value.errors] == [
        (["coded", "maturity"], "unknown_code"),
        (["over", "expires_on"], "listing_expired"),
    ]
    assert not Achievement.objects.exists()


@pytest.mark.parametrize(("day", "codes"), [(BEFORE, ["listing_incomplete"]), (MONDAY_ON, []), (None, [])])
def test_a_demand_that_was_wanted_by_a_day_that_is_over_is_named(cast, day, codes):
    data = DemandData(**DEMAND | {"wanted_by_on": day})

    assert [error["code"] for error in services.row_errors("demand", data, at=MONDAY)] == codes


def test_who_is_not_verified_or_owns_no_listings_imports_none(cast):
    Organisation.objects.filter(pk=cast.enterprise.pk).update(verified_at=None)
    refusals = {
        "enterprise_clerk": NotVerified,
        "enterprise_finance": NotAllowed,
        "registrar": NotAllowed,
        "stranger": NotAllowed,
        "nobody": NotSignedIn,
    }

    for name, problem in refusals.items():
        actor = getattr(cast, name)
        with pytest.raises(problem):
            services.require_importer(actor=actor, kind="demand")
        with pytest.raises(problem):
            brought(actor, {"a": DemandData(**DEMAND)}, kind="demand")
    assert not Demand.objects.exists()
    services.require_importer(actor=cast.university_clerk, kind="demand")


def test_a_kind_that_there_is_not_is_not_found(cast):
    with pytest.raises(NotFound):
        services.require_importer(actor=cast.university_clerk, kind="instrument")


def test_only_what_came_from_elsewhere_and_was_withdrawn_is_shown_again(cast):
    [pulled] = brought(cast.university_clerk, {"a": achievement()})
    own = services.create_achievement(actor=cast.university_clerk, data=achievement(), at=MONDAY)

    def restored(row: Any) -> Any:
        return services.restore_listing(actor=cast.university_clerk, kind="achievement", listing_id=row.pk, at=MONDAY)

    with pytest.raises(WrongState):  # it is on show
        restored(pulled)
    for row in (pulled, own):
        services.withdraw_listing(
            actor=cast.university_clerk, kind="achievement", listing_id=row.pk, version=None, at=MONDAY
        )
    with pytest.raises(WrongState):  # its owner withdrew it here for good
        restored(own)

    again = restored(pulled)
    assert (again.state, again.published_at, again.ended_at) == (State.PUBLISHED, MONDAY, None)
