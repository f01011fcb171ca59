"""The registry's half: accept, ask for supplements, register with the number typed in, or refuse."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements.models import TechnologyContract
from contracts.registration import facts, queries, rules
from contracts.registration.models import Registration, RegistrationEvent, Round
from contracts.registration.problems import (
    AmountAboveContract,
    AmountsInvalid,
    DateInvalid,
    DifferenceUnexplained,
    GroundsUnknown,
    NumberInvalid,
    NumberTaken,
    RegistrationGrounds,
)
from contracts.registration.services import questions, steps
from contracts.registration.services.record import record_event
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.problems import WrongState, require_all
from market.kernel.questions import require_confirmed
from market.notices.services import lazy_text
from market.reference.calendar import Due
from market.reference.calendar_years import working_calendar
from market.reference.identifiers.registration_no import parse_registration_no
from market.reference.identifiers.text import InvalidIdentifier


@transaction.atomic
def accept_registration(*, actor: Actor, registration_id: UUID, version: int | None, at: datetime) -> Registration:
    """Accept the application (受理) and start the registry's clock under the rule set of its date."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="accept", version=version)
    on = local_date(at)
    due = _due(registration, on)
    registration.accept(on=on, due=due, by_id=actor.user_id)
    steps.save_registration(registration, actor=actor, action="accepted", at=at, changes=due._asdict())
    steps.tell_applicant(registration, title=lazy_text(lambda: _("登记申请已受理")), at=at)
    return registration


@transaction.atomic
def request_supplement(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    grounds: Sequence[str],
    remark: str,
    at: datetime,
) -> Registration:
    """Ask for a supplement (补正): send the application back, saying what is wrong or missing."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="request_supplement", version=version)
    _require_grounds(grounds)
    registration.request_supplement(grounds=list(grounds), remark=remark)
    _keep_round(registration, Round.Kind.SUPPLEMENT, grounds, remark, actor=actor, at=at)
    changes = {"grounds": list(grounds)}
    steps.save_registration(registration, actor=actor, action="correction_requested", at=at, changes=changes)
    steps.tell_applicant(registration, title=lazy_text(lambda: _("登记申请需要补正")), at=at)
    return registration


@transaction.atomic
def refuse_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    grounds: Sequence[str],
    remark: str,
    at: datetime,
) -> Registration:
    """Refuse to register (不予登记); the contract may be applied for again."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="refuse", version=version)
    _require_grounds(grounds)
    was_in_review = registration.state == Registration.State.SECOND_REVIEW
    registration.refuse(grounds=list(grounds), remark=remark, at=at)
    _keep_round(registration, Round.Kind.REFUSED, grounds, remark, actor=actor, at=at)
    steps.save_registration(registration, actor=actor, action="refused", at=at, changes={"grounds": list(grounds)})
    steps.tell_parties(registration, title=lazy_text(lambda: _("登记申请不予登记")), at=at)
    if was_in_review:
        steps.tell_reviewer(registration, title=lazy_text(lambda: _("大额复审不予登记")), at=at)
    return registration


@transaction.atomic
def send_back_registration(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    grounds: Sequence[str],
    remark: str,
    at: datetime,
) -> Registration:
    """Give the application back to the registrar as the second person, saying what is to be looked at again.

    The longer term of the second review stays. Raises SecondPersonNeeded for who asked for the review.
    """
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="send_back", version=version)
    _require_grounds(grounds)
    registration.send_back()
    _keep_round(registration, Round.Kind.SENT_BACK, grounds, remark, actor=actor, at=at)
    steps.save_registration(registration, actor=actor, action="sent_back", at=at, changes={"grounds": list(grounds)})
    steps.tell_reviewer(registration, title=lazy_text(lambda: _("大额复审退回，请重新办理")), at=at)
    return registration


@transaction.atomic
def register_contract(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    registration_no: str,
    registered_on: date,
    contract_amount: Decimal,
    technology_amount: Decimal,
    at: datetime,
    differences: Sequence[rules.Difference] = (),
    confirmed: Collection[str] = (),
) -> Registration:
    """Recognise and register the contract with the number that the national system gave.

    A high value goes to a second person first and is registered by `approve_registration`. `differences` say item by
    item why less is recognised than the contract says; `confirmed` names the questions that were answered.
    Raises NumberInvalid, NumberTaken, AmountsInvalid, AmountAboveContract, DifferenceUnexplained, DateInvalid,
    ConfirmationNeeded, and RegistrationGrounds for what came up meanwhile; SeveralProblems of them.
    """
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="register", version=version)
    accepted_on = registration.accepted_on
    if accepted_on is None:
        raise WrongState(state=registration.state)
    recognised = rules.Amounts(contract_amount, technology_amount)
    require_all(
        lambda: _require_identity(registration, registration_no, registered_on, confirmed, latest=local_date(at)),
        lambda: _require_amounts(registration.contract, recognised, differences, confirmed),
        lambda: _require_registrable(registration, at=at),
    )
    registration.registration_no = parsed_no(registration_no)
    registration.differences = [{"amount": str(item.amount), "reason": item.reason} for item in differences]
    registration.registered_on = registered_on
    registration.contract_amount, registration.technology_amount = contract_amount, technology_amount
    registration.reviewed_by_id = actor.user_id
    if rules.needs_second_review(rules.rule_set(registration.rule_set), recognised):
        registration.escalate(due=_due(registration, accepted_on, second_review=True))
        save_numbered(registration, actor=actor, action="escalated", at=at, more={"due_on": registration.due_on})
        steps.tell_approvers(registration, title=lazy_text(lambda: _("登记待大额复审")), at=at)
        return registration
    return _registered(registration, actor=actor, at=at)


@transaction.atomic
def approve_registration(*, actor: Actor, registration_id: UUID, version: int | None, at: datetime) -> Registration:
    """Register a contract of high value as the second person (大额审批).

    Raises SecondPersonNeeded, RegistrationGrounds.
    """
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="approve", version=version)
    _require_registrable(registration, at=at)
    registration.approved_by_id = actor.user_id
    return _registered(registration, actor=actor, at=at)


def _due(registration: Registration, accepted_on: date, *, second_review: bool = False) -> Due:
    edition = rules.rule_set(registration.rule_set)
    return rules.due(edition, accepted_on, calendar=working_calendar(), second_review=second_review)


def _keep_round(
    registration: Registration, kind: Round.Kind, grounds: Sequence[str], remark: str, *, actor: Actor, at: datetime
) -> None:
    Round.objects.create(
        registration=registration,
        kind=kind,
        grounds=list(grounds),
        remark=remark,
        made_by_id=actor.user_id,
        made_at=at,
    )


def _registered(registration: Registration, *, actor: Actor, at: datetime) -> Registration:
    on = registration.registered_on
    contract_amount, technology_amount = registration.contract_amount, registration.technology_amount
    if on is None or contract_amount is None or technology_amount is None:
        raise DateInvalid(field="registered_on", earliest=registration.accepted_on, latest=local_date(at))
    registration.register(on=on, registration_no=registration.registration_no)
    save_numbered(registration, actor=actor, action="registered", at=at)
    record_event(
        registration,
        kind=RegistrationEvent.Kind.REGISTERED,
        contract_amount=contract_amount,
        technology_amount=technology_amount,
        effective_on=on,
        facts=facts.of_contract(registration.contract, rule_set=registration.rule_set),
        contracts=1,
        reason="",
        actor=actor,
        at=at,
        proposed_by_id=registration.reviewed_by_id,
        approved_by_id=registration.approved_by_id,
    )
    steps.tell_parties(
        registration,
        title=lazy_text(lambda: _("合同已登记，编号 %(no)s") % {"no": registration.registration_no}),
        at=at,
    )
    return registration


def _require_registrable(registration: Registration, *, at: datetime) -> None:
    """Raise RegistrationGrounds if the contract was dissolved, or its twin registered, after it was handed in.

    The seller's row is locked with the contract's, so that of two twins registered at once the second is found.
    """
    contract = (
        TechnologyContract.objects.select_for_update(of=("self", "seller"), no_key=True)
        .select_related("seller", "buyer")
        .get(pk=registration.contract_id)
    )
    # Its term is judged by the day it was handed in: the registry's own time is not held against it.
    on = local_date(registration.submitted_at or at)
    grounds = queries.grounds_against(contract, on=on)
    if not all(rules.is_located(party.region, party.country) for party in (contract.seller, contract.buyer)):
        grounds.append(rules.Ground.PARTIES_UNCLEAR)
    if grounds:
        raise RegistrationGrounds(grounds=grounds)


def save_numbered(
    registration: Registration, *, actor: Actor, action: str, at: datetime, more: Mapping[str, Any] | None = None
) -> None:
    """Save the row with the number it carries now. Raises NumberTaken."""
    changes = {
        "registration_no": registration.registration_no,
        "registered_on": registration.registered_on,
        "contract_amount": registration.contract_amount,
        "technology_amount": registration.technology_amount,
        "differences": registration.differences,
        **(more or {}),
    }
    with refuse_on(registration_no_once=NumberTaken):
        steps.save_registration(registration, actor=actor, action=action, at=at, changes=changes)


def parsed_no(text: str) -> str:
    """The sixteen digits. Raises NumberInvalid."""
    try:
        number = parse_registration_no(text)
    except InvalidIdentifier as error:
        raise NumberInvalid(str(error)) from error
    if number.is_legacy:
        raise NumberInvalid
    return number.value


def require_day(field: str, on: date, *, earliest: date | None, latest: date) -> None:
    """Raise DateInvalid for a day outside of both."""
    if earliest is None or not earliest <= on <= latest:
        raise DateInvalid(field=field, earliest=earliest, latest=latest)


def _require_identity(
    registration: Registration, registration_no: str, registered_on: date, confirmed: Collection[str], *, latest: date
) -> None:
    """Raise NumberInvalid, NumberTaken, DateInvalid, and once both are right ConfirmationNeeded for an odd number."""

    def require_number() -> None:
        number = parsed_no(registration_no)
        if Registration.objects.filter(registration_no=number).exclude(pk=registration.pk).exists():
            raise NumberTaken

    require_all(
        require_number,
        lambda: require_day("registered_on", registered_on, earliest=registration.accepted_on, latest=latest),
    )
    number = parsed_no(registration_no)
    doubts = questions.about_number(registration, registration_no=number, registered_on=registered_on)
    require_confirmed(confirmed, doubts)


def _require_amounts(
    contract: TechnologyContract,
    recognised: rules.Amounts,
    differences: Sequence[rules.Difference],
    confirmed: Collection[str],
) -> None:
    """Raise AmountsInvalid, AmountAboveContract, ConfirmationNeeded, DifferenceUnexplained."""
    if not recognised.are_in_order:
        raise AmountsInvalid
    text = rules.Amounts(contract.contract_amount, contract.technology_amount)
    if recognised.contract_amount > text.contract_amount:
        raise AmountAboveContract(contract_amount=str(text.contract_amount))
    require_confirmed(confirmed, questions.about_amounts(text, recognised))
    if not rules.explains(differences, text=text, recognised=recognised):
        raise DifferenceUnexplained(difference=str(text.contract_amount - recognised.contract_amount))


def _require_grounds(grounds: Sequence[str]) -> None:
    if not grounds or not rules.known_grounds(grounds):
        raise GroundsUnknown
