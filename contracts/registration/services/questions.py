"""What looks wrong is asked about before it is kept: the same request goes through once its questions are confirmed."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from contracts.registration import rules
from contracts.registration.models import Registration
from contracts.registration.problems import ConfirmationNeeded
from market.kernel.marks import mark

AMOUNT_UNIT = "amount_unit"
REGISTRATION_NO = "registration_no"
CODES = (AMOUNT_UNIT, REGISTRATION_NO)


def require_confirmed(confirmed: Collection[str], found: dict[str, list[str]]) -> None:
    """Raise ConfirmationNeeded with each question that was not confirmed."""
    questions = [
        {"code": code, "message": message}
        for code, messages in found.items()
        if code not in confirmed
        for message in messages
    ]
    if questions:
        raise ConfirmationNeeded(mark("；").join(question["message"] for question in questions), questions=questions)


def about_amounts(known: rules.Amounts, typed: rules.Amounts) -> dict[str, list[str]]:
    """Whether 万元 was typed for 元."""
    pairs = [(getattr(known, name), getattr(typed, name)) for name in ("contract_amount", "technology_amount")]
    told = [
        _("%(typed)s 元与已知的 %(known)s 元相差约一万倍，单位是否有误？") % {"typed": typed_, "known": known_}
        for known_, typed_ in pairs
        if rules.is_unit_doubtful(known_, typed_)
    ]
    return {AMOUNT_UNIT: told}


def about_number(registration: Registration, *, registration_no: str, registered_on: date) -> dict[str, list[str]]:
    """Whether year, region and serial of a typed number are odd."""
    region = registration.office.region
    return {REGISTRATION_NO: rules.number_warnings(registration_no, registered_on=registered_on, office_region=region)}
