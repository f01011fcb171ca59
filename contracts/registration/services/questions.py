"""What a registrar is asked about before it is kept."""

from datetime import date

from django.utils.translation import gettext as _

from contracts.registration import rules
from contracts.registration.models import Registration
from market.kernel.questions import AMOUNT_UNIT, about_amount

REGISTRATION_NO = "registration_no"


def about_amounts(known: rules.Amounts, typed: rules.Amounts) -> dict[str, list[str]]:
    """Whether 万元 was typed for 元."""
    contract = about_amount(typed.contract_amount, {_("已知的成交额"): known.contract_amount})
    technology = about_amount(typed.technology_amount, {_("已知的技术交易额"): known.technology_amount})
    return {AMOUNT_UNIT: contract[AMOUNT_UNIT] + technology[AMOUNT_UNIT]}


def about_number(registration: Registration, *, registration_no: str, registered_on: date) -> dict[str, list[str]]:
    """Whether year, region and serial of a typed number are odd."""
    region = registration.office.region
    return {REGISTRATION_NO: rules.number_warnings(registration_no, registered_on=registered_on, office_region=region)}
