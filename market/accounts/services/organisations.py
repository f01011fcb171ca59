"""Registering an organisation, and the operator's answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from market.accounts import policy, rules
from market.accounts.events import ApplicationAnswered, ApplicationMade
from market.accounts.models import Membership, Organisation
from market.accounts.problems import OrganisationExists, TooManyApplications
from market.kernel import outbox, security_log
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.changes import save_change
from market.kernel.constraints import refuse_on
from market.kernel.problems import InvalidInput, NotAllowed, NotSignedIn, WrongState
from market.reference.identifiers.credit_code import parse_credit_code
from market.reference.identifiers.text import InvalidIdentifier
from market.reference.locations import party_location_or_none


@transaction.atomic
def create_organisation(
    *, actor: Actor, kind: OrganisationKind, name: str, credit_code: str, region: str, at: datetime, **facts: Any
) -> Organisation:
    """Register an organisation; a person who does so becomes its manager and clerk.

    Universities, enterprises and agencies register themselves, the operator registers the others. It can publish and
    sign once the operator has verified it. `facts` are further columns of the row. Raises OrganisationExists,
    TooManyApplications.
    """
    if not (actor.is_signed_in or actor.is_system):
        raise NotSignedIn
    if actor.api_key_id is not None or not (kind in rules.SELF_SERVICE or actor.is_operator or actor.is_system):
        raise NotAllowed
    applicant_id = None if actor.is_operator else actor.user_id
    if applicant_id is not None and _open_applications(applicant_id) >= rules.MOST_OPEN_APPLICATIONS:
        raise TooManyApplications(limit=rules.MOST_OPEN_APPLICATIONS)
    facts |= {"applicant_id": applicant_id}
    organisation = Organisation(
        kind=kind, name=name, credit_code=_normalised(credit_code), region=_located(region), **facts
    )
    _save(organisation, actor=actor, action="organisation.created", at=at, changes={"name": name, "kind": kind})
    if applicant_id is not None:
        roles = [Role.MANAGER.value, Role.CLERK.value]
        Membership.objects.create(user_id=applicant_id, organisation=organisation, roles=roles)
        outbox.publish(ApplicationMade(organisation_id=organisation.id), at=at)
    return organisation


@transaction.atomic
def resubmit_organisation(
    *, actor: Actor, organisation_id: UUID, name: str, credit_code: str, region: str, at: datetime
) -> Organisation:
    """Put a rejected application right and hand it in again; raises WrongState, OrganisationExists."""
    organisation = policy.organisations.fetch(actor=actor, pk=organisation_id, verb="resubmit", lock=True)
    if organisation.rejected_at is None:
        raise WrongState
    organisation.name, organisation.region = name, _located(region)
    organisation.credit_code = _normalised(credit_code)
    organisation.rejected_at, organisation.rejection_reason = None, ""
    event = ApplicationMade(organisation_id=organisation.id)
    _save(organisation, actor=actor, action="organisation.resubmitted", at=at, changes={"name": name}, event=event)
    return organisation


@transaction.atomic
def verify_organisation(
    *, actor: Actor, organisation_id: UUID, version: int | None = None, at: datetime
) -> Organisation:
    """The operator has seen the papers: the organisation may publish and sign. Verifying again changes nothing."""
    organisation = policy.organisations.fetch(
        actor=actor, pk=organisation_id, verb="verify", lock=True, version=version
    )
    if organisation.rejected_at is not None:
        raise WrongState
    if organisation.verified_at is None:
        organisation.verified_at = at
        event = ApplicationAnswered(organisation_id=organisation.id, answer="verified")
        save_change(organisation, actor=actor, action="organisation.verified", at=at, event=event)
    return organisation


@transaction.atomic
def reject_organisation(
    *, actor: Actor, organisation_id: UUID, version: int | None = None, reason: str, at: datetime
) -> Organisation:
    """The operator does not believe the application; its credit code is free for whom it belongs to.

    The applicant keeps what was drafted and may put the application right. Raises WrongState once it is verified.
    """
    organisation = policy.organisations.fetch(
        actor=actor, pk=organisation_id, verb="reject", lock=True, version=version
    )
    if not organisation.is_pending:
        raise WrongState
    organisation.rejected_at, organisation.rejection_reason = at, reason
    event = ApplicationAnswered(organisation_id=organisation.id, answer="rejected")
    changes = {"reason": reason}
    save_change(organisation, actor=actor, action="organisation.rejected", at=at, changes=changes, event=event)
    security_log.note("organisation.rejected", organisation=organisation.id)
    return organisation


def _open_applications(user_id: UUID) -> int:
    return Organisation.objects.filter(applicant=user_id, verified_at__isnull=True).count()


def _save(organisation: Organisation, **change: Any) -> None:
    """As `save_change`; raises OrganisationExists where another has its credit code."""
    with refuse_on(one_row_per_credit_code=OrganisationExists):
        save_change(organisation, **change)


def _normalised(credit_code: str) -> str:
    """The code without spaces, in capitals; raises InvalidInput that names the field."""
    if not credit_code:
        return ""
    try:
        return parse_credit_code(credit_code).value
    except InvalidIdentifier as error:
        raise InvalidInput(
            errors=[{"loc": ["credit_code"], "code": error.code, "message": str(error.message)}]
        ) from error


def _located(region: str) -> str:
    """The division's code; none for a party abroad. Raises InvalidInput that names the field."""
    try:
        return party_location_or_none(region)
    except InvalidIdentifier as error:
        raise InvalidInput(errors=[{"loc": ["region"], "code": error.code, "message": str(error.message)}]) from error
