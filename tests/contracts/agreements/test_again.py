"""A deal may have several contracts after each other, one of them live; each keeps its own registration and ledger."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from contracts.agreements import services
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from contracts.agreements.problems import ContractExists, DealNotReady
from contracts.registration import services as registration
from contracts.registration.models import Registration
from contracts.turnover.models import TurnoverEntry
from market.kernel.problems import ConfirmationNeeded
from market.notices.models import Notice
from matching.brokerage import services as brokerage
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.registration.desk import cancel
from tests.contracts.standing import actions, refused, run_consumers


def agree_again(told: story.Story) -> None:
    run_consumers("brokerage.deals")
    told.deal = brokerage.advance_deal(
        actor=told.cast.broker, deal_id=told.deal.id, version=None, stage="terms_agreed", note="", at=MONDAY
    )


def test_after_a_dissolution_the_deal_gets_another_contract_and_each_ledger_entry_keeps_its_own(cast):
    told = story.registered(cast)
    run_consumers("brokerage.deals", "turnover.ledger")
    first = told.contract
    story.dissolve(told)
    cancel(told, on=MONDAY_ON)
    agree_again(told)

    second = story.sign(story.draft(told, title="高导电铜合金接触线工艺开发（重签）")).contract
    story.register(story.apply(told), no="2026360701000002")
    run_consumers("brokerage.deals", "turnover.ledger")

    assert list(told.deal.contracts.order_by("created_at", "id")) == [first, second]
    first.refresh_from_db()
    assert (first.state, second.state) == ("terminated", "effective")
    sums = {first.id: Decimal(0), second.id: Decimal(0)}
    for entry in TurnoverEntry.objects.select_related("event__registration"):
        sums[entry.event.registration.contract_id] += entry.contract_amount
    assert sums == {first.id: Decimal("0.00"), second.id: Decimal("1000000.00")}


def test_a_contract_that_the_registry_refused_is_dissolved_and_drafted_anew(cast):
    told = story.apply(story.signed(cast))
    run_consumers("brokerage.deals")
    registration.refuse_registration(
        actor=cast.registrar,
        registration_id=told.registration.id,
        version=None,
        grounds=["not_technology"],
        remark="",
        at=MONDAY,
    )
    refused_one = told.registration
    story.dissolve(told)
    agree_again(told)

    second = story.apply(story.sign(story.draft(told)))

    refused_one.refresh_from_db()
    assert (refused_one.state, second.registration.state) == (Registration.State.REFUSED, Registration.State.ACCEPTED)
    assert refused_one.contract_id != second.registration.contract_id == second.contract.id
    assert refused_one.contract.deal_id == second.contract.deal_id


def test_a_text_that_the_other_side_will_not_seal_is_withdrawn_and_another_is_drafted(final, cast, agreed):
    services.withdraw_contract(
        actor=cast.enterprise_clerk, contract_id=final.id, version=None, reason="价款有变", at=MONDAY
    )

    again = story.draft(
        agreed,
        contract_amount=Decimal("900000.00"),
        technology_amount=Decimal("900000.00"),
        deductions=[],
        instalments=[],
    ).contract

    final.refresh_from_db()
    assert (final.state, again.state, again.deal_id) == ("withdrawn", "drafting", final.deal_id)
    told = Notice.objects.filter(title=f"合同文本已撤回：{final.title}").values_list("user_id", "body")
    assert set(told) == {(cast.university_clerk.user_id, "价款有变"), (cast.broker.user_id, "价款有变")}


def test_while_a_contract_lives_the_deal_gets_no_other(drafted, agreed, cast):
    with refused(ContractExists):
        services.draft_contract(
            actor=cast.broker, deal_id=agreed.deal.id, data=ContractData(**story.CONTRACT), at=MONDAY
        )


def test_the_database_keeps_one_live_contract_of_a_deal(drafted):
    values = TechnologyContract.objects.filter(pk=drafted.pk).values().get()
    del values["id"]
    with pytest.raises(IntegrityError, match="one_live_contract_per_deal"), transaction.atomic():
        TechnologyContract.objects.create(**values | {"no": "HT2026-999999"})


def test_the_page_of_a_deal_names_every_contract_and_offers_another_once_none_lives(drafted, agreed, cast, api):
    client = api.as_(cast.broker)
    address = f"/contracts/deal/{agreed.deal.id}/"
    assert "起草合同" not in client.get(address).content.decode()

    services.withdraw_contract(actor=cast.broker, contract_id=drafted.id, version=None, reason="重拟", at=MONDAY)

    page = client.get(address).content.decode()
    assert drafted.no in page
    assert "重新起草合同" in page


def test_the_unsigned_text_of_a_circumvented_deal_is_withdrawn_and_both_parties_hear_of_it(cast):
    told = story.drafted(cast)
    brokerage.circumvent_deal(actor=cast.broker, deal_id=told.deal.id, version=None, note="双方私下签约", at=MONDAY)
    run_consumers("agreements.abandoned")

    told.contract.refresh_from_db()
    assert told.contract.state == TechnologyContract.State.WITHDRAWN
    assert actions(told.contract)[-1] == "contract.withdrawn"
    heard = Notice.objects.filter(title__startswith="合同文本已撤回").values_list("user_id", flat=True)
    assert {cast.university_clerk.user_id, cast.enterprise_clerk.user_id} <= set(heard)


def test_the_text_of_a_lost_deal_stays_for_it_may_be_taken_up_again_and_says_so(cast):
    told = story.drafted(cast)
    brokerage.lose_deal(actor=cast.broker, deal_id=told.deal.id, version=None, reason="funding", note="", at=MONDAY)
    run_consumers("agreements.abandoned")

    with refused(DealNotReady) as found:
        services.finalise_contract(actor=cast.broker, contract_id=told.contract.id, version=None, at=MONDAY)

    assert "项目已结束（未成交）" in str(found.value.detail)
    told.contract.refresh_from_db()
    assert told.contract.state == TechnologyContract.State.DRAFTING


def test_the_amount_of_the_contract_that_was_dissolved_is_what_the_next_one_is_held_against(cast):
    told = story.dissolve(story.signed(cast))
    run_consumers("brokerage.deals")
    in_wan = story.CONTRACT | {
        "contract_amount": "100.00",
        "technology_amount": "100.00",
        "deductions": [],
        "instalments": [],
    }

    with refused(ConfirmationNeeded) as found:
        services.draft_contract(actor=cast.broker, deal_id=told.deal.id, data=ContractData(**in_wan), at=MONDAY)

    assert "前一份合同成交额 1,000,000.00 元" in str(found.value.detail)
