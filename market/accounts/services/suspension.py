"""The operator's emergency brake: a person or an organisation that acts no more, until it is lifted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from market.accounts import policy
from market.accounts.events import OrganisationSuspended, PersonSuspended
from market.accounts.models import Organisation, User
from market.accounts.problems import OwnAccount
from market.accounts.services.keys import end_keys
from market.kernel import audit, outbox, security_log
from market.kernel.actor import Actor
from market.kernel.changes import save_change


@transaction.atomic
def suspend_person(*, actor: Actor, user_id: UUID, reason: str, at: datetime) -> User:
    """Let a person act for nobody: every session and every key of theirs ends at once. Raises OwnAccount."""
    user = policy.people.fetch(actor=actor, pk=user_id, verb="suspend", lock=True)
    if user.id == actor.user_id:
        raise OwnAccount
    if user.suspended_at is None:
        user.suspended_at, user.suspension_reason, user.is_active = at, reason, False
        # A session from before stays ended after the suspension is lifted.
        user.session_generation = F("session_generation") + 1
        user.save()
        user.refresh_from_db()
        keys = end_keys(actor=actor, at=at, created_by=user.id)
        audit.record("person.suspended", actor=actor, subject=user, at=at, changes={"reason": reason})
        security_log.note("person.suspended", user=user.id, keys_ended=len(keys))
        outbox.publish(PersonSuspended(user_id=user.id, is_lifted=False), at=at)
    return user


@transaction.atomic
def reinstate_person(*, actor: Actor, user_id: UUID, at: datetime) -> User:
    """Lift a person's suspension: they may sign in again; keys are issued anew."""
    user = policy.people.fetch(actor=actor, pk=user_id, verb="suspend", lock=True)
    if user.suspended_at is not None:
        user.suspended_at, user.suspension_reason, user.is_active = None, "", True
        user.save()
        audit.record("person.reinstated", actor=actor, subject=user, at=at)
        security_log.note("person.reinstated", user=user.id)
        outbox.publish(PersonSuspended(user_id=user.id, is_lifted=True), at=at)
    return user


@transaction.atomic
def suspend_organisation(
    *, actor: Actor, organisation_id: UUID, version: int | None = None, reason: str, at: datetime
) -> Organisation:
    """Let nobody act for an organisation, in any session or by any key. Raises OwnAccount."""
    organisation = policy.organisations.fetch(
        actor=actor, pk=organisation_id, verb="suspend", lock=True, version=version
    )
    if actor.acts_for(organisation.id):
        raise OwnAccount
    if organisation.suspended_at is None:
        organisation.suspended_at, organisation.suspension_reason = at, reason
        event = OrganisationSuspended(organisation_id=organisation.id, is_lifted=False)
        changes = {"reason": reason}
        save_change(organisation, actor=actor, action="organisation.suspended", at=at, changes=changes, event=event)
        keys = end_keys(actor=actor, at=at, organisation=organisation.id)
        security_log.note("organisation.suspended", organisation=organisation.id, keys_ended=len(keys))
    return organisation


@transaction.atomic
def reinstate_organisation(
    *, actor: Actor, organisation_id: UUID, version: int | None = None, at: datetime
) -> Organisation:
    """Lift an organisation's suspension: its members act for it again; keys are issued anew."""
    organisation = policy.organisations.fetch(
        actor=actor, pk=organisation_id, verb="suspend", lock=True, version=version
    )
    if organisation.suspended_at is not None:
        organisation.suspended_at, organisation.suspension_reason = None, ""
        event = OrganisationSuspended(organisation_id=organisation.id, is_lifted=True)
        save_change(organisation, actor=actor, action="organisation.reinstated", at=at, event=event)
        security_log.note("organisation.reinstated", organisation=organisation.id)
    return organisation
