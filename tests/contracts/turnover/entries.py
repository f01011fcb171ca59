"""Ledger entries in numbers, without telling the whole chain for each: amendments of contracts that are registered."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from contracts.registration.models import Registration, RegistrationEvent
from contracts.turnover import services
from contracts.turnover.models import TurnoverEntry

Kind = RegistrationEvent.Kind


def amendment(of: RegistrationEvent, amount: Decimal, *, on: date, at: datetime) -> RegistrationEvent:
    """An unsaved event that adds the amount to the contract of another event, cut by the same facts."""
    columns = [field.attname for field in RegistrationEvent._meta.concrete_fields if not field.primary_key]
    event = RegistrationEvent(**{name: getattr(of, name) for name in columns})
    event.kind, event.contracts, event.reason = Kind.AMENDED, 0, "补充协议"
    event.contract_amount = event.technology_amount = amount
    event.effective_on, event.recorded_at = on, at
    return event


def enter(of: RegistrationEvent, amount: Decimal, *, on: date, at: datetime) -> TurnoverEntry:
    """One amendment in the ledger, as the consumer of the registry's events puts it there."""
    with transaction.atomic():
        event = amendment(of, amount, on=on, at=at)
        event.save(force_insert=True)
        return services.enter_event(event_id=event.pk)


def enter_many(events: Sequence[RegistrationEvent]) -> None:
    """The events with their entries, in two statements a thousand."""
    RegistrationEvent.objects.bulk_create(events, batch_size=1000)
    TurnoverEntry.objects.bulk_create(
        (
            TurnoverEntry(event=event, **{name: getattr(event, source) for name, source in services.TAKEN_OVER.items()})
            for event in events
        ),
        batch_size=1000,
    )


def first_event(registration: Registration) -> RegistrationEvent:
    return registration.events.get(kind=Kind.REGISTERED)
