"""An introduction becomes a deal, once, by a broker of the agency that made it."""

from datetime import UTC, datetime
from uuid import uuid4

from listings.catalog import services as catalog
from listings.catalog.models import State
from market.kernel import audit
from market.kernel.actor import Role
from market.kernel.problems import NotAllowed, NotFound
from matching.brokerage import services
from matching.brokerage.models import Deal
from matching.brokerage.problems import DealExists
from tests import story as telling
from tests.cast import MONDAY, member
from tests.matching.brokerage.desk import refused, told
from tests.running import run_outbox


def open_deal(actor, introduction, *, at=MONDAY):
    return services.open_deal(actor=actor, introduction_id=introduction.id, at=at)


def test_a_deal_takes_its_parties_from_the_introduction_and_its_first_step_is_dated(introduced, cast):
    deal = open_deal(cast.broker, introduced)

    deal.refresh_from_db()
    assert (deal.seller_id, deal.buyer_id) == (cast.university.id, cast.enterprise.id)
    assert (deal.agency_id, deal.broker_id) == (cast.agency.id, cast.broker.user_id)
    assert (deal.stage, deal.version, deal.opened_at, deal.ended_at) == ("introduced", 1, MONDAY, None)
    step = deal.moves.get()
    assert (step.from_stage, step.to_stage, step.moved_by_id, step.moved_at) == (
        "",
        "introduced",
        cast.broker.user_id,
        MONDAY,
    )
    assert audit.history(deal).get().action == "deal.opened"


def test_both_parties_are_told_of_the_deal_by_the_name_of_its_technology(introduced, cast):
    deal = open_deal(cast.broker, introduced)

    notice = (f"已立项：{deal.title}", f"/deals/{deal.id}/")
    assert told(cast.university, "deal") == [("university-clerk", *notice)]
    assert told(cast.enterprise, "deal") == [("enterprise-clerk", *notice)]


def test_deals_are_numbered_one_after_the_other_under_the_year_in_ruijin(cast):
    deals = []
    for at in (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), datetime(2025, 12, 31, 16, 30, tzinfo=UTC)):
        deals.append(telling.open_deal(telling.publish(cast, at=at), at=at).deal)

    (first, one), (second, two) = [deal.no.removeprefix("XM").split("-") for deal in deals]
    assert (first, second) == ("2025", "2026")
    assert int(two) == int(one) + 1
    assert len(one) == len(two) == 6


def test_an_introduction_has_one_deal(opened, introduced, cast, second_broker):
    for actor in (cast.broker, second_broker):
        with refused(DealExists):
            open_deal(actor, introduced)


def test_a_lost_deal_is_not_opened_again(opened, introduced, cast):
    services.lose_deal(actor=cast.broker, deal_id=opened.id, version=None, reason="price", note="", at=MONDAY)

    with refused(DealExists):
        open_deal(cast.broker, introduced)


def test_a_colleague_of_the_broker_opens_the_deal_and_the_introducer_stays_its_broker(introduced, cast, second_broker):
    deal = open_deal(second_broker, introduced)

    assert deal.broker_id == cast.broker.user_id
    assert deal.moves.get().moved_by_id == second_broker.user_id


def test_only_brokers_of_the_agency_open_the_deal(introduced, cast, rival):
    clerk = member(cast.agency, "agency-clerk", Role.CLERK)
    for actor in (cast.university_clerk, cast.enterprise_clerk, cast.auditor, cast.operator, clerk):
        with refused(NotAllowed):
            open_deal(actor, introduced)
    for actor in (rival, cast.other_clerk, cast.registrar, cast.leader, cast.stranger, cast.nobody):
        with refused(NotFound):
            open_deal(actor, introduced)


def test_a_deal_of_no_introduction_is_not_found(cast):
    with refused(NotFound):
        services.open_deal(actor=cast.broker, introduction_id=uuid4(), at=MONDAY)


def test_both_listings_are_under_negotiation_while_the_deal_runs_and_free_when_it_is_lost(opened, pair, cast):
    run_outbox()
    assert states(pair) == (State.UNDER_NEGOTIATION, State.UNDER_NEGOTIATION)

    services.lose_deal(actor=cast.broker, deal_id=opened.id, version=None, reason="funding", note="", at=MONDAY)
    run_outbox()

    assert states(pair) == (State.PUBLISHED, State.PUBLISHED)


def test_a_listing_that_its_owner_took_back_stays_withdrawn_and_the_deal_goes_on(introduced, pair, cast):
    catalog.withdraw_listing(
        actor=cast.university_clerk, kind="achievement", listing_id=pair.achievement.id, version=None, at=MONDAY
    )

    deal = open_deal(cast.broker, introduced)
    run_outbox()

    assert deal.stage == Deal.Stage.INTRODUCED
    assert states(pair) == (State.WITHDRAWN, State.UNDER_NEGOTIATION)


def states(pair):
    pair.achievement.refresh_from_db()
    pair.demand.refresh_from_db()
    return pair.achievement.state, pair.demand.state
