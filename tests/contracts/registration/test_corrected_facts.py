"""Each fact of the figure put right by itself: what it takes out of the wrong cell, it puts into the right one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.registration import facts, services
from contracts.registration.facts import Dimension
from contracts.registration.models import Correction, RegistrationEvent
from contracts.registration.problems import NothingToCorrect
from contracts.turnover import queries as turnover
from contracts.turnover.rules import Period, Side
from market.kernel.problems import InvalidInput
from market.reference import queries as reference
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.standing import refused, run_consumers

CORRECTABLE = [pytest.param(fact, id=fact.name) for fact in facts.CORRECTABLE.values()]
AMOUNTS = (Decimal("1000000.00"), Decimal("780000.00"))


def propose(told: Any, **values: Any) -> Correction:
    """A correction of facts, or of what else is named."""
    nothing: dict[str, Any] = {"contract_amount": None, "technology_amount": None, "facts": {}}
    services.correct_registration(
        actor=told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        reason="录入有误",
        at=MONDAY,
        **nothing | values,
    )
    return Correction.objects.get(registration=told.registration, state="proposed")


def approve(told: Any, correction: Correction) -> Correction:
    return services.approve_correction(actor=told.cast.approver, correction_id=correction.id, version=None, at=MONDAY)


def standing(told: Any) -> dict[str, str]:
    return dict(services.standing_facts(told.registration))


def another(fact: facts.Fact, than: str) -> str:
    """A code that the fact may have beside the one that it has."""
    if fact.scheme == facts.REGION:
        return "360400"
    return next(code for code, _label in reference.choices(fact.scheme, MONDAY_ON) if code != than)


def cells(fact: facts.Fact) -> dict[str, tuple[Decimal, Decimal]]:
    """The absorption of the year by the fact, without the cells that came to nothing."""
    run_consumers("turnover.ledger")
    parts = turnover.breakdown(Period.year(2026), by=Dimension(fact.name), side=Side.ABSORPTION)
    return {
        part.code: (part.sums.contract_amount, part.sums.technology_amount)
        for part in parts
        if part.sums.contract_amount
    }


@pytest.mark.parametrize("fact", CORRECTABLE)
def test_one_fact_is_put_right_and_every_other_stays(fact, registered):
    before = standing(registered)
    right = another(fact, before[fact.name])

    correction = propose(registered, facts={fact.name: right})
    assert standing(registered) == before  # what is only proposed moves nothing
    approve(registered, correction)

    assert standing(registered) == before | {fact.name: right}


@pytest.mark.parametrize("fact", [param for param in CORRECTABLE if param.id != "buyer_region"])
def test_the_whole_amount_moves_from_the_wrong_cell_to_the_right_one(fact, registered):
    wrong = standing(registered)[fact.name]
    assert cells(fact) == {wrong: AMOUNTS}

    right = another(fact, wrong)
    approve(registered, propose(registered, facts={fact.name: right}))

    assert cells(fact) == {right: AMOUNTS}


def test_a_buyer_that_sits_elsewhere_takes_its_contract_out_of_what_the_city_absorbs(registered):
    run_consumers("turnover.ledger")
    before = turnover.figure(year=2026).absorption

    approve(registered, propose(registered, facts={"buyer_region": "360400"}))
    run_consumers("turnover.ledger")
    after = turnover.figure(year=2026).absorption

    assert (before.contract_amount, before.contracts) == (AMOUNTS[0], 1)
    assert (after.contract_amount, after.contracts) == (Decimal(0), 0)


@pytest.mark.parametrize("fact", CORRECTABLE)
def test_a_correction_is_a_reversal_and_an_entry_of_the_same_day_and_amount(fact, registered):
    wrong = standing(registered)[fact.name]
    right = another(fact, wrong)

    approve(registered, propose(registered, facts={fact.name: right}))

    rows = RegistrationEvent.objects.filter(registration=registered.registration, kind="corrected")
    contract, technology = AMOUNTS
    found = rows.values_list(fact.name, "effective_on", "contract_amount", "technology_amount", "contracts")
    assert sorted(found, key=lambda row: row[2]) == [
        (wrong, MONDAY_ON, -contract, -technology, -1),
        (right, MONDAY_ON, contract, technology, 1),
    ]


@pytest.mark.parametrize("fact", CORRECTABLE)
def test_a_code_that_no_list_has_is_refused_at_the_fact(fact, registered):
    with refused(InvalidInput) as found:
        propose(registered, facts={fact.name: "nowhere"})

    assert [error["loc"][-1] for error in found.value.errors] == [fact.name]


@pytest.mark.parametrize("fact", CORRECTABLE)
def test_a_fact_that_is_right_already_is_nothing_to_correct(fact, registered):
    with refused(NothingToCorrect):
        propose(registered, facts={fact.name: standing(registered)[fact.name]})


def test_several_facts_and_an_amount_are_put_right_in_one(registered):
    before = standing(registered)
    values = {"seller_region": "360400", "technology_field": another(facts.BY_NAME["technology_field"], "05")}

    approve(registered, propose(registered, facts=values, technology_amount=Decimal("700000.00")))

    registered.registration.refresh_from_db()
    assert standing(registered) == before | values
    assert registered.registration.technology_amount == Decimal("700000.00")
    assert cells(facts.BY_NAME["technology_field"]) == {values["technology_field"]: (AMOUNTS[0], Decimal("700000.00"))}


def test_a_correction_that_is_declined_leaves_every_fact(registered):
    before = standing(registered)
    correction = propose(registered, facts={"seller_region": "360400"})

    services.decline_correction(actor=registered.cast.approver, correction_id=correction.id, version=None, at=MONDAY)

    assert standing(registered) == before
    assert cells(facts.BY_NAME["seller_region"]) == {before["seller_region"]: AMOUNTS}


def test_the_facts_are_taken_down_as_the_contract_and_its_parties_have_them(registered):
    contract, cast = registered.contract, registered.cast

    assert standing(registered) == {
        "seller_region": cast.university.region,
        "buyer_region": cast.enterprise.region,
        "seller_kind": cast.university.party_nature,
        "buyer_kind": cast.enterprise.party_nature,
        "contract_type": contract.contract_type,
        "technology_field": contract.technology_field,
        "ip_type": contract.ip_type,
        "plan_source": contract.plan_source,
        "size_class": cast.enterprise.scale,
        "broker": str(cast.agency.id),
        "university": str(cast.university.id),
        "rule_set": "2026-provisional",
    }
    assert registered.registration.registered_on == date(2026, 3, 2)
