"""The one place where the figure is moved: a registration event, with the facts it is cut by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from contracts.registration import rules
from contracts.registration.events import RegistrationRecorded
from contracts.registration.facts import NAMES
from contracts.registration.models import Registration, RegistrationEvent
from market.kernel import outbox
from market.kernel.actor import Actor
from market.kernel.problems import SecondPersonNeeded

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """What stands of a registration in one cell of one day: facts, and both amounts and contracts, summed."""

    effective_on: date
    facts: Facts
    contract_amount: Decimal
    technology_amount: Decimal
    contracts: int


def record_event(
    registration: Registration,
    *,
    kind: RegistrationEvent.Kind,
    contract_amount: Decimal,
    technology_amount: Decimal,
    effective_on: date,
    facts: Facts,
    reason: str,
    actor: Actor,
    at: datetime,
    proposed_by_id: UUID | None,
    contracts: int = 0,
    approved_by_id: UUID | None = None,
) -> RegistrationEvent:
    """Append an event with signed amounts and publish it; the turnover entry follows from it.

    Every verb that moves the figure comes through here, so here the second person is asked for: raises
    SecondPersonNeeded where an amount before or after is high and nobody but its proposer stands for it, whatever the
    verb's row in the lifecycle says.
    """
    before = recognised(registration)
    after = before + rules.Amounts(contract_amount, technology_amount)
    edition = rules.rule_set(registration.rule_set)
    is_alone = approved_by_id is None or approved_by_id == proposed_by_id
    if is_alone and rules.needs_second_review(edition, before, after):
        raise SecondPersonNeeded
    event = RegistrationEvent.objects.create(
        registration=registration,
        kind=kind,
        contract_amount=contract_amount,
        technology_amount=technology_amount,
        contracts=contracts,
        reason=reason,
        effective_on=effective_on,
        recorded_by_id=actor.user_id,
        recorded_at=at,
        **facts,
    )
    outbox.publish(
        RegistrationRecorded(
            registration_id=registration.id, event_id=event.id, kind=kind, contract_id=registration.contract_id
        ),
        at=at,
    )
    return event


def recognised(registration: Registration) -> rules.Amounts:
    """What the registration's events amount to."""
    sums = RegistrationEvent.objects.filter(registration=registration).aggregate(
        contract=Sum("contract_amount"), technology=Sum("technology_amount")
    )
    return rules.Amounts(sums["contract"] or Decimal(0), sums["technology"] or Decimal(0))


def standing_facts(registration: Registration) -> Facts:
    """The facts that were registered, as corrected since: those of the one cell that counts the contract.

    What follows a registration is told in these and not in the parties' present ones, so that an enterprise that moved
    away takes out of the figure of its old region what it once put there.
    """
    rows = RegistrationEvent.objects.filter(registration=registration).values(*NAMES)
    return dict(rows.annotate(count=Sum("contracts")).filter(count=1).values(*NAMES).get())


def standing_lines(registration: Registration) -> list[Line]:
    """What the registration's events amount to in each cell and day, oldest day first."""
    names = ("contract_amount", "technology_amount", "contracts")
    rows = (
        RegistrationEvent.objects.filter(registration=registration)
        .values("effective_on", *NAMES)
        .annotate(**{f"{name}_sum": Sum(name) for name in names})
        .exclude(contract_amount_sum=0, technology_amount_sum=0, contracts_sum=0)
        .order_by("effective_on", *NAMES)
    )
    return [
        Line(row["effective_on"], {name: row[name] for name in NAMES}, *(row[f"{name}_sum"] for name in names))
        for row in rows
    ]
