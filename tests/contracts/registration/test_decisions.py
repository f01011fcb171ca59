"""The registry's decisions: acceptance and its clock, four eyes on a high value, corrections, refusal."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from contracts.registration import rules, services
from contracts.registration.models import Registration, RegistrationEvent
from contracts.registration.problems import (
    AmountsInvalid,
    DateInvalid,
    GroundsUnknown,
)
from contracts.registration.rules import Difference
from contracts.turnover import queries as turnover
from market.kernel.actor import Role
from market.kernel.problems import NotAllowed, SecondPersonNeeded, WrongState
from market.reference import files
from market.reference.calendar import WorkingCalendar
from tests import story
from tests.cast import MONDAY, member
from tests.contracts.registration.conftest import LARGE
from tests.contracts.registration.desk import approve, register, submit
from tests.contracts.standing import actions, refused, run_consumers

State = Registration.State
OLD, NEW = rules.RULE_SETS
CALENDAR = WorkingCalendar(tuple(files.read_years()))


# The clock


@pytest.mark.parametrize(("edition", "due"), [(OLD, date(2026, 4, 1)), (NEW, date(2026, 3, 23))])
def test_worked_example_9_thirty_days_or_fifteen_working_days_from_acceptance(edition, due):
    assert rules.due(edition, date(2026, 3, 2), calendar=CALENDAR) == (due, False)


@pytest.mark.parametrize(
    ("on", "code"),
    [("2026-01-22", "2000-2001"), ("2026-01-23", "2026-provisional"), ("2026-03-02", "2026-provisional")],
)
def test_the_date_of_application_picks_the_rules(on, code):
    assert rules.rule_set_on(date.fromisoformat(on)).code == code


def test_accepting_starts_the_clock_in_ruijin(accepted):
    row = accepted.registration

    assert (row.accepted_on, row.due_on) == (date(2026, 3, 2), date(2026, 3, 23))
    assert (row.rule_set, row.reviewed_by_id) == ("2026-provisional", accepted.cast.registrar.user_id)


# Four eyes


@pytest.mark.parametrize(
    ("edition", "contract", "technology", "needed"),
    [
        (NEW, "6000000.00", "4999999.99", False),
        (NEW, "6000000.00", "5000000.00", True),
        (NEW, "6000000.00", "4000000.00", False),
        (OLD, "6000000.00", "4000000.00", True),
        (OLD, "4999999.99", "4999999.99", False),
        (OLD, "5000000.00", "1.00", True),
    ],
)
def test_worked_example_10_the_rule_set_says_which_amount_is_compared(edition, contract, technology, needed):
    found = rules.needs_second_review(edition, rules.Amounts(Decimal(contract), Decimal(technology)))

    assert found is needed


def test_a_high_value_waits_for_a_second_person_and_is_not_in_the_figure_before(large, cast):
    row = register(large)

    assert (row.state, row.reviewed_by_id, row.approved_by_id) == (State.SECOND_REVIEW, cast.registrar.user_id, None)
    assert RegistrationEvent.objects.count() == 0
    assert run_consumers("turnover.ledger") == 0

    row = approve(large, cast.approver)

    assert (row.state, row.approved_by_id) == (State.REGISTERED, cast.approver.user_id)
    assert run_consumers("turnover.ledger") == 1
    assert turnover.figure(year=2026).absorption.contract_amount == Decimal("6000000.00")
    assert actions(row)[-2:] == ["registration.escalated", "registration.registered"]


def test_who_registered_a_high_value_does_not_approve_it(large, cast):
    both = member(cast.registry, "registrar-and-approver", Role.REGISTRAR, Role.HIGH_VALUE_APPROVER)
    register(large, actor=both)

    with refused(SecondPersonNeeded):
        approve(large, both)

    assert approve(large, cast.approver).state == State.REGISTERED


def test_a_registrar_cannot_register_a_lower_amount_around_the_second_person(large):
    register(large)

    for amounts in ({"technology": "4999999.99"}, {}):
        with refused(WrongState) as found:
            register(large, **amounts)
        assert found.value.data == {"state": "second_review"}


def test_one_fen_below_the_threshold_needs_one_person(cast):
    below = LARGE | {
        "technology_amount": Decimal("4999999.99"),
        "deductions": [{"kind": "equipment", "description": "中试线", "amount": "1000000.01"}],
    }
    told = story.apply(story.signed(cast, **below))

    assert register(told).state == State.REGISTERED


@pytest.mark.parametrize("name", ["registrar", "university_clerk", "enterprise_clerk", "broker", "operator", "auditor"])
def test_only_the_registrys_approver_approves(large, cast, name):
    register(large)

    with refused(NotAllowed):
        approve(large, getattr(cast, name))


def test_a_second_reviewer_may_refuse_and_the_number_that_was_typed_is_free_again(large, cast):
    register(large)

    row = services.refuse_registration(
        actor=cast.approver,
        registration_id=large.registration.id,
        version=None,
        grounds=["price_unclear"],
        remark="价款依据不足",
        at=MONDAY,
    )

    row.refresh_from_db()
    assert (row.state, row.registration_no, row.registered_on) == (State.REFUSED, "", None)
    assert (row.contract_amount, row.technology_amount) == (None, None)
    assert RegistrationEvent.objects.count() == 0
    again = story.apply(large)
    assert register(again).registration_no == "2026360701000001"


# What is recognised


@pytest.mark.parametrize(
    ("contract", "technology"), [("0.00", "0.00"), ("1000000.00", "0.00"), ("1000000.00", "1000000.01"), ("-1", "-1")]
)
def test_worked_example_1_recognised_amounts_are_positive_and_technology_within_the_contract(
    accepted, contract, technology
):
    with refused(AmountsInvalid):
        register(accepted, contract=contract, technology=technology)


def test_the_registry_may_recognise_less_than_the_contract_says(accepted, cast, api):
    items = [Difference(Decimal("80000"), "载体不计入技术交易额")]
    row = register(accepted, contract="1000000.00", technology="700000.00", differences=items)

    event = RegistrationEvent.objects.get()
    assert (row.technology_amount, event.technology_amount) == (Decimal("700000.00"), Decimal("700000.00"))
    accepted.contract.refresh_from_db()
    assert accepted.contract.technology_amount == Decimal("780000.00")
    page = api.as_(cast.registrar).get(reverse("registration:detail", args=[row.id])).content.decode()
    assert "80,000.00 元：载体不计入技术交易额" in page


@pytest.mark.parametrize("on", ["2026-03-01", "2026-03-03", "2025-12-31"])
def test_a_registration_is_dated_from_acceptance_to_today_in_ruijin(accepted, on):
    with refused(DateInvalid) as found:
        register(accepted, on=date.fromisoformat(on))

    assert str(found.value.detail) == "应在 2026-03-02 至 2026-03-02 之间"


# Corrections and refusal


def test_a_correction_goes_back_with_its_grounds_and_a_new_acceptance_starts_the_clock_anew(accepted, cast):
    row = services.request_supplement(
        actor=cast.registrar,
        registration_id=accepted.registration.id,
        version=None,
        grounds=["proof_missing", "seal_mismatch"],
        remark="请补交授权书",
        at=MONDAY,
    )
    assert (row.state, row.grounds, row.remark) == (
        State.SUPPLEMENT_REQUESTED,
        ["proof_missing", "seal_mismatch"],
        "请补交授权书",
    )
    later = MONDAY + timedelta(days=7)

    row = submit(row, cast.university_clerk, at=later)
    assert (row.state, row.grounds, row.remark) == (State.SUBMITTED, [], "")

    row = services.accept_registration(actor=cast.registrar, registration_id=row.id, version=None, at=later)
    assert (row.accepted_on, row.due_on) == (date(2026, 3, 9), date(2026, 3, 30))


def test_a_refused_contract_may_be_applied_for_again(accepted, cast):
    row = services.refuse_registration(
        actor=cast.registrar,
        registration_id=accepted.registration.id,
        version=None,
        grounds=["not_technology"],
        remark="",
        at=MONDAY,
    )

    assert (row.state, row.ended_at, row.grounds) == (State.REFUSED, MONDAY, ["not_technology"])
    assert RegistrationEvent.objects.count() == 0
    assert register(story.apply(accepted)).state == State.REGISTERED


@pytest.mark.parametrize("grounds", [[], ["nope"], ["not_technology", "nope"]])
@pytest.mark.parametrize("decide", [services.request_supplement, services.refuse_registration])
def test_a_decision_against_a_contract_names_known_grounds(accepted, cast, decide, grounds):
    with refused(GroundsUnknown):
        decide(
            actor=cast.registrar,
            registration_id=accepted.registration.id,
            version=None,
            grounds=grounds,
            remark="",
            at=MONDAY,
        )


def test_a_late_decision_in_a_state_that_is_past_is_refused(registered):
    with refused(WrongState) as found:
        register(registered, no="2026360701000009")

    assert found.value.data == {"state": "registered"}


def test_everything_wrong_with_a_registration_is_told_at_once_each_with_its_field(accepted, cast, api):
    row = accepted.registration
    body = {
        "registration_no": "12",
        "registered_on": "2026-03-01",
        "contract_amount": "1000001.00",
        "technology_amount": "780000.00",
    }

    answer = api.as_(cast.registrar).send("post", f"/registrations/{row.id}/register", body, version=row.version)

    assert (answer.status_code, answer.json()["code"]) == (409, "several_problems")
    assert {(error["loc"][0], error["code"]) for error in answer.json()["errors"]} == {
        ("registration_no", "registration_no_invalid"),
        ("registered_on", "date_invalid"),
        ("contract_amount", "amount_above_contract"),
    }


def test_the_page_says_each_beside_its_field_and_asks_its_questions_in_the_same_answer(accepted, cast, api):
    row = accepted.registration
    typed = {
        "version": row.version,
        "registration_no": "2025350201000123",
        "registered_on": "2026-03-02",
        "contract_amount": "1000001.00",
        "technology_amount": "780000.00",
    }

    answer = api.as_(cast.registrar).post(f"/registrations/{row.id}/register", typed)

    form = next(step.form for step in answer.context["steps"] if step.code == "register")
    assert set(form.errors) == {"contract_amount", "confirmed"}
    assert 'href="#id_register_contract_amount"' in answer.content.decode()
    assert [code for code, _label in form.fields["confirmed"].widget.choices] == ["registration_no"]


def test_a_refused_application_says_its_grounds_in_words(cast, api):
    told = story.signed(cast, valid_until=date(2026, 3, 2))
    row = services.apply_for_registration(
        actor=cast.university_clerk, contract_id=told.contract.id, office_id=cast.registry.id, at=MONDAY
    )

    answer = api.as_(cast.university_clerk).post(f"/registrations/{row.id}/submit", {"version": row.version})

    assert "合同已过有效期" in answer.content.decode()
    assert "expired" not in answer.content.decode().partition('class="errors"')[2].partition("</section>")[0]
