"""After registration: amend (变更), cancel on the parties' request (注销), revoke by the authority (撤销).

Each rests on a paper and is a signed event beside the first one, dated when it takes effect; nothing that was
registered is edited away. One of high value, before or after, waits for a second person.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.registration import policy, rules
from contracts.registration.models import Change, Registration, RegistrationEvent
from contracts.registration.problems import AmountsInvalid, ChangeOpen, DateInvalid
from contracts.registration.services import questions, steps
from contracts.registration.services.record import record_event, standing_facts
from market.kernel import files
from market.kernel.actor import Actor
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.moves import require_move
from market.kernel.problems import SecondPersonNeeded, Stale, WrongState
from market.notices.services import notify, worded

if TYPE_CHECKING:
    from django.core.files.base import File

Kind = RegistrationEvent.Kind
VERBS = {Kind.AMENDED: "amend", Kind.CANCELLED: "cancel", Kind.REVOKED: "revoke"}
TITLES = {
    Kind.AMENDED: gettext_lazy("登记已变更"),
    Kind.CANCELLED: gettext_lazy("登记已注销"),
    Kind.REVOKED: gettext_lazy("登记已撤销"),
}


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
    document: "File[bytes]",
    at: datetime,
    confirmed: Collection[str] = (),
) -> Registration:
    """Change both amounts to new totals; the ledger gets the difference (worked example 7).

    `document` is the supplementary agreement. Raises AmountsInvalid for amounts that are not positive, out of order,
    or unchanged; DateInvalid, ConfirmationNeeded, ChangeOpen, FileRefused.
    """
    registration, before = registered(
        actor=actor, registration_id=registration_id, verb="amend", version=version, on=effective_on, at=at
    )
    after = rules.Amounts(contract_amount, technology_amount)
    if not after.are_in_order or after == before:
        raise AmountsInvalid
    questions.require_confirmed(confirmed, questions.about_amounts(before, after))
    return _change(
        registration, Kind.AMENDED, before, after, effective_on, reason, document=document, actor=actor, at=at
    )


@transaction.atomic
def cancel_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    effective_on: date,
    reason: str,
    document: "File[bytes]",
    at: datetime,
) -> Registration:
    """Cancel after the contract was dissolved; the whole amount leaves the figure on that date."""
    registration, before = registered(
        actor=actor, registration_id=registration_id, verb="cancel", version=version, on=effective_on, at=at
    )
    return _change(
        registration, Kind.CANCELLED, before, rules.NOTHING, effective_on, reason, document=document, actor=actor, at=at
    )


@transaction.atomic
def revoke_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    effective_on: date,
    reason: str,
    document: "File[bytes]",
    at: datetime,
) -> Registration:
    """Revoke for fraud, nullity or a duplicate; the whole amount leaves the figure on that date."""
    registration, before = registered(
        actor=actor, registration_id=registration_id, verb="revoke", version=version, on=effective_on, at=at
    )
    return _change(
        registration, Kind.REVOKED, before, rules.NOTHING, effective_on, reason, document=document, actor=actor, at=at
    )


@transaction.atomic
def approve_change(*, actor: Actor, change_id: UUID, version: int | None, at: datetime) -> Change:
    """Carry a change of high value out as the second person.

    Raises SecondPersonNeeded, WrongState, DateInvalid, and Stale where the registration moved since it was proposed.
    """
    change, registration = _open(actor=actor, change_id=change_id, verb="approve", version=version)
    if actor.user_id is None or actor.user_id == change.proposed_by_id:
        raise SecondPersonNeeded
    if registration.state != Registration.State.REGISTERED:
        raise WrongState(state=registration.state)
    if registration.version != change.registration_version:
        raise Stale(current_version=registration.version)
    before = standing_amounts(registration, on=change.effective_on, at=at)
    _carry_out(change, registration, before, actor=actor, at=at)
    return change


@transaction.atomic
def decline_change(*, actor: Actor, change_id: UUID, version: int | None, at: datetime) -> Change:
    """Leave the registration as it is; the proposer may take a change back in this way too. Raises WrongState."""
    change, registration = _open(actor=actor, change_id=change_id, verb="decline", version=version)
    change.decline(by_id=actor.user_id, at=at)
    save_change(
        change,
        actor=actor,
        action="registration.change_declined",
        at=at,
        changes={"change": change.id},
        subject=registration,
    )
    if change.proposed_by_id is not None:
        notify(
            user_ids=[change.proposed_by_id],
            kind="registration",
            title=worded(lambda: _("登记变动复审未通过：%(no)s") % {"no": registration.registration_no}),
            body=worded(lambda: _("原因：%(reason)s") % {"reason": change.reason}),
            url=f"/registrations/{registration.id}/",
            at=at,
        )
    return change


def _change(
    registration: Registration,
    kind: RegistrationEvent.Kind,
    before: rules.Amounts,
    after: rules.Amounts,
    effective_on: date,
    reason: str,
    *,
    document: "File[bytes]",
    actor: Actor,
    at: datetime,
) -> Registration:
    """Keep the change with its paper, and carry it out unless it is of high value."""
    if registration.changes.filter(state=Change.State.PROPOSED).exists():
        raise ChangeOpen
    waits = rules.needs_second_review(rules.rule_set(registration.rule_set), before, after)
    change = Change(
        registration=registration,
        registration_version=registration.version + waits,
        kind=kind,
        contract_amount=after.contract_amount,
        technology_amount=after.technology_amount,
        effective_on=effective_on,
        reason=reason,
        document=files.store(document, actor=actor, at=at),
        needs_second_person=waits,
        proposed_by_id=actor.user_id,
        proposed_at=at,
    )
    if not waits:
        _carry_out(change, registration, before, actor=actor, at=at)
        return registration
    _save(change)
    steps.save_registration(registration, actor=actor, action="change_proposed", at=at, changes=_told(change, before))
    steps.tell_approvers(registration, title=worded(lambda: _("登记变动待大额复审")), at=at)
    return registration


def _carry_out(
    change: Change, registration: Registration, before: rules.Amounts, *, actor: Actor, at: datetime
) -> None:
    kind = Kind(change.kind)
    if kind == Kind.AMENDED:
        registration.contract_amount, registration.technology_amount = change.contract_amount, change.technology_amount
    else:
        move = Registration.cancel if kind == Kind.CANCELLED else Registration.revoke
        move(registration, at=at)
    change.carry_out(by_id=actor.user_id, at=at)
    change.bump()
    _save(change)
    steps.save_registration(registration, actor=actor, action=kind.value, at=at, changes=_told(change, before))
    record_event(
        registration,
        kind=kind,
        contract_amount=change.contract_amount - before.contract_amount,
        technology_amount=change.technology_amount - before.technology_amount,
        contracts=0 if kind == Kind.AMENDED else -1,
        effective_on=change.effective_on,
        facts=standing_facts(registration),
        reason=change.reason,
        actor=actor,
        at=at,
        approved_by_id=actor.user_id if change.needs_second_person else None,
    )
    steps.tell_parties(registration, title=TITLES[kind], at=at)


def _told(change: Change, before: rules.Amounts) -> dict[str, object]:
    return {
        "change": change.id,
        "kind": change.kind,
        "contract_amount": [before.contract_amount, change.contract_amount],
        "technology_amount": [before.technology_amount, change.technology_amount],
        "effective_on": change.effective_on,
        "reason": change.reason,
        "document": change.document.sha256,
    }


def _save(change: Change) -> None:
    with refuse_on(one_open_change_per_registration=ChangeOpen):
        change.save()


def _open(*, actor: Actor, change_id: UUID, verb: str, version: int | None) -> tuple[Change, Registration]:
    """The proposed change and its registration, both locked, the registration first as everywhere."""
    seen = policy.changes.fetch(actor=actor, pk=change_id, verb=verb, related=("registration",))
    registration = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("contract", "office")
        .get(pk=seen.registration_id)
    )
    change = policy.changes.fetch(
        actor=actor, pk=change_id, verb=verb, lock=True, version=version, related=("document",)
    )
    if change.state != Change.State.PROPOSED:
        raise WrongState(state=change.state)
    return change, registration


def registered(
    *, actor: Actor, registration_id: UUID, verb: str, version: int | None, on: date, at: datetime
) -> tuple[Registration, rules.Amounts]:
    """The live registration and its recognised amounts; raises WrongState, DateInvalid for a date out of its life."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb=verb, version=version)
    require_move(registration, registration.cancel)
    return registration, standing_amounts(registration, on=on, at=at)


def standing_amounts(registration: Registration, *, on: date, at: datetime) -> rules.Amounts:
    """What is recognised, before an event on a day.

    Raises DateInvalid for a day before the registration or an earlier event of it: the sum would still be right, but
    the years between would not. Raises it for a day to come, too.
    """
    if registration.contract_amount is None or registration.technology_amount is None:
        raise AmountsInvalid
    latest = registration.events.aggregate(latest=Max("effective_on"))["latest"]
    if latest is None or not latest <= on <= local_date(at):
        raise DateInvalid
    return rules.Amounts(registration.contract_amount, registration.technology_amount)
