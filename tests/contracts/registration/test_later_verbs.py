"""After registration: amend, cancel, revoke; each a signed event beside the first, and what it does to the figure."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from contracts.registration.models import Registration, RegistrationEvent
from contracts.registration.problems import AmountsInvalid, DateInvalid, NothingToAmend
from contracts.turnover import queries as turnover
from market.kernel.problems import NotAllowed, NotFound, WrongState
from tests import story
from tests.cast import MONDAY_ON
from tests.contracts.registration.desk import amend, cancel, register, revoke
from tests.contracts.standing import actions, refused, run_consumers, topics

YEAR_A, YEAR_B = datetime(2025, 6, 2, 1, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC)
IN_A, IN_B = date(2025, 6, 2), date(2026, 3, 2)
State = Registration.State
MILLION = Decimal("1000000.00")


@pytest.fixture
def earlier(cast) -> story.Story:
    """Registered in 2025 with 1 000 000 and 780 000 yuan."""
    told = story.apply(story.signed(cast, at=YEAR_A, valid_from=IN_A), at=YEAR_A)
    return story.register(told, no="2025360701000001", on=IN_A, at=YEAR_A)


def events(told) -> list[tuple[str, Decimal, Decimal, date]]:
    rows = RegistrationEvent.objects.filter(registration=told.registration).order_by("recorded_at", "id")
    return list(rows.values_list("kind", "contract_amount", "technology_amount", "effective_on"))


def absorbed(year: int) -> tuple[Decimal, Decimal, int]:
    """What the city's enterprise bought; the university sits in Nanchang."""
    run_consumers("turnover.ledger")
    found = turnover.figure(year=year).absorption
    return found.contract_amount, found.technology_amount, found.contracts


def test_registering_adds_both_amounts_and_one_contract(earlier):
    assert events(earlier) == [("registered", MILLION, Decimal("780000.00"), IN_A)]
    assert absorbed(2025) == (MILLION, Decimal("780000.00"), 1)
    assert topics().count("contracts.registration.recorded") == 1


def test_worked_example_7_an_amendment_counts_in_its_own_year_and_leaves_the_first_as_registered(earlier):
    row = amend(earlier, "1200000.00", "930000.00", on=IN_B, at=YEAR_B)

    assert (row.contract_amount, row.technology_amount) == (Decimal("1200000.00"), Decimal("930000.00"))
    assert events(earlier)[1] == ("amended", Decimal("200000.00"), Decimal("150000.00"), IN_B)
    assert absorbed(2025) == (MILLION, Decimal("780000.00"), 1)
    assert absorbed(2026) == (Decimal("200000.00"), Decimal("150000.00"), 0)


def test_worked_example_7_a_revocation_takes_out_what_is_registered_by_then(earlier):
    amend(earlier, "1200000.00", "930000.00", on=IN_B, at=YEAR_B)

    row = revoke(earlier, on=IN_B, at=YEAR_B)

    assert (row.state, row.ended_at) == (State.REVOKED, YEAR_B)
    assert events(earlier)[2] == ("revoked", Decimal("-1200000.00"), Decimal("-930000.00"), IN_B)
    assert absorbed(2025) == (MILLION, Decimal("780000.00"), 1)
    assert absorbed(2026) == (Decimal("-1000000.00"), Decimal("-780000.00"), -1)


def test_a_cancellation_is_dated_when_it_takes_effect(earlier):
    row = cancel(earlier, on=IN_B, at=YEAR_B)

    assert row.state == State.CANCELLED
    assert events(earlier)[1] == ("cancelled", -MILLION, Decimal("-780000.00"), IN_B)
    assert absorbed(2025) == (MILLION, Decimal("780000.00"), 1)
    assert absorbed(2026) == (-MILLION, Decimal("-780000.00"), -1)


def test_amendments_downwards_are_negative_and_the_sum_is_always_the_registered_amount(registered):
    amend(registered, "900000.00", "700000.00", on=MONDAY_ON)
    amend(registered, "900000.00", "650000.50", on=MONDAY_ON)
    row = amend(registered, "1500000.01", "650000.50", on=MONDAY_ON)

    deltas = [event[1:3] for event in events(registered)[1:]]
    assert deltas == [
        (Decimal("-100000.00"), Decimal("-80000.00")),
        (Decimal("0.00"), Decimal("-49999.50")),
        (Decimal("600000.01"), Decimal("0.00")),
    ]
    assert absorbed(2026) == (row.contract_amount, row.technology_amount, 1)
    assert actions(row)[-4:] == ["registration.registered", *["registration.amended"] * 3]


@pytest.mark.parametrize(
    ("contract", "technology"),
    [("0.00", "0.00"), ("1000000.00", "1000000.01"), ("-5.00", "-6.00")],
)
def test_an_amendment_to_impossible_amounts_is_refused(registered, contract, technology):
    with refused(AmountsInvalid):
        amend(registered, contract, technology, on=MONDAY_ON)


def test_an_amendment_to_the_same_amounts_is_refused_as_one_that_changes_nothing(registered):
    with refused(NothingToAmend):
        amend(registered, "1000000.00", "780000.00", on=MONDAY_ON)


@pytest.mark.parametrize("on", [date(2026, 3, 1), date(2026, 3, 3), date(2025, 12, 31)])
def test_a_later_event_lies_between_registration_and_today_in_ruijin(registered, on):
    for move in (cancel, revoke):
        with refused(DateInvalid):
            move(registered, on=on)
    with refused(DateInvalid) as found:
        amend(registered, "1200000.00", "930000.00", on=on)
    words = "应在 2026-03-02 至 2026-03-02 之间"
    assert (found.value.data["earliest"], found.value.data["latest"], str(found.value.detail)) == (
        MONDAY_ON,
        MONDAY_ON,
        words,
    )
    assert found.value.data["errors"] == [{"loc": ["effective_on"], "code": "date_invalid", "message": words}]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("approver", NotAllowed),
        ("university_clerk", NotAllowed),
        ("enterprise_clerk", NotAllowed),
        ("broker", NotAllowed),
        ("operator", NotAllowed),
        ("auditor", NotAllowed),
        ("leader", NotFound),
        ("other_clerk", NotFound),
        ("nobody", NotFound),
    ],
)
def test_only_the_registrar_of_its_office_moves_a_registration(registered, cast, name, problem):
    actor = getattr(cast, name)

    with refused(problem):
        amend(registered, "1200000.00", "930000.00", on=MONDAY_ON, actor=actor)
    for move in (cancel, revoke):
        with refused(problem):
            move(registered, on=MONDAY_ON, actor=actor)


def test_what_ended_ends_once(registered):
    cancel(registered, on=MONDAY_ON)

    for move in (cancel, revoke):
        with refused(WrongState) as found:
            move(registered, on=MONDAY_ON)
        assert found.value.data == {"state": "cancelled"}
    with refused(WrongState):
        amend(registered, "1200000.00", "930000.00", on=MONDAY_ON)


def test_a_contract_may_be_registered_anew_after_its_registration_was_cancelled(registered):
    cancel(registered, on=MONDAY_ON)

    again = register(story.apply(registered), no="2026360701000002")

    assert again.state == State.REGISTERED
    assert absorbed(2026) == (MILLION, Decimal("780000.00"), 1)


def test_what_follows_keeps_the_facts_of_the_registration_when_a_party_moves_away(registered, cast):
    """The enterprise moves away: what was registered here is amended and taken out here, and no other region pays."""
    cast.enterprise.region = "350200"
    cast.enterprise.save()

    amend(registered, "1200000.00", "930000.00", on=MONDAY_ON)
    assert absorbed(2026) == (Decimal("1200000.00"), Decimal("930000.00"), 1)
    revoke(registered, on=MONDAY_ON)

    assert set(RegistrationEvent.objects.values_list("buyer_region", flat=True)) == {"360781"}
    assert absorbed(2026) == (Decimal("0.00"), Decimal("0.00"), 0)
    assert turnover.figure(year=2026, region="350200").absorption.contract_amount == Decimal("0.00")


@pytest.mark.parametrize("change", [{"contract_amount": Decimal("9.00")}, {"effective_on": date(2020, 1, 1)}])
def test_the_database_itself_refuses_to_change_an_event(registered, change):
    event = RegistrationEvent.objects.get()

    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        RegistrationEvent.objects.filter(pk=event.pk).update(**change)
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        RegistrationEvent.objects.filter(pk=event.pk).delete()

    assert RegistrationEvent.objects.get() == event
    assert events(registered) == [("registered", MILLION, Decimal("780000.00"), MONDAY_ON)]
