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
from contracts.registration.models import Change, Correction, Registration, RegistrationEvent
from contracts.registration.problems import AmountsInvalid, ChangeOpen, CorrectionOpen, NothingToAmend
from contracts.registration.services import questions, steps
from contracts.registration.services.decision import require_day
from contracts.registration.services.record import record_event, standing_facts
from market.kernel import files
from market.kernel.actor import Actor
from market.kernel.audit import stale
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.problems import WrongState, require_all
from market.kernel.questions import require_confirmed
from market.notices.services import lazy_text

if TYPE_CHECKING:
    from django.core.files.base import File

Kind = RegistrationEvent.Kind
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

    `document` is the supplementary agreement. Raises AmountsInvalid for amounts that are not positive or out of
    order; NothingToAmend, DateInvalid, ConfirmationNeeded; SeveralProblems of them; ChangeOpen, FileRefused.
    """
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="amend", version=version)
    before, after = recognised(registration), rules.Amounts(contract_amount, technology_amount)

    def require_amounts() -> None:
        if not after.are_in_order:
            raise AmountsInvalid
        if after == before:
            raise NothingToAmend
        require_confirmed(confirmed, questions.about_amounts(before, after))

    require_all(lambda: _require_day(registration, effective_on, at=at), require_amounts)
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
    change, registration = _fetch(actor=actor, change_id=change_id, verb="approve", version=version)
    if registration.state != Registration.State.REGISTERED:
        raise WrongState(state=registration.state)
    if registration.version != change.registration_version:
        raise stale(registration, actor=actor)
    _require_day(registration, change.effective_on, at=at)
    _carry_out(change, registration, recognised(registration), actor=actor, at=at)
    return change


@transaction.atomic
def decline_change(*, actor: Actor, change_id: UUID, version: int | None, at: datetime) -> Change:
    """Leave the registration as it is; the proposer may take a change back in this way too. Raises WrongState."""
    change, registration = _fetch(actor=actor, change_id=change_id, verb="decline", version=version)
    change.decline(by_id=actor.user_id, at=at)
    save_change(
        change,
        actor=actor,
        action="registration.change_declined",
        at=at,
        changes={"change": change.id},
        subject=registration,
    )
    if change.proposed_by_id != actor.user_id:
        steps.tell_people(
            registration,
            change.proposed_by_id,
            title=lazy_text(lambda: _("登记变动复审未通过：%(no)s") % {"no": registration.registration_no}),
            body=lazy_text(lambda: _("原因：%(reason)s") % {"reason": change.reason}),
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
    """Keep the change with its paper, and carry it out unless it is of high value.

    Of two that wait, each would find the registration moved by the other, and could only be declined.
    """
    if registration.changes.filter(state=Change.State.PROPOSED).exists():
        raise ChangeOpen
    waits = rules.needs_second_review(rules.rule_set(registration.rule_set), before, after)
    if waits and registration.corrections.filter(state=Correction.State.PROPOSED).exists():
        raise CorrectionOpen
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
    steps.tell_approvers(registration, title=lazy_text(lambda: _("登记变动待大额复审")), at=at)
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
        proposed_by_id=change.proposed_by_id,
        approved_by_id=actor.user_id if change.needs_second_person else None,
    )
    if kind != Kind.AMENDED:
        _close_correction(registration, actor=actor, at=at)
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


def _close_correction(registration: Registration, *, actor: Actor, at: datetime) -> None:
    """What ended is not put right any more; who proposed a correction is told."""
    correction = registration.corrections.select_for_update().filter(state=Correction.State.PROPOSED).first()
    if correction is None:
        return
    correction.close(at=at)
    action, changes = "registration.correction_closed", {"correction": correction.id, "reason": registration.state}
    save_change(correction, actor=actor, action=action, subject=registration, at=at, changes=changes)
    steps.tell_people(
        registration,
        correction.proposed_by_id,
        title=lazy_text(lambda: _("登记更正不再办理：%(no)s") % {"no": registration.registration_no}),
        body=lazy_text(
            lambda: _("登记%(state)s，待复核的更正随之关闭。") % {"state": registration.get_state_display()}
        ),
        at=at,
    )


def _save(change: Change) -> None:
    with refuse_on(one_open_change_per_registration=ChangeOpen):
        change.save()


def _fetch(*, actor: Actor, change_id: UUID, verb: str, version: int | None) -> tuple[Change, Registration]:
    return steps.fetch_proposal(
        policy.changes, actor=actor, pk=change_id, verb=verb, version=version, related=("document",)
    )


def registered(
    *, actor: Actor, registration_id: UUID, verb: str, version: int | None, on: date, at: datetime
) -> tuple[Registration, rules.Amounts]:
    """The live registration and its recognised amounts; raises WrongState, DateInvalid for a date out of its life."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb=verb, version=version)
    _require_day(registration, on, at=at)
    return registration, recognised(registration)


def recognised(registration: Registration) -> rules.Amounts:
    """Both amounts as they stand."""
    if registration.contract_amount is None or registration.technology_amount is None:
        raise AmountsInvalid
    return rules.Amounts(registration.contract_amount, registration.technology_amount)


def _require_day(registration: Registration, on: date, *, at: datetime) -> None:
    """Raise DateInvalid for a day before the registration or an earlier event of it, or one to come.

    The sum would still be right, but the years between would not.
    """
    latest = registration.events.aggregate(latest=Max("effective_on"))["latest"]
    require_day("effective_on", on, earliest=latest, latest=local_date(at))
