"""更正: one person proposes what a registration should have said, another puts it right.

Unlike an amendment (变更), which the parties agree on and which counts from its own date, a correction says that the
registration was wrong from the start: on each day that has a line of it, the line is reversed and entered rightly, so
that each year keeps its amount in the right cell. All of it becomes known when it is approved, never earlier: a figure
as known before stays as it was.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.registration import policy, rules
from contracts.registration.models import Change, Correction, Registration, RegistrationEvent
from contracts.registration.problems import (
    AmountsInvalid,
    ChangeOpen,
    CorrectionOpen,
    NothingToCorrect,
    NumberTaken,
)
from contracts.registration.services import questions, steps
from contracts.registration.services.changes import recognised
from contracts.registration.services.decision import parsed_no, require_day, save_numbered
from contracts.registration.services.record import Line, record_event, standing_facts, standing_lines
from market.accounts.queries import members_with_role
from market.kernel.actor import Actor, Role
from market.kernel.audit import stale
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.problems import InvalidInput, WrongState, require_all
from market.kernel.questions import require_confirmed
from market.notices.services import lazy_text


@transaction.atomic
def correct_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    facts: Mapping[str, str],
    contract_amount: Decimal | None,
    technology_amount: Decimal | None,
    reason: str,
    at: datetime,
    registration_no: str = "",
    registered_on: date | None = None,
    confirmed: Collection[str] = (),
) -> Registration:
    """Propose the right facts, totals, number and date; what is not named or None was right. Nothing moves yet.

    Raises InvalidInput for a code that no list has, AmountsInvalid, NumberInvalid, NumberTaken, DateInvalid,
    ConfirmationNeeded; SeveralProblems of them; NothingToCorrect, CorrectionOpen, and ChangeOpen where a change waits.
    """
    today = local_date(at)
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="correct", version=version)
    if registration.changes.filter(state=Change.State.PROPOSED).exists():
        raise ChangeOpen
    old = recognised(registration)
    amounts = rules.Amounts(
        old.contract_amount if contract_amount is None else contract_amount,
        old.technology_amount if technology_amount is None else technology_amount,
    )
    _facts, _amounts, (number, on) = require_all(
        lambda: _require_known(facts, today),
        lambda: _require_amounts(old, amounts, confirmed),
        lambda: _identity(registration, registration_no, registered_on, confirmed, today=today),
    )
    standing = standing_facts(registration)
    changed = {name: code for name, code in facts.items() if standing[name] != code}
    if not changed and amounts == old and not number and on is None:
        raise NothingToCorrect
    told: dict[str, Any] = {name: [standing[name], code] for name, code in changed.items()}
    told |= {
        "reason": reason,
        "contract_amount": [old.contract_amount, amounts.contract_amount],
        "technology_amount": [old.technology_amount, amounts.technology_amount],
        "registration_no": [registration.registration_no, number or registration.registration_no],
        "registered_on": [registration.registered_on, on or registration.registered_on],
    }
    steps.save_registration(registration, actor=actor, action="correction_proposed", at=at, changes=told)
    _propose(registration, facts=changed, amounts=amounts, number=number, on=on, reason=reason, actor=actor, at=at)
    return registration


def _require_known(facts: Mapping[str, str], on: date) -> None:
    if unknown := rules.unknown_facts(facts, on):
        raise InvalidInput(
            errors=[{"loc": [name], "code": "unknown_code", "message": _("代码不在字典中")} for name in unknown]
        )


def _require_amounts(old: rules.Amounts, right: rules.Amounts, confirmed: Collection[str]) -> None:
    if not right.are_in_order:
        raise AmountsInvalid
    require_confirmed(confirmed, questions.about_amounts(old, right))


def _identity(
    registration: Registration,
    registration_no: str,
    registered_on: date | None,
    confirmed: Collection[str],
    *,
    today: date,
) -> tuple[str, date | None]:
    """The right number and date where they were wrong, else nothing; looked at as when they were typed first."""
    number = parsed_no(registration_no) if registration_no else registration.registration_no
    on = registered_on or registration.registered_on
    later = registration.events.filter(effective_on__gt=registration.registered_on).order_by("effective_on").first()
    if on is None:
        raise WrongState(state=registration.state)
    latest = later.effective_on if later else today
    require_day("registered_on", on, earliest=registration.accepted_on, latest=latest)
    is_new = number != registration.registration_no
    if is_new and Registration.objects.filter(registration_no=number).exists():
        raise NumberTaken
    if is_new or on != registration.registered_on:
        doubts = questions.about_number(registration, registration_no=number, registered_on=on)
        require_confirmed(confirmed, doubts)
    return number if is_new else "", on if on != registration.registered_on else None


@transaction.atomic
def approve_correction(*, actor: Actor, correction_id: UUID, version: int | None, at: datetime) -> Correction:
    """Put the registration right as the second person; the ledger gets every reversal and every right line.

    Raises SecondPersonNeeded, WrongState, and Stale where the registration moved since it was proposed.
    """
    correction, registration = steps.fetch_proposal(
        policy.corrections, actor=actor, pk=correction_id, verb="approve", version=version
    )
    if registration.state != Registration.State.REGISTERED:
        raise WrongState(state=registration.state)
    if registration.version != correction.registration_version:
        raise stale(registration, actor=actor)
    right = {**standing_facts(registration), **correction.facts}
    moves = _moves(registration, correction, right)
    registration.registration_no = correction.registration_no or registration.registration_no
    registration.registered_on = correction.registered_on or registration.registered_on
    registration.contract_amount = correction.contract_amount
    registration.technology_amount = correction.technology_amount
    correction.approve(by_id=actor.user_id, at=at)
    correction.bump()
    correction.save()
    save_numbered(
        registration, actor=actor, action="corrected", at=at, more={"correction": correction.id, **correction.facts}
    )
    for line in moves:
        _enter(registration, line, correction, actor=actor, at=at)
    steps.tell_parties(registration, title=lazy_text(lambda: _("登记已更正")), at=at)
    return correction


@transaction.atomic
def decline_correction(*, actor: Actor, correction_id: UUID, version: int | None, at: datetime) -> Correction:
    """Leave the registration as it is; the proposer may take a correction back in this way too. Raises WrongState."""
    correction, registration = steps.fetch_proposal(
        policy.corrections, actor=actor, pk=correction_id, verb="decline", version=version
    )
    correction.decline(by_id=actor.user_id, at=at)
    save_change(
        correction,
        actor=actor,
        action="registration.correction_declined",
        at=at,
        changes={"correction": correction.id},
        subject=registration,
    )
    if correction.proposed_by_id != actor.user_id:
        steps.tell_people(
            registration,
            correction.proposed_by_id,
            title=lazy_text(lambda: _("登记更正未采纳：%(no)s") % {"no": registration.registration_no}),
            body=lazy_text(lambda: _("更正原因：%(reason)s") % {"reason": correction.reason}),
            at=at,
        )
    return correction


def _propose(
    registration: Registration,
    *,
    facts: Mapping[str, str],
    amounts: rules.Amounts,
    number: str,
    on: date | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    with refuse_on(one_open_correction_per_registration=CorrectionOpen):
        Correction.objects.create(
            registration=registration,
            registration_version=registration.version,
            facts=dict(facts),
            contract_amount=amounts.contract_amount,
            technology_amount=amounts.technology_amount,
            registration_no=number,
            registered_on=on,
            reason=reason,
            proposed_by_id=actor.user_id,
            proposed_at=at,
        )
    office = members_with_role(registration.office_id, Role.REGISTRAR, Role.HIGH_VALUE_APPROVER)
    steps.tell_people(
        registration,
        *(person for person in office.values_list("id", flat=True) if person != actor.user_id),
        title=lazy_text(lambda: _("登记更正待复核：%(no)s") % {"no": registration.registration_no}),
        body=lazy_text(lambda: _("更正原因：%(reason)s") % {"reason": reason}),
        at=at,
    )


def _moves(registration: Registration, correction: Correction, right: Mapping[str, str]) -> list[Line]:
    """The reversals and the right lines, day by day; a wrong amount was wrong on the day of registration."""
    if registration.contract_amount is None or registration.technology_amount is None:
        raise AmountsInvalid
    more = correction.contract_amount - registration.contract_amount
    more_technology = correction.technology_amount - registration.technology_amount
    moves = []
    for line in standing_lines(registration):
        is_first = line.effective_on == registration.registered_on and line.contracts == 1
        if line.facts == right and not (is_first and (more or more_technology or correction.registered_on)):
            continue
        righted = replace(line, facts=right)
        if is_first and correction.registered_on is not None:
            righted = replace(righted, effective_on=correction.registered_on)
        if is_first:
            righted = replace(
                righted,
                contract_amount=line.contract_amount + more,
                technology_amount=line.technology_amount + more_technology,
            )
        moves += [_reversed(line), righted]
    return moves


def _reversed(line: Line) -> Line:
    return replace(
        line,
        contract_amount=-line.contract_amount,
        technology_amount=-line.technology_amount,
        contracts=-line.contracts,
    )


def _enter(registration: Registration, line: Line, correction: Correction, *, actor: Actor, at: datetime) -> None:
    record_event(
        registration,
        kind=RegistrationEvent.Kind.CORRECTED,
        contract_amount=line.contract_amount,
        technology_amount=line.technology_amount,
        contracts=line.contracts,
        effective_on=line.effective_on,
        facts=line.facts,
        reason=correction.reason,
        actor=actor,
        at=at,
        proposed_by_id=correction.proposed_by_id,
        approved_by_id=actor.user_id,
    )
