"""The one place where the figure is moved: a registration event, with the facts it is cut by as they are now."""

from datetime import date, datetime
from decimal import Decimal

from contracts.registration.events import RegistrationRecorded
from contracts.registration.models import Registration, RegistrationEvent
from market.kernel import outbox
from market.kernel.actor import Actor, OrganisationKind


def record_event(
    registration: Registration,
    *,
    kind: RegistrationEvent.Kind,
    contract_amount: Decimal,
    technology_amount: Decimal,
    effective_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> RegistrationEvent:
    """Append an event with signed amounts and publish it; the turnover entry follows from it."""
    contract = registration.contract
    event = RegistrationEvent.objects.create(
        registration=registration,
        kind=kind,
        contract_amount=contract_amount,
        technology_amount=technology_amount,
        contracts=1 if kind == RegistrationEvent.Kind.REGISTERED else 0,
        seller_region=contract.seller.region,
        buyer_region=contract.buyer.region,
        seller_kind=contract.seller.party_nature,
        buyer_kind=contract.buyer.party_nature,
        contract_type=contract.contract_type,
        technology_field=contract.technology_field,
        ip_type=contract.ip_type,
        plan_source=contract.plan_source,
        size_class=contract.buyer.scale,
        broker="" if contract.deal is None else str(contract.deal.agency_id),
        university=str(contract.seller_id) if contract.seller.kind == OrganisationKind.UNIVERSITY else "",
        rule_set=registration.rule_set,
        reason=reason,
        effective_on=effective_on,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    outbox.publish(
        RegistrationRecorded(
            registration_id=registration.id, event_id=event.id, kind=kind, contract_id=registration.contract_id
        ),
        at=at,
    )
    return event
