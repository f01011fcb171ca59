"""From a deal's terms to a final text: who may write it, what it must hold, and the PDF that is drawn of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.agreements import policy, services
from contracts.agreements.data import ContractData
from contracts.agreements.models import Signature, TechnologyContract
from contracts.agreements.problems import ContentIncomplete, ContractExists, ContractInvalid, DealNotReady
from contracts.agreements.rules import Ground
from market.kernel.files import open_file
from market.kernel.models import AuditRow
from market.kernel.problems import ConfirmationNeeded, NotAllowed, NotFound, SeveralProblems, Stale
from matching.brokerage import services as brokerage
from tests import story
from tests.cast import MONDAY
from tests.conftest import ApiClient
from tests.contracts.standing import actions, refused

LATER = MONDAY + timedelta(hours=3)
State = TechnologyContract.State


def data(**changes: Any) -> ContractData:
    return ContractData(**(story.CONTRACT | changes))


def test_a_draft_takes_its_parties_from_the_deal_and_keeps_every_row(drafted, cast):
    assert drafted.state == State.DRAFTING
    assert drafted.version == 1
    assert (drafted.seller_id, drafted.buyer_id) == (cast.university.id, cast.enterprise.id)
    assert drafted.origin == "deal"
    assert drafted.no.startswith("HT2026-")
    deduction = drafted.deductions.get()
    assert (deduction.amount, deduction.carrier_amount) == (Decimal("300000.00"), Decimal("80000.00"))
    instalments = drafted.instalments.order_by("position").values_list("position", "amount", "condition")
    assert list(instalments) == [
        (1, Decimal("400000.00"), "合同签订后"),
        (2, Decimal("600000.00"), "验收合格后"),
    ]
    trail = AuditRow.objects.get(action="contract.drafted", subject_id=str(drafted.id))
    assert trail.changes == {"contract_amount": "1000000.00", "technology_amount": "780000.00"}
    assert trail.actor_user_id == cast.broker.user_id


@pytest.mark.parametrize("name", ["university_clerk", "enterprise_clerk", "broker"])
def test_a_clerk_of_either_party_and_the_broker_may_draft(agreed, cast, name):
    row = services.draft_contract(actor=getattr(cast, name), deal_id=agreed.deal.id, data=data(), at=MONDAY)

    assert row.state == State.DRAFTING


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("enterprise_finance", NotAllowed),
        ("university_finance", NotAllowed),
        ("operator", NotAllowed),
        ("auditor", NotAllowed),
        ("other_clerk", NotFound),
        ("registrar", NotFound),
        ("leader", NotFound),
        ("stranger", NotFound),
        ("nobody", NotFound),
    ],
)
def test_nobody_else_may_draft_and_who_does_not_see_the_deal_learns_nothing(agreed, cast, name, problem):
    with refused(problem):
        services.draft_contract(actor=getattr(cast, name), deal_id=agreed.deal.id, data=data(), at=MONDAY)


def test_a_deal_is_negotiated_before_its_contract_is_drafted(cast):
    told = story.opened(cast)

    with refused(DealNotReady) as found:
        services.draft_contract(actor=cast.broker, deal_id=told.deal.id, data=data(), at=MONDAY)

    assert found.value.data == {"stage": "introduced"}


def test_a_deal_has_one_contract(drafted, agreed, cast):
    with refused(ContractExists):
        services.draft_contract(actor=cast.broker, deal_id=agreed.deal.id, data=data(), at=MONDAY)


def test_a_draft_that_contradicts_itself_is_refused_with_every_ground(agreed, cast):
    wrong = data(technology_amount=Decimal("780000.01"), subtype="patent_license", license_mode="sole", ip_type="nope")

    with refused(ContractInvalid) as found:
        services.draft_contract(actor=cast.broker, deal_id=agreed.deal.id, data=wrong, at=MONDAY)

    grounds = (Ground.TECHNOLOGY_AMOUNT, Ground.SUBTYPE, Ground.CODES, Ground.LICENSE_MODE)
    assert found.value.data == {"grounds": list(grounds)}


def test_worked_example_34_a_licence_without_a_mode_is_kept_as_ordinary_by_default(agreed, cast):
    """SPC interpretation art. 25."""
    licence = {"contract_type": "license", "subtype": "know_how_license"}

    row = story.draft(agreed, **licence).contract
    assert (row.license_mode, row.is_license_mode_defaulted) == ("ordinary", True)

    row = services.update_contract(
        actor=cast.broker, contract_id=row.id, version=1, data=data(**licence, license_mode="sole"), at=LATER
    )
    assert (row.license_mode, row.is_license_mode_defaulted) == ("sole", False)


def test_writing_a_draft_anew_replaces_its_rows(drafted, cast):
    anew = data(
        contract_amount=Decimal("900000.00"),
        technology_amount=Decimal("900000.00"),
        deductions=[],
        instalments=[{"amount": "900000.00"}],
    )

    row = services.update_contract(actor=cast.enterprise_clerk, contract_id=drafted.id, version=1, data=anew, at=LATER)

    row.refresh_from_db()
    assert (row.contract_amount, row.technology_amount, row.version) == (Decimal("900000"), Decimal("900000"), 2)
    assert row.updated_at == LATER
    assert row.deductions.count() == 0
    assert [item.amount for item in row.instalments.all()] == [Decimal("900000.00")]
    assert actions(row) == ["contract.drafted", "contract.updated"]


def test_a_change_to_a_draft_that_someone_changed_meanwhile_is_refused(drafted, cast):
    services.update_contract(actor=cast.broker, contract_id=drafted.id, version=1, data=data(), at=LATER)

    with refused(Stale) as found:
        services.update_contract(
            actor=cast.enterprise_clerk, contract_id=drafted.id, version=1, data=data(title="另一标题"), at=LATER
        )

    assert found.value.data == {"current_version": 2, "changed_at": LATER.isoformat()}


def test_a_text_is_closed_only_once_terms_are_agreed(cast):
    told = story.opened(cast)
    brokerage.advance_deal(
        actor=cast.broker, deal_id=told.deal.id, version=None, stage="negotiating", note="", at=MONDAY
    )
    row = services.draft_contract(actor=cast.broker, deal_id=told.deal.id, data=data(), at=MONDAY)

    with refused(DealNotReady) as found:
        services.finalise_contract(actor=cast.broker, contract_id=row.id, version=1, at=LATER)

    assert found.value.data == {"stage": "negotiating"}


def test_an_incomplete_text_is_not_closed_and_every_missing_clause_is_named(agreed, cast):
    row = story.draft(agreed, acceptance="", ip_type="invention_patent", instalments=[]).contract

    with refused(ContentIncomplete) as found:
        services.finalise_contract(actor=cast.broker, contract_id=row.id, version=1, at=LATER)

    assert found.value.data == {"grounds": [Ground.ACCEPTANCE_CRITERIA, Ground.PATENT_FACTS, Ground.INSTALMENTS]}
    assert [error["loc"] for error in found.value.errors] == [["acceptance"], ["patents"], ["instalments"]]


def test_that_the_terms_are_not_agreed_is_told_together_with_what_the_text_lacks(cast):
    told = story.open_deal(story.publish(cast))
    brokerage.advance_deal(
        actor=cast.broker, deal_id=told.deal.id, version=None, stage="negotiating", note="", at=MONDAY
    )
    row = story.draft(told, acceptance="", disputes="𱖎").contract

    with refused(SeveralProblems) as found:
        services.finalise_contract(actor=cast.broker, contract_id=row.id, version=1, at=LATER)

    assert [error["code"] for error in found.value.errors] == [
        "deal_not_ready",
        "acceptance_criteria",
        "characters_missing",
    ]


def test_the_page_of_a_draft_says_what_it_lacks_and_leads_to_each_field(agreed, cast):
    row = story.draft(agreed, acceptance="", instalments=[]).contract

    page = ApiClient().as_(cast.broker).get(f"/contracts/{row.id}/").content.decode()

    assert f'href="/contracts/{row.id}/edit#id_acceptance">缺少验收标准和方法' in page
    assert f'href="/contracts/{row.id}/edit#section-3">各期付款之和应等于成交额' in page


def test_a_closed_text_is_drawn_and_its_hash_is_in_the_audit_trail(final):
    assert (final.state, final.version) == (State.FINAL, 2)
    assert final.document.media_type == "application/pdf"
    assert final.document.name == f"{final.no}.pdf"
    with open_file(final.document) as stored:
        assert stored.read(5) == b"%PDF-"
    trail = AuditRow.objects.get(action="contract.finalised", subject_id=str(final.id))
    assert trail.changes["sha256"] == final.document.sha256


def test_the_same_text_gives_the_same_bytes_and_another_text_others(final, cast):
    first = final.document.sha256

    services.reopen_contract(actor=cast.broker, contract_id=final.id, version=2, at=LATER)
    again = services.finalise_contract(actor=cast.broker, contract_id=final.id, version=3, at=LATER)
    assert again.document.sha256 == first

    services.reopen_contract(actor=cast.broker, contract_id=final.id, version=4, at=LATER)
    services.update_contract(
        actor=cast.broker, contract_id=final.id, version=5, data=data(acceptance="导电率不低于 97% IACS。"), at=LATER
    )
    other = services.finalise_contract(actor=cast.broker, contract_id=final.id, version=6, at=LATER)
    assert other.document.sha256 != first


def test_user_text_is_printed_and_never_run_as_typst(agreed, cast):
    """What a drafter types is data: markup of the drawing language comes out as the characters typed."""
    hostile = '#read("/etc/passwd") #panic("x") $ \\ #import "a": * ] } " <label> @ref'
    row = story.draft(agreed, title=hostile[:200], acceptance=hostile, liability=hostile).contract

    row = services.finalise_contract(actor=cast.broker, contract_id=row.id, version=1, at=LATER)

    assert row.state == State.FINAL


def test_a_reopened_text_has_no_document_and_can_be_written_again(final, cast):
    row = services.reopen_contract(actor=cast.enterprise_clerk, contract_id=final.id, version=2, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.document_id, row.version) == (State.DRAFTING, None, 3)
    assert Signature.objects.count() == 0
    assert "update" in policy.contracts.allowed(cast.broker, row)


IN_WAN: dict[str, Any] = {
    "contract_amount": Decimal("100.00"),
    "technology_amount": Decimal("100.00"),
    "deductions": [],
    "instalments": [{"amount": "100.00"}],
}


def test_an_amount_ten_thousand_times_off_the_listings_is_asked_about_before_it_is_drafted(agreed, cast):
    with refused(ConfirmationNeeded) as found:
        services.draft_contract(actor=cast.broker, deal_id=agreed.deal.id, data=data(**IN_WAN), at=MONDAY)

    assert [question["code"] for question in found.value.data["questions"]] == ["amount_unit", "amount_unit"]
    assert "成果意向价格 800,000.00 元" in str(found.value.detail)
    assert "需求预期投入 1,000,000.00 元" in str(found.value.detail)
    row = services.draft_contract(
        actor=cast.broker, deal_id=agreed.deal.id, data=data(**IN_WAN), confirmed=["amount_unit"], at=MONDAY
    )
    assert row.contract_amount == Decimal("100.00")


def test_a_draft_is_asked_about_its_amount_when_that_changes_and_not_again(drafted, cast):
    with refused(ConfirmationNeeded) as found:
        rewrite(drafted, cast, data(**IN_WAN))
    rewrite(drafted, cast, data(**IN_WAN), confirmed=["amount_unit"])

    row = rewrite(drafted, cast, data(**IN_WAN, title="换一个名称"))

    assert "草稿原成交额 1,000,000.00 元" in str(found.value.detail)
    assert (row.title, row.contract_amount) == ("换一个名称", Decimal("100.00"))


def rewrite(contract, cast, values: ContractData, *, confirmed: tuple[str, ...] | list[str] = ()) -> TechnologyContract:
    return services.update_contract(
        actor=cast.broker, contract_id=contract.id, version=None, data=values, confirmed=confirmed, at=MONDAY
    )


def test_the_api_asks_the_same_and_takes_the_confirmation(drafted, cast):
    api = ApiClient().as_(cast.broker)
    body = data(**IN_WAN).model_dump(mode="json")

    asked = api.send("put", f"/contracts/{drafted.id}", body, version=1)
    answer = api.send("put", f"/contracts/{drafted.id}", body | {"confirmed": ["amount_unit"]}, version=1)

    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert (answer.status_code, answer.json()["contract_amount"]) == (200, "100.00")


def test_what_is_wrong_with_a_draft_and_what_is_doubtful_is_told_in_one_answer(agreed, cast, api):
    body = data(**IN_WAN | {"instalments": [{"amount": "1000000.00"}]}).model_dump(mode="json")

    answer = api.as_(cast.broker).send("post", "/contracts", body | {"deal_id": str(agreed.deal.id)}).json()

    assert answer["code"] == "several_problems"
    assert [(error["loc"], error["code"]) for error in answer["errors"]] == [(["instalments"], "instalments")]
    assert {question["code"] for question in answer["questions"]} == {"amount_unit"}
