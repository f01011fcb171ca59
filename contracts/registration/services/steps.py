"""What every verb of the room does around its own step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from contracts.registration import policy
from contracts.registration.events import RegistrationMoved
from contracts.registration.models import Change, Correction, Registration
from market.kernel.actor import Actor, Role
from market.kernel.changes import save_change
from market.kernel.policy import Policy
from market.notices.services import lazy_text, notify

Proposal = TypeVar("Proposal", Correction, Change)


def fetch(*, actor: Actor, registration_id: UUID, verb: str, version: int | None) -> Registration:
    """The application, locked, for an actor who may do the verb to it."""
    return policy.registrations.fetch(
        actor=actor, pk=registration_id, verb=verb, lock=True, version=version, related=("contract", "office")
    )


def fetch_proposal(
    rule: Policy[Proposal], *, actor: Actor, pk: UUID, verb: str, version: int | None, related: tuple[str, ...] = ()
) -> tuple[Proposal, Registration]:
    """The proposed correction or change and its registration, both locked, the registration first as everywhere."""
    seen = rule.fetch(actor=actor, pk=pk, related=("registration",))
    rule.require(actor, verb, seen)
    registration = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("contract", "office")
        .get(pk=seen.registration_id)
    )
    return rule.fetch(actor=actor, pk=pk, verb=verb, lock=True, version=version, related=related), registration


def save_registration(
    registration: Registration, *, actor: Actor, action: str, at: datetime, changes: Mapping[str, Any] | None = None
) -> None:
    """Save the moved row with its audit row and the event that it moved."""
    event = RegistrationMoved(
        registration_id=registration.id, contract_id=registration.contract_id, state=registration.state
    )
    save_change(registration, actor=actor, action=f"registration.{action}", at=at, changes=changes, event=event)


def tell_parties(registration: Registration, *, title: Any, at: datetime) -> None:
    """What changes a registration concerns both parties of its contract, whoever applied."""
    contract = registration.contract
    for organisation_id in sorted({contract.seller_id, contract.buyer_id, registration.applicant_id}):
        _tell(registration, organisation_id=organisation_id, roles=(Role.CLERK, Role.MANAGER), title=title, at=at)


def tell_approvers(registration: Registration, *, title: Any, at: datetime) -> None:
    """A second review waits."""
    _tell(
        registration,
        organisation_id=registration.office_id,
        roles=(Role.HIGH_VALUE_APPROVER,),
        title=title,
        at=at,
    )


def tell_reviewer(registration: Registration, *, title: Any, at: datetime) -> None:
    """The registrar who asked for the second review."""
    if registration.reviewed_by_id is not None:
        _tell(registration, user_ids=[registration.reviewed_by_id], title=title, at=at)


def tell_applicant(registration: Registration, *, title: Any, at: datetime) -> None:
    """`title` is lazily translated, or `lazy_text`."""
    _tell(
        registration,
        organisation_id=registration.applicant_id,
        roles=(Role.CLERK, Role.MANAGER),
        title=title,
        at=at,
    )


def tell_people(registration: Registration, *people: UUID | None, title: Any, body: Any, at: datetime) -> None:
    """Those named, such as who proposed something; `body` is lazily translated, or `lazy_text`."""
    known = [person for person in people if person is not None]
    _tell(registration, user_ids=known, title=title, body=body, at=at)


def _tell(registration: Registration, *, title: Any, at: datetime, body: Any = None, **readers: Any) -> None:
    """`readers` are those of `notify`; without a body the contract is named."""
    words = {"title": registration.contract.title, "no": registration.no}
    notify(
        **readers,
        kind="registration",
        title=title,
        body=body if body is not None else lazy_text(lambda: _("合同：%(title)s（申请编号 %(no)s）") % words),
        url=f"/registrations/{registration.id}/",
        at=at,
    )
