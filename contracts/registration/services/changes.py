"""After registration: amend (变更), cancel on the parties' request (注销), revoke by the authority (撤销).

Each is a signed event beside the first one, dated when it takes effect; nothing that was registered is edited away.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.registration.models import Registration, RegistrationEvent
from contracts.registration.problems import AmountsInvalid, DateInvalid
from contracts.registration.services import steps
from contracts.registration.services.record import record_event, standing_facts
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.moves import require_move
from market.notices.services import worded

Kind = RegistrationEvent.Kind


@transaction.atomic
def amend_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    contract_amount: Decimal,
    technology_amount: Decimal,
    effective_on: date,
    reason: str,
    at: datetime,
) -> Registration:
    """Change both amounts to new totals; the ledger gets the difference (worked example 7).

    Raises AmountsInvalid for amounts that are not positive, out of order, or unchanged; DateInvalid.
    """
    registration, old_contract, old_technology = registered(
        actor=actor, registration_id=registration_id, verb="amend", version=version, on=effective_on, at=at
    )
    if not Decimal(0) < technology_amount <= contract_amount:
        raise AmountsInvalid
    if (contract_amount, technology_amount) == (old_contract, old_technology):
        raise AmountsInvalid
    registration.contract_amount, registration.technology_amount = contract_amount, technology_amount
    changes = {
        "contract_amount": [old_contract, contract_amount],
        "technology_amount": [old_technology, technology_amount],
    }
    steps.conclude(registration, actor=actor, action="amended", at=at, changes=changes)
    record_event(
        registration,
        kind=Kind.AMENDED,
        contract_amount=contract_amount - old_contract,
        technology_amount=technology_amount - old_technology,
        effective_on=effective_on,
        facts=standing_facts(registration),
        reason=reason,
        actor=actor,
        at=at,
    )
    steps.tell_applicant(registration, title=worded(lambda: _("登记已变更")), at=at)
    return registration


@transaction.atomic
def cancel_registration(
    *, actor: Actor, registration_id: UUID, version: int | None, effective_on: date, reason: str, at: datetime
) -> Registration:
    """Cancel after the contract was dissolved; the whole amount leaves the figure on that date."""
    return _end(
        Kind.CANCELLED,
        _("登记已注销"),
        actor,
        registration_id,
        version,
        effective_on=effective_on,
        reason=reason,
        at=at,
    )


@transaction.atomic
def revoke_registration(
    *, actor: Actor, registration_id: UUID, version: int | None, effective_on: date, reason: str, at: datetime
) -> Registration:
    """Revoke for fraud, nullity or a duplicate; the whole amount leaves the figure on that date."""
    return _end(
        Kind.REVOKED, _("登记已撤销"), actor, registration_id, version, effective_on=effective_on, reason=reason, at=at
    )


def _end(
    kind: RegistrationEvent.Kind,
    title: str,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    *,
    effective_on: date,
    reason: str,
    at: datetime,
) -> Registration:
    verb, move = ("cancel", Registration.cancel) if kind == Kind.CANCELLED else ("revoke", Registration.revoke)
    registration, contract_amount, technology_amount = registered(
        actor=actor, registration_id=registration_id, verb=verb, version=version, on=effective_on, at=at
    )
    move(registration, at=at)
    steps.conclude(
        registration, actor=actor, action=kind.value, at=at, changes={"reason": reason, "effective_on": effective_on}
    )
    record_event(
        registration,
        kind=kind,
        contract_amount=-contract_amount,
        technology_amount=-technology_amount,
        effective_on=effective_on,
        facts=standing_facts(registration),
        reason=reason,
        actor=actor,
        at=at,
    )
    steps.tell_applicant(registration, title=title, at=at)
    return registration


def registered(
    *, actor: Actor, registration_id: UUID, verb: str, version: int | None, on: date, at: datetime
) -> tuple[Registration, Decimal, Decimal]:
    """The live registration and its recognised amounts; raises WrongState, DateInvalid for a date out of its life."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb=verb, version=version)
    require_move(registration, registration.cancel)
    if registration.registered_on is None or not registration.registered_on <= on <= local_date(at):
        raise DateInvalid
    if registration.contract_amount is None or registration.technology_amount is None:
        raise AmountsInvalid
    return registration, registration.contract_amount, registration.technology_amount
