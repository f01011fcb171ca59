"""Bringing two parties together: who may, which pairs, and the evidence that is kept of it."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from listings.catalog import services as catalog
from listings.catalog.data import DemandData
from listings.catalog.models import Achievement, Disclosure, State
from market.accounts.models import Organisation
from market.kernel import audit
from market.kernel.actor import SYSTEM, Role
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn
from matching.brokerage import services
from matching.brokerage.models import Introduction
from matching.brokerage.problems import AlreadyIntroduced, ListingClosed, NoteNeeded, SameOwner
from matching.matches import scorer
from matching.matches.models import Match
from tests import story as telling
from tests.cast import MONDAY, member
from tests.matching.brokerage.desk import refused, told

NOTE = "现场走访后推荐"


def introduce(actor, told, *, note=NOTE, at=MONDAY, **changes):
    ids = {"demand_id": told.demand.id, "achievement_id": told.achievement.id} | changes
    return services.introduce(actor=actor, note=note, at=at, **ids)


def test_an_introduction_is_dated_evidence_of_who_brought_whom_together(pair, cast):
    row = introduce(cast.broker, pair)

    row.refresh_from_db()
    assert (row.demand_id, row.achievement_id) == (pair.demand.id, pair.achievement.id)
    assert (row.agency_id, row.broker_id) == (cast.agency.id, cast.broker.user_id)
    assert (row.origin, row.match, row.note) == ("by_hand", {}, NOTE)
    assert (row.demand_version, row.achievement_version) == (pair.demand.version, pair.achievement.version)
    assert (row.introduced_at, row.protected_until_on) == (MONDAY, date(2027, 3, 2))
    trail = audit.history(row).get()
    assert (trail.action, trail.actor_user_id) == ("introduction.made", cast.broker.user_id)
    assert trail.changes == {
        "demand": str(pair.demand.id),
        "achievement": str(pair.achievement.id),
        "origin": "by_hand",
    }


def test_both_owners_are_told_of_the_others_listing(pair, cast):
    row = introduce(cast.broker, pair)

    address = f"/introductions/{row.id}/"
    agency = cast.agency.name
    assert told(cast.enterprise, "introduction") == [
        ("enterprise-clerk", f"{agency} 为您对接：{pair.achievement.title}", address)
    ]
    assert told(cast.university, "introduction") == [
        ("university-clerk", f"{agency} 为您对接：{pair.demand.title}", address)
    ]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 29, 1, 0, tzinfo=UTC), date(2029, 3, 1)),
    ],
)
def test_the_protection_lasts_a_year_from_the_day_in_ruijin(pair, cast, at, until):
    assert introduce(cast.broker, pair, at=at).protected_until_on == until


def test_only_brokers_introduce(pair, cast):
    for name, actor in cast.everyone.items():
        if name in {"broker", "nobody"}:
            continue
        with refused(NotAllowed):
            introduce(actor, pair)
    with refused(NotSignedIn):
        introduce(cast.nobody, pair)


def test_a_broker_introduces_for_a_verified_agency_only(pair, cast):
    outside = member(cast.enterprise, "broker-elsewhere", Role.BROKER)
    clerk = member(cast.agency, "agency-clerk", Role.CLERK)
    Organisation.objects.filter(pk=cast.agency.pk).update(verified_at=None)
    unverified = member(Organisation.objects.get(pk=cast.agency.pk), "new-broker", Role.BROKER)

    for actor in (outside, clerk, unverified):
        with refused(NotAllowed):
            introduce(actor, pair)


def test_the_system_itself_introduces_nobody(pair):
    with refused(NotSignedIn):
        introduce(SYSTEM, pair)


def test_who_may_not_introduce_learns_nothing_of_listings(pair, cast):
    with refused(NotAllowed):
        introduce(cast.other_clerk, pair, demand_id=uuid4())


def test_listings_that_the_broker_does_not_see_are_as_absent_ones(pair, cast):
    draft = catalog.create_demand(actor=cast.enterprise_clerk, data=DemandData(**telling.DEMAND), at=MONDAY)
    inner = telling.publish(cast, disclosure=Disclosure.ORGANISATION)

    for changes in (
        {"demand_id": draft.id},
        {"achievement_id": inner.achievement.id},
        {"demand_id": uuid4()},
        {"achievement_id": uuid4()},
        {"demand_id": pair.achievement.id, "achievement_id": pair.demand.id},
    ):
        with refused(NotFound):
            introduce(cast.broker, pair, **changes)


@pytest.mark.parametrize("kind", ["achievement", "demand"])
@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (State.DRAFT, NotFound),
        (State.SUSPENDED, NotFound),
        (State.WITHDRAWN, NotFound),
        (State.EXPIRED, NotFound),
        (State.TAKEN_DOWN, NotFound),
        (State.TRANSACTED, ListingClosed),
        (State.PUBLISHED, None),
        (State.UNDER_NEGOTIATION, None),
    ],
)
def test_only_listings_that_are_open_are_introduced(pair, cast, kind, state, problem):
    listing = getattr(pair, kind)
    type(listing).objects.filter(pk=listing.pk).update(state=state)

    if problem is None:
        assert introduce(cast.broker, pair).introduced_at == MONDAY
    else:
        with refused(problem):
            introduce(cast.broker, pair)


def test_the_agencys_own_withdrawn_achievement_is_seen_but_closed(pair, cast):
    clerk = member(cast.agency, "agency-clerk", Role.CLERK)
    own = telling.publish(cast, seller=clerk).achievement
    catalog.withdraw_listing(actor=clerk, kind="achievement", listing_id=own.id, version=None, at=MONDAY)

    with refused(ListingClosed):
        introduce(cast.broker, pair, achievement_id=own.id)


def test_one_organisation_is_not_introduced_to_itself(pair, cast):
    own = telling.publish(cast, seller=cast.enterprise_clerk).achievement

    with refused(SameOwner):
        introduce(cast.broker, pair, achievement_id=own.id)


def test_a_pair_is_introduced_once_by_an_agency_and_the_first_date_counts(introduced, pair, cast, second_broker):
    for actor in (cast.broker, second_broker):
        with refused(AlreadyIntroduced):
            introduce(actor, pair, at=MONDAY.replace(day=9))

    assert Introduction.objects.get().introduced_at == MONDAY


def test_another_agency_and_another_pair_are_introductions_of_their_own(introduced, pair, cast, rival):
    introduce(rival, pair)
    introduce(cast.broker, telling.publish(cast))

    assert Introduction.objects.count() == 3


@pytest.mark.parametrize("note", ["", "  \n"])
def test_an_introduction_that_no_match_suggests_says_why(pair, cast, note):
    with refused(NoteNeeded):
        introduce(cast.broker, pair, note=note)


def test_the_database_keeps_no_match_without_its_parts(introduced):
    with pytest.raises(IntegrityError, match="a_match_is_kept"), transaction.atomic():
        Introduction.objects.filter(pk=introduced.pk).update(origin="match", match={})


# The match of that day


@pytest.fixture
def listed(shelf):
    """A demand and an achievement that match, in the index; and one that has nothing in common with the demand."""
    demand = shelf.demand("高导电铜合金线材强度不足")
    achievement = shelf.achievement("高导电铜合金接触线的连续铸造")
    shelf.achievement("脐橙保鲜", summary="果品冷藏", local_industry="", technology_field="")
    shelf.settle()
    return telling.Story(shelf.cast, achievement, demand)


def shown_match(api, told):
    items = api.send("get", f"/demands/{told.demand.id}/matches").json()["items"]
    return next(item for item in items if item["id"] == str(told.achievement.id))


def test_an_introduction_keeps_the_match_as_it_is_that_day(listed, cast, api):
    seen = shown_match(api, listed)

    row = introduce(cast.broker, listed, note="")

    row.refresh_from_db()
    assert row.origin == "match"
    kept = ("id", "title", "level", "parts", "reason")
    assert {name: row.match[name] for name in kept} == {name: seen[name] for name in kept}
    assert row.match["score"] == pytest.approx(seen["score"], abs=1e-6)
    assert row.match["model"] == scorer.model_name()
    assert "铜合金" in row.match["reason"]


def test_what_is_kept_does_not_follow_the_listing(listed, shelf, cast, api):
    row = introduce(cast.broker, listed, note="")
    before = api.as_(cast.broker).send("get", f"/introductions/{row.id}").json()["match"]

    catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=listed.achievement.id,
        version=None,
        changes={"title": "铜合金管件", "summary": "改写后的简介", "technology_field": "", "local_industry": ""},
        at=MONDAY,
    )
    shelf.settle()

    shown = api.as_(cast.broker).send("get", f"/introductions/{row.id}").json()
    now = Match.objects.filter(achievement=listed.achievement).first()
    assert shown["match"] == before
    assert shown["achievement"]["name"] == "铜合金管件"
    assert now is None or (now.score, now.features) != (before["score"], before["parts"])
    row.refresh_from_db()
    assert row.achievement_version == Achievement.objects.get(pk=row.achievement_id).version - 1


def test_a_pair_with_nothing_in_common_is_introduced_by_hand(listed, cast):
    other = Achievement.objects.get(title="脐橙保鲜")
    with refused(NoteNeeded):
        introduce(cast.broker, listed, note="", achievement_id=other.id)

    row = introduce(cast.broker, listed, achievement_id=other.id)

    assert (row.origin, row.match) == ("by_hand", {})
