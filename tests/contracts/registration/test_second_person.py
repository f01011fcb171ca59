"""The figure is moved by two people, with a paper, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from contracts.registration import policy, services
from contracts.registration.models import Change, Correction, Registration, RegistrationEvent
from contracts.registration.problems import (
    AmountAboveContract,
    ChangeOpen,
    DateInvalid,
    DifferenceUnexplained,
)
from contracts.registration.rules import RULE_SETS, Amounts, Difference, explains, needs_second_review
from contracts.registration.services.record import record_event, standing_facts
from contracts.turnover import queries as turnover
from market.kernel.files import FileRefused
from market.kernel.money import is_unit_doubtful
from market.kernel.problems import ConfirmationNeeded, NotAllowed, SecondPersonNeeded, Stale
from market.notices.models import Notice
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.registration.conftest import LARGE
from tests.contracts.registration.desk import amend, approve, approve_change, cancel, register, revoke
from tests.contracts.standing import actions, refused, run_consumers

YEAR_A, YEAR_B = datetime(2025, 6, 2, 1, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC)
IN_A, IN_B = date(2025, 6, 2), date(2026, 3, 2)
State = Registration.State
OLD, NEW = RULE_SETS


def absorbed(year: int = 2026) -> tuple[Decimal, int]:
    run_consumers("turnover.ledger")
    found = turnover.figure(year=year).absorption
    return found.contract_amount, found.contracts


@pytest.fixture
def high(cast) -> story.Story:
    """Registered by two people: 6 000 000 yuan of which 5 000 000 are technology."""
    told = story.apply(story.signed(cast, **LARGE))
    register(told)
    told.registration = approve(told, cast.approver)
    return told


def test_an_amendment_to_a_high_value_waits_for_the_second_person_and_the_figure_waits_with_it(cast):
    told = story.registered(
        cast,
        contract_amount=Decimal("4990000.00"),
        technology_amount=Decimal("4990000.00"),
        deductions=[],
        instalments=[{"amount": "4990000.00"}],
    )
    row = amend(told, "900000000.00", "900000000.00", on=MONDAY_ON)

    assert (row.state, row.contract_amount) == (State.REGISTERED, Decimal("4990000.00"))
    assert absorbed() == (Decimal("4990000.00"), 1)
    with refused(NotAllowed):
        approve_change(told, cast.registrar)
    approve_change(told, cast.approver)
    row.refresh_from_db()
    assert (row.contract_amount, absorbed()) == (Decimal("900000000.00"), (Decimal("900000000.00"), 1))


def test_what_was_of_high_value_before_waits_as_well(high, cast):
    for move in (
        lambda: amend(high, "100000.00", "90000.00", on=MONDAY_ON),
        lambda: cancel(high, on=MONDAY_ON),
        lambda: revoke(high, on=MONDAY_ON),
    ):
        move()
        change = Change.objects.get(state="proposed")
        assert RegistrationEvent.objects.count() == 1
        services.decline_change(actor=cast.approver, change_id=change.id, version=None, at=MONDAY)
    assert set(Change.objects.values_list("state", flat=True)) == {"declined"}


def test_a_cancellation_of_high_value_is_carried_out_by_the_second_person_and_leaves_figure_and_count(high, cast):
    cancel(high, on=MONDAY_ON)

    approve_change(high, cast.approver)

    high.registration.refresh_from_db()
    assert high.registration.state == State.CANCELLED
    assert absorbed() == (Decimal("0.00"), 0)
    assert actions(high.registration)[-2:] == ["registration.change_proposed", "registration.cancelled"]


def test_whoever_proposed_a_change_does_not_decide_it_whatever_roles_he_has(high, cast):
    cancel(high, on=MONDAY_ON)
    Change.objects.update(proposed_by=cast.approver.user_id)

    with refused(SecondPersonNeeded):
        approve_change(high, cast.approver)


def test_one_change_is_decided_before_the_next_and_a_stale_one_is_refused(high, cast):
    cancel(high, on=MONDAY_ON)
    with refused(ChangeOpen):
        revoke(high, on=MONDAY_ON)

    Registration.objects.filter(pk=high.registration.pk).update(version=high.registration.version + 9)

    with refused(Stale):
        approve_change(high, cast.approver)


def test_while_a_change_waits_no_other_is_offered_that_it_would_refuse(high, cast):
    later = ["amend", "correct", "cancel", "revoke"]
    assert policy.registrations.allowed(cast.registrar, high.registration) == later

    cancel(high, on=MONDAY_ON)
    assert policy.registrations.allowed(cast.registrar, high.registration) == []
    services.decline_change(actor=cast.approver, change_id=Change.objects.get().id, version=None, at=MONDAY)

    assert policy.registrations.allowed(cast.registrar, high.registration) == later


def test_a_correction_to_a_high_value_is_decided_by_the_approver(registered, cast):
    services.correct_registration(
        actor=cast.registrar, registration_id=registered.registration.id, version=None, facts={},
        contract_amount=Decimal("6000000.00"), technology_amount=Decimal("5000000.00"), reason="录入有误", at=MONDAY,
    )  # fmt: skip
    correction = Correction.objects.get()

    with refused(NotAllowed):
        services.approve_correction(actor=cast.registrar, correction_id=correction.id, version=None, at=MONDAY)
    services.approve_correction(actor=cast.approver, correction_id=correction.id, version=None, at=MONDAY)

    assert absorbed() == (Decimal("6000000.00"), 1)


@pytest.mark.parametrize("approver", ["nobody", "registrar"])
def test_no_way_to_the_ledger_leads_past_the_second_person(registered, cast, approver):
    row = registered.registration

    with refused(SecondPersonNeeded):
        record_event(
            row, kind=RegistrationEvent.Kind.AMENDED, contract_amount=Decimal("9000000.00"),
            technology_amount=Decimal("9000000.00"), effective_on=MONDAY_ON, facts=standing_facts(row), reason="x",
            actor=cast.registrar, at=MONDAY, proposed_by_id=cast.registrar.user_id,
            approved_by_id=cast.everyone[approver].user_id,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "before", "after", "waits"),
    [
        (NEW, ("4999999.99", "4999999.99"), ("4999999.98", "4999999.98"), False),
        (NEW, ("1.00", "1.00"), ("5000000.00", "5000000.00"), True),
        (NEW, ("5000000.00", "5000000.00"), ("1.00", "1.00"), True),
        (NEW, ("6000000.00", "4000000.00"), ("6000000.00", "4000000.00"), False),
        (OLD, ("6000000.00", "4000000.00"), ("1.00", "1.00"), True),
    ],
)
def test_the_amount_before_or_after_that_the_rule_set_names_decides(edition, before, after, waits):
    pairs = [Amounts(*map(Decimal, pair)) for pair in (before, after)]

    assert needs_second_review(edition, *pairs) is waits


def test_more_than_the_contract_says_is_never_recognised(accepted):
    with refused(AmountAboveContract) as found:
        register(accepted, contract="10000000000.00", technology="4999999.00")

    assert found.value.data == {"contract_amount": "1000000.00"}


def test_less_than_the_contract_says_needs_a_reason_for_every_yuan(accepted):
    for items in ([], [Difference(Decimal("299999.99"), "设备")], [Difference(Decimal("300000.00"), " ")]):
        with refused(DifferenceUnexplained):
            register(accepted, contract="700000.00", technology="700000.00", differences=items)

    items = [Difference(Decimal("200000.00"), "设备"), Difference(Decimal("100000.00"), "差旅")]
    row = register(accepted, contract="700000.00", technology="700000.00", differences=items)

    assert row.differences == [{"amount": "200000.00", "reason": "设备"}, {"amount": "100000.00", "reason": "差旅"}]


def test_the_reasons_account_for_the_difference_in_technology_where_the_total_is_the_contracts():
    text = Amounts(Decimal("100.00"), Decimal("78.00"))

    assert explains(
        [Difference(Decimal("8.00"), "载体")], text=text, recognised=Amounts(text.contract_amount, Decimal("70.00"))
    )
    assert not explains([], text=text, recognised=Amounts(text.contract_amount, Decimal("70.00")))
    assert explains([], text=text, recognised=text)


def test_yuan_typed_in_ten_thousands_is_asked_about_and_kept_once_confirmed(accepted):
    with refused(ConfirmationNeeded) as found:
        register(accepted, contract="100.00", technology="78.00")

    items = [Difference(Decimal("999900.00"), "确认的差额")]
    row = register(accepted, contract="100.00", technology="78.00", differences=items, confirmed=["amount_unit"])

    assert {question["code"] for question in found.value.data["questions"]} == {"amount_unit"}
    assert row.contract_amount == Decimal("100.00")


@pytest.mark.parametrize(
    ("known", "typed", "doubtful"),
    [("1000000", "100", True), ("100", "1000000", True), ("1000000", "900000", False), ("1000000", "1000", False)],
)
def test_a_factor_of_ten_thousand_either_way_is_doubtful(known, typed, doubtful):
    assert is_unit_doubtful(Decimal(known), Decimal(typed)) is doubtful


@pytest.mark.parametrize("no", ["1999110101000901", "2025360701000001", "2026110101000001", "2026360701000000"])
def test_a_number_of_another_year_region_or_without_serial_is_asked_about_before_it_is_kept(accepted, no):
    with refused(ConfirmationNeeded) as found:
        register(accepted, no=no)

    assert {question["code"] for question in found.value.data["questions"]} == {"registration_no"}
    assert register(accepted, no=no, confirmed=["registration_no"]).registration_no == no


def test_a_wrong_number_and_date_are_put_right_by_two_people(registered, cast):
    services.correct_registration(
        actor=cast.registrar, registration_id=registered.registration.id, version=None, facts={}, contract_amount=None,
        technology_amount=None, registration_no="2026360701000777", registered_on=MONDAY_ON, reason="录错", at=MONDAY,
    )  # fmt: skip
    assert Registration.objects.get().registration_no == "2026360701000001"

    services.approve_correction(actor=cast.approver, correction_id=Correction.objects.get().id, version=None, at=MONDAY)

    assert Registration.objects.get().registration_no == "2026360701000777"
    assert absorbed() == (Decimal("1000000.00"), 1)


def test_a_corrected_date_takes_the_amount_into_the_right_year(cast):
    told = story.apply(story.signed(cast, at=YEAR_A, valid_from=IN_A), at=YEAR_A)
    register(told, no="2026360701000001", on=IN_B, at=YEAR_B)

    services.correct_registration(
        actor=cast.registrar, registration_id=told.registration.id, version=None, facts={}, contract_amount=None,
        technology_amount=None, registration_no="2025360701000001", registered_on=date(2025, 12, 31), reason="录错",
        at=YEAR_B,
    )  # fmt: skip
    services.approve_correction(actor=cast.approver, correction_id=Correction.objects.get().id, version=None, at=YEAR_B)

    assert (absorbed(2025), absorbed(2026)) == ((Decimal("1000000.00"), 1), (Decimal("0.00"), 0))


@pytest.mark.parametrize("end", [cancel, revoke])
def test_an_event_dated_before_an_earlier_one_is_refused(cast, end):
    told = story.apply(story.signed(cast, at=YEAR_A, valid_from=IN_A), at=YEAR_A)
    story.register(told, no="2025360701000001", on=IN_A, at=YEAR_A)
    amend(told, "1200000.00", "930000.00", on=IN_B, at=YEAR_B)

    for on in (date(2025, 12, 1), date(2026, 3, 1)):
        with refused(DateInvalid):
            end(told, on=on, at=YEAR_B)
        with refused(DateInvalid):
            amend(told, "1300000.00", "930000.00", on=on, at=YEAR_B)
    end(told, on=IN_B, at=YEAR_B)

    assert (absorbed(2025), absorbed(2026)) == ((Decimal("1000000.00"), 1), (Decimal("-1000000.00"), -1))


def test_a_change_rests_on_a_paper_that_those_who_see_the_registration_can_open(registered, cast, api):
    client = api.as_(cast.registrar)
    path = f"/registrations/{registered.registration.id}/cancel"
    body = {"effective_on": MONDAY_ON, "reason": "解除"}
    headers = {"If-Match": f'"{registered.registration.version}"'}

    without = client.post(f"/api/v1{path}", body, headers=headers)

    assert without.status_code == 422
    assert not Change.objects.exists()
    cancel(registered, on=MONDAY_ON)
    change = Change.objects.get()
    page = api.as_(cast.enterprise_clerk).get(f"/registrations/{registered.registration.id}/").content.decode()
    paper = api.as_(cast.enterprise_clerk).get(f"/registrations/changes/{change.id}/document")
    assert "paper.pdf" in page
    assert change.document.sha256 in page
    assert b"".join(paper.streaming_content) == story.SCAN
    assert api.as_(cast.other_clerk).get(f"/registrations/changes/{change.id}/document").status_code == 404


def test_a_paper_that_is_none_is_refused_and_nothing_moves(registered, cast):
    with refused(FileRefused):
        services.cancel_registration(
            actor=cast.registrar, registration_id=registered.registration.id, version=None, effective_on=MONDAY_ON,
            reason="解除", document=ContentFile(b"words", "a.txt"), at=MONDAY,
        )  # fmt: skip


def test_approver_and_both_parties_are_told(high, cast):
    told = {notice.user_id for notice in Notice.objects.filter(title="登记待大额复审")}
    assert told == {cast.approver.user_id}

    cancel(high, on=MONDAY_ON)
    approve_change(high, cast.approver)

    assert cast.approver.user_id in {n.user_id for n in Notice.objects.filter(title="登记变动待大额复审")}
    parties = {n.user_id for n in Notice.objects.filter(title="登记已注销")}
    assert {cast.university_clerk.user_id, cast.enterprise_clerk.user_id} <= parties
