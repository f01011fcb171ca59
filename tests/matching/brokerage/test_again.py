"""What was undone can be done again: a lost deal taken up, or the two introduced anew; nothing of before is lost."""

from datetime import timedelta

import pytest

from listings.catalog.models import State
from matching.brokerage import services
from matching.brokerage.models import Deal, Introduction
from matching.brokerage.problems import AlreadyIntroduced, ListingClosed, Superseded
from tests import story as telling
from tests.cast import MONDAY
from tests.matching.brokerage.desk import path, published, refusal, refused, stand_in
from tests.running import run_workers

LATER = MONDAY + timedelta(days=60)


def introduce(pair, actor, at=LATER):
    return services.introduce(
        actor=actor, demand_id=pair.demand.id, achievement_id=pair.achievement.id, note="再次走访", at=at
    )


@pytest.fixture
def lost(opened, cast) -> Deal:
    run_workers()
    deal = services.lose_deal(
        actor=cast.broker, deal_id=opened.id, version=None, reason="no_response", note="", at=MONDAY
    )
    run_workers()
    return deal


def listings(pair):
    pair.achievement.refresh_from_db()
    pair.demand.refresh_from_db()
    return pair.achievement.state, pair.demand.state


def test_a_lost_deal_is_taken_up_again_with_its_history(lost, pair, cast, api):
    """C1: the first way back."""
    answer = api.as_(cast.broker).send("post", path(lost, "reopen"), {"note": "企业回电"}, version=lost.version)

    body = answer.json()
    assert (answer.status_code, body["stage"], body["lost_reason"], body["ended_at"]) == (200, "introduced", "", None)
    assert [step["to_stage"] for step in body["moves"]] == ["introduced", "lost", "introduced"]
    assert body["moves"][-1]["note"] == "企业回电"
    assert (published("matching.brokerage.deal.")[-1][0], listings(pair)[0]) == ("opened", State.PUBLISHED)
    run_workers()
    assert listings(pair) == (State.UNDER_NEGOTIATION, State.UNDER_NEGOTIATION)
    telling.agree(telling.Story(cast, pair.achievement, pair.demand, deal=lost))
    assert Deal.objects.get().stage == "terms_agreed"


def test_the_parties_of_a_lost_deal_are_introduced_anew_and_the_new_deal_has_its_own_chain(
    lost, introduced, pair, cast
):
    """C1: the second way back."""
    again = introduce(pair, cast.broker)
    deal = services.open_deal(actor=cast.broker, introduction_id=again.id, at=LATER)

    introduced.refresh_from_db()
    lost.refresh_from_db()
    assert (introduced.superseded_at, introduced.introduced_at) == (LATER, MONDAY)
    assert (lost.stage, lost.introduction_id) == ("lost", introduced.id)
    assert (deal.introduction_id, again.introduced_at) == (again.id, LATER)


def test_after_a_new_introduction_the_old_deal_rests(lost, pair, cast):
    introduce(pair, cast.broker)

    with refused(Superseded):
        services.reopen_deal(actor=cast.broker, deal_id=lost.id, version=None, note="", at=LATER)


def test_a_deal_is_not_taken_up_for_a_listing_that_is_no_longer_offered(lost, pair, cast, api):
    type(pair.achievement).objects.filter(pk=pair.achievement.pk).update(state=State.WITHDRAWN)

    with refused(ListingClosed):
        services.reopen_deal(actor=cast.broker, deal_id=lost.id, version=None, note="", at=LATER)
    answer = api.as_(cast.broker).send("post", path(lost, "reopen"), {}, version=lost.version)
    assert refusal(answer) == (409, "listing_closed")


@pytest.mark.parametrize("stage", [stage for stage in Deal.Stage if stage not in {"lost", "circumvented", "completed"}])
def test_the_two_are_not_introduced_anew_while_their_deal_goes_on(opened, pair, cast, stage):
    stand_in(opened, stage)

    with refused(AlreadyIntroduced):
        introduce(pair, cast.broker, at=MONDAY + timedelta(days=500))


def test_an_introduction_without_a_deal_is_renewed_once_its_protection_is_over(introduced, pair, cast):
    last_day = MONDAY + timedelta(days=365)
    with refused(AlreadyIntroduced):
        introduce(pair, cast.broker, at=last_day)

    introduce(pair, cast.broker, at=last_day + timedelta(days=1))

    assert Introduction.objects.filter(superseded_at__isnull=True).count() == 1
    with refused(Superseded):
        services.open_deal(actor=cast.broker, introduction_id=introduced.id, at=LATER)


def test_a_deal_whose_contract_was_dissolved_goes_back_and_frees_its_listings_when_it_is_lost(cast):
    story = telling.signed(cast)
    run_workers()
    assert listings(story) == (State.TRANSACTED, State.TRANSACTED)

    telling.dissolve(story)
    run_workers()
    deal = Deal.objects.get()
    assert (deal.stage, deal.moves.order_by("id").last().note) == ("negotiating", "合同已解除，项目回到商务谈判")
    services.lose_deal(actor=cast.broker, deal_id=deal.id, version=None, reason="funding", note="", at=LATER)
    run_workers()

    assert listings(story) == (State.PUBLISHED, State.PUBLISHED)


def test_news_of_a_payment_that_comes_after_the_dissolution_waits_for_nothing(cast):
    story = telling.signed(cast)
    run_workers()
    telling.dissolve(story)
    run_workers()

    services.mark_performing(deal_id=story.deal.id, at=LATER)

    assert Deal.objects.get().stage == "negotiating"
