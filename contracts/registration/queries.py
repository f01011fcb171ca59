"""What the registry's pages and endpoints show."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from contracts.agreements.models import TechnologyContract
from contracts.registration import policy, rules
from contracts.registration.models import Attachment, Change, Correction, Registration, Round
from market.accounts.models import Organisation
from market.kernel.actor import Actor, OrganisationKind
from market.kernel.problems import NotFound

_published: list[Callable[[date], list[str]]] = []


def registrations(*, actor: Actor, state: str = "") -> QuerySet[Registration]:
    """The applications the actor may know of; the caller orders them."""
    rows = policy.registrations.visible_to(actor).select_related("contract", "applicant", "office")
    rows = rows.prefetch_related("corrections", "changes")
    return rows.filter(state=state) if state else rows


def registration(*, actor: Actor, registration_id: UUID, related: tuple[str, ...] = ()) -> Registration:
    """One application with what its verbs are offered by; raises NotFound."""
    rows = registrations(actor=actor).filter(pk=registration_id)
    row = (rows.select_related(*related) if related else rows).first()
    if row is None:
        raise NotFound
    return row


def registrations_of(*, actor: Actor, contract: TechnologyContract) -> QuerySet[Registration]:
    """A contract's applications, the newest first."""
    return registrations(actor=actor).filter(contract=contract).order_by("-created_at", "-id")


def open_correction(registration: Registration) -> Correction | None:
    """The correction of a registration that waits for the second person."""
    return next((row for row in registration.corrections.all() if row.state == Correction.State.PROPOSED), None)


def changes_of(registration: Registration) -> QuerySet[Change]:
    """What was amended or ended, and what waits for it, the newest first."""
    return registration.changes.select_related("document").order_by("-proposed_at", "-id")


def rounds_of(registration: Registration, *, actor: Actor) -> QuerySet[Round]:
    """What the registry found so far, as far as the actor is told, the newest first."""
    return policy.rounds.visible_to(actor).filter(registration=registration).order_by("-made_at", "-id")


def attachments_of(registration: Registration, *, actor: Actor) -> QuerySet[Attachment]:
    """The applicant's papers, the newest first."""
    rows = policy.attachments.visible_to(actor).filter(registration=registration)
    return rows.select_related("document").order_by("-added_at", "-id")


def waits_for_second_person(registration: Registration) -> bool:
    return any(row.state == Change.State.PROPOSED for row in registration.changes.all())


def register_published(find: Callable[[date], list[str]]) -> None:
    """Have a room above say which of its published reports tell of a day."""
    if find not in _published:
        _published.append(find)


def published_on(day: date) -> list[str]:
    """The published reports that a change on that day touches, by name."""
    return [name for find in _published for name in find(day)]


def offices() -> QuerySet[Organisation]:
    """The registries that can be applied to."""
    return Organisation.objects.filter(kind=OrganisationKind.REGISTRY, verified_at__isnull=False).order_by("name", "id")


def grounds_against(contract: TechnologyContract, *, on: date) -> list[rules.Ground]:
    """Every ground on which the registry would turn the contract away on a day."""
    return rules.grounds_against(
        effective_on=contract.effective_on,
        is_over=contract.state in (TechnologyContract.State.TERMINATED, TechnologyContract.State.VOID),
        valid_until=contract.valid_until,
        seals=contract.signatures.count(),
        is_duplicate=_is_registered_elsewhere(contract),
        on=on,
    )


def _is_registered_elsewhere(contract: TechnologyContract) -> bool:
    """Worked example 8: the same parties, title, date and amount registered under another contract.

    Titles are compared as people read them, so that a bracket of another width hides no twin.
    """
    twins = TechnologyContract.objects.filter(
        seller=contract.seller_id,
        buyer=contract.buyer_id,
        signed_on=contract.signed_on,
        contract_amount=contract.contract_amount,
        registrations__state=Registration.State.REGISTERED,
    ).exclude(pk=contract.pk)
    title = rules.comparable_title(contract.title)
    return any(rules.comparable_title(twin) == title for twin in twins.values_list("title", flat=True))
