"""What the room tells the rest: with the transaction that made it true, or not at all."""

from functools import partial

import pytest
from django.core import mail
from django.db import transaction

from listings.catalog import services as catalog
from listings.catalog.data import DemandData
from market.kernel.models import Delivery, OutboxEvent
from market.notices.models import Notice
from matching.brokerage import services
from matching.brokerage.models import Deal, Introduction
from tests import story as telling
from tests.cast import MONDAY
from tests.matching.brokerage.desk import nothing_moves, published, stand_in
from tests.running import run_workers
from tests.together import at_once


def verbs(cast, pair, introduced, opened):
    """Each verb as a call that is right, with what it publishes about itself."""
    fresh = telling.publish(cast)
    second = services.introduce(
        actor=cast.broker, demand_id=pair.demand.id, achievement_id=fresh.achievement.id, note="走访", at=MONDAY
    )
    common = {"actor": cast.broker, "deal_id": opened.id, "version": None, "at": MONDAY}
    return {
        "introduce": partial(
            services.introduce,
            actor=cast.broker,
            demand_id=fresh.demand.id,
            achievement_id=pair.achievement.id,
            note="走访",
            at=MONDAY,
        ),
        "open_deal": partial(services.open_deal, actor=cast.broker, introduction_id=second.id, at=MONDAY),
        "advance_deal": partial(services.advance_deal, **common, stage="negotiating", note=""),
        "lose_deal": partial(services.lose_deal, **common, reason="price", note=""),
        "circumvent_deal": partial(services.circumvent_deal, **common, note="另签合同"),
    }


def test_an_introduction_and_its_deal_are_told_by_id(opened, introduced, pair):
    ids = {"demand_id": str(pair.demand.id), "achievement_id": str(pair.achievement.id)}

    assert published() == [
        ("introduction.made", {"introduction_id": str(introduced.id)} | ids),
        ("deal.opened", {"deal_id": str(opened.id)} | ids),
    ]


def test_each_step_is_told_and_a_loss_names_the_listings_that_are_free_again(opened, pair, cast):
    common = {"actor": cast.broker, "deal_id": opened.id, "version": None, "at": MONDAY}
    services.advance_deal(**common, stage="due_diligence", note="")
    services.lose_deal(**common, reason="price", note="")
    services.circumvent_deal(**common, note="另签合同")

    deal = {"deal_id": str(opened.id)}
    ids = {"demand_id": str(pair.demand.id), "achievement_id": str(pair.achievement.id)}
    assert published("matching.brokerage.deal.")[1:] == [
        ("moved", deal | {"stage": "due_diligence"}),
        ("moved", deal | {"stage": "lost"}),
        ("lost", deal | ids),
        ("moved", deal | {"stage": "circumvented"}),
    ]


def end(deal, verb, cast):
    common = {"actor": cast.broker, "deal_id": deal.id, "version": None, "at": MONDAY}
    if verb == "lose_deal":
        services.lose_deal(**common, reason="price", note="")
    else:
        services.circumvent_deal(**common, note="另签合同")
    run_workers()


@pytest.mark.parametrize("verb", ["lose_deal", "circumvent_deal"])
def test_a_listing_is_free_again_once_no_live_deal_holds_it(opened, pair, cast, verb):
    """The achievement is in two deals, each with a demand of its own."""
    asked = catalog.create_demand(actor=cast.other_clerk, data=DemandData(**telling.DEMAND), at=MONDAY)
    demand = catalog.publish_demand(actor=cast.other_clerk, demand_id=asked.id, version=None, at=MONDAY)
    second = services.introduce(
        actor=cast.broker, demand_id=demand.id, achievement_id=pair.achievement.id, note="推荐", at=MONDAY
    )
    other = services.open_deal(actor=cast.broker, introduction_id=second.id, at=MONDAY)
    run_workers()

    def states():
        rows = (pair.achievement, pair.demand, demand)
        for row in rows:
            row.refresh_from_db()
        return [row.state for row in rows]

    assert states() == ["under_negotiation"] * 3
    end(opened, verb, cast)
    assert states() == ["under_negotiation", "published", "under_negotiation"]
    end(other, verb, cast)
    assert states() == ["published"] * 3


@pytest.mark.parametrize("verb", ["introduce", "open_deal", "advance_deal", "lose_deal", "circumvent_deal"])
def test_what_is_rolled_back_was_never_told(opened, introduced, pair, cast, verb):
    call = verbs(cast, pair, introduced, opened)[verb]

    with nothing_moves(), transaction.atomic():
        before = OutboxEvent.objects.count(), Delivery.objects.count(), Notice.objects.count()
        call()
        after = OutboxEvent.objects.count(), Delivery.objects.count(), Notice.objects.count()
        assert all(now > then for now, then in zip(after, before, strict=True))
        transaction.set_rollback(True)


def test_nobody_sees_an_introduction_before_its_event_or_its_event_before_it(committed_cast):
    told = telling.publish(committed_cast)

    def seen_by_others():
        def look():
            events = OutboxEvent.objects.filter(topic="matching.brokerage.introduction.made")
            notices = Notice.objects.filter(kind="introduction")
            return Introduction.objects.count(), events.count(), notices.count()

        return at_once([look])

    with transaction.atomic():
        services.introduce(
            actor=committed_cast.broker,
            demand_id=told.demand.id,
            achievement_id=told.achievement.id,
            note="走访",
            at=MONDAY,
        )
        within = seen_by_others()

    assert within == [(0, 0, 0)]
    assert seen_by_others() == [(1, 1, 2)]


def test_the_notices_reach_the_parties_as_mail_and_nobody_else(opened):
    run_workers()

    to = sorted((message.to[0], message.subject.partition("：")[0]) for message in mail.outbox)
    assert to == [
        ("enterprise-clerk@example.com", "已立项"),
        ("enterprise-clerk@example.com", "示例技术转移中心 为您对接"),
        ("university-clerk@example.com", "已立项"),
        ("university-clerk@example.com", "示例技术转移中心 为您对接"),
    ]


def test_a_signed_contract_moves_its_deal_through_the_outbox(cast):
    story = telling.signed(cast)
    assert Deal.objects.get().stage == "terms_agreed"

    run_workers()

    deal = Deal.objects.get(pk=story.deal.pk)
    assert deal.stage == "signed"
    step = deal.moves.order_by("id").last()
    assert (step.moved_by_id, step.moved_at) == (None, MONDAY)


def test_a_contract_signed_after_the_deal_was_ended_leaves_it_ended_and_blocks_no_delivery(cast):
    story = telling.signed(cast)
    stand_in(story.deal, "circumvented")

    run_workers()

    assert Deal.objects.get(pk=story.deal.pk).stage == "circumvented"
    assert not Delivery.objects.filter(consumer="brokerage.deals").exists()
