"""The steps of an application, each as a test would say it; values not given are those of the contract."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.core.files.base import ContentFile

from contracts.agreements import services as agreements
from contracts.registration import services
from contracts.registration.models import Change, Registration
from contracts.registration.rules import Difference
from market.kernel.actor import Actor
from tests.cast import MONDAY, MONDAY_ON
from tests.story import SCAN, Story


def apply_for(told: Story, actor: Actor, *, at: datetime = MONDAY) -> Registration:
    return services.apply_for_registration(
        actor=actor, contract_id=told.contract.id, office_id=told.cast.registry.id, at=at
    )


def submit(row: Registration, actor: Actor, *, at: datetime = MONDAY) -> Registration:
    return services.submit_registration(actor=actor, registration_id=row.id, version=None, at=at)


def register(
    told: Story,
    *,
    actor: Actor | None = None,
    no: str = "2026360701000001",
    contract: str | None = None,
    technology: str | None = None,
    on: date = MONDAY_ON,
    at: datetime = MONDAY,
    differences: Sequence[Difference] = (),
    confirmed: Collection[str] = (),
) -> Registration:
    return services.register_contract(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        registration_no=no,
        registered_on=on,
        contract_amount=told.contract.contract_amount if contract is None else Decimal(contract),
        technology_amount=told.contract.technology_amount if technology is None else Decimal(technology),
        at=at,
        differences=differences,
        confirmed=confirmed,
    )


def approve(told: Story, actor: Actor, *, at: datetime = MONDAY) -> Registration:
    return services.approve_registration(actor=actor, registration_id=told.registration.id, version=None, at=at)


def paper() -> "ContentFile[bytes]":
    """What a change rests on."""
    return ContentFile(SCAN, "paper.pdf")


def approve_change(told: Story, actor: Actor, *, at: datetime = MONDAY) -> Change:
    """The second person carries out what waits."""
    change = Change.objects.get(registration=told.registration, state=Change.State.PROPOSED)
    return services.approve_change(actor=actor, change_id=change.id, version=None, at=at)


def amend(
    told: Story,
    contract: str,
    technology: str,
    *,
    on: date,
    at: datetime = MONDAY,
    actor: Actor | None = None,
    confirmed: Collection[str] = (),
) -> Registration:
    return services.amend_registration(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        contract_amount=Decimal(contract),
        technology_amount=Decimal(technology),
        effective_on=on,
        reason="合同金额变更",
        document=paper(),
        at=at,
        confirmed=confirmed,
    )


def cancel(told: Story, *, on: date, at: datetime = MONDAY, actor: Actor | None = None) -> Registration:
    return services.cancel_registration(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        effective_on=on,
        reason="合同解除",
        document=paper(),
        at=at,
    )


def revoke(told: Story, *, on: date, at: datetime = MONDAY, actor: Actor | None = None) -> Registration:
    return services.revoke_registration(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        effective_on=on,
        reason="虚构合同",
        document=paper(),
        at=at,
    )


def terminate(told: Story, *, at: datetime = MONDAY) -> None:
    agreements.terminate_contract(
        actor=told.cast.enterprise_clerk, contract_id=told.contract.id, version=None, reason="协商解除", at=at
    )
