"""What deals do to the listings that they are about."""

import pytest

from listings.catalog import services as catalog
from listings.catalog.models import Achievement, Demand, State
from market.kernel.audit import AuditRow
from tests import recipes
from tests.cast import MONDAY


def states(*rows) -> list[str]:
    return [type(row).objects.values_list("state", flat=True).get(pk=row.pk) for row in rows]


def moved(state: str, move) -> str:
    """Where an achievement of a state stands after the move."""
    row = Achievement.objects.get()
    Achievement.objects.filter(pk=row.pk).update(state=state)
    move(achievement_id=row.pk, demand_id=None, at=MONDAY)
    return states(row)[0]


@pytest.fixture
def achievement(cast):
    return recipes.published_achievement.make(owner=cast.university)


@pytest.fixture
def demand(cast):
    return recipes.published_demand.make(owner=cast.enterprise)


def test_both_listings_of_a_deal_move_together_and_the_audit_says_the_system_did_it(achievement, demand):
    both = {"achievement_id": achievement.pk, "demand_id": demand.pk, "at": MONDAY}
    found = []

    for move in (catalog.mark_negotiating, catalog.mark_released, catalog.mark_negotiating, catalog.mark_transacted):
        move(**both)
        found.append(states(achievement, demand))

    assert found == [[state, state] for state in ("under_negotiation", "published", "under_negotiation", "transacted")]
    audited = AuditRow.objects.filter(subject_id=demand.pk).order_by("id")
    assert [row.action for row in audited] == [
        f"demand.{action}" for action in ("negotiating", "released", "negotiating", "transacted")
    ]
    assert {(row.actor_user_id, row.actor_organisation_id) for row in audited} == {(None, None)}


@pytest.mark.parametrize("move", [catalog.mark_negotiating, catalog.mark_released, catalog.mark_transacted])
@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED, State.WITHDRAWN, State.EXPIRED, State.TAKEN_DOWN])
def test_a_deal_never_brings_back_what_its_owner_or_the_operator_took_away(achievement, move, state):
    assert moved(state, move) == state
    assert not AuditRow.objects.filter(subject_id=achievement.pk).exists()


def test_a_listing_of_a_second_deal_is_transacted_though_the_first_released_it(achievement):
    assert moved(State.TRANSACTED, catalog.mark_released) == State.PUBLISHED
    assert moved(State.PUBLISHED, catalog.mark_transacted) == State.TRANSACTED


def test_a_deal_without_a_demand_moves_the_achievement_alone(achievement, demand):
    catalog.mark_negotiating(achievement_id=achievement.pk, demand_id=None, at=MONDAY)

    assert states(achievement, demand) == [State.UNDER_NEGOTIATION, State.PUBLISHED]
    assert Demand.objects.get(pk=demand.pk).version == demand.version


def test_each_move_is_a_new_version_so_that_the_index_follows(achievement):
    catalog.mark_negotiating(achievement_id=achievement.pk, demand_id=None, at=MONDAY)

    assert Achievement.objects.get(pk=achievement.pk).version == achievement.version + 1
