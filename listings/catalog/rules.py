"""What must hold of a listing's values: codes that exist, days that have not passed, rights that have not ended."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from listings.catalog.models import Patent
from market.kernel.clock import years_later
from market.reference import queries as reference
from market.reference.identifiers.text import InvalidIdentifier

TERM_YEARS = {Patent.Type.INVENTION: 20, Patent.Type.UTILITY_MODEL: 10, Patent.Type.DESIGN: 15}

Error = dict[str, Any]


def unknown_codes(values: Mapping[str, Any], schemes: Mapping[str, str], on: date) -> list[Error]:
    """Each code that the list of its field does not have on that day."""
    errors = []
    for field, scheme in schemes.items():
        value = values[field]
        codes: Iterable[str] = value if isinstance(value, list) else ([value] if value else [])
        errors += [
            {"loc": [field], "code": "unknown_code", "message": _("代码 %(code)s 不在字典中") % {"code": code}}
            for code in reference.unknown_codes(scheme, codes, on)
        ]
    return errors


def misshapen(field: str, values: Iterable[str], normalise: Callable[[str], str]) -> list[Error]:
    """Each of the values that cannot be what the field holds."""
    errors = []
    for index, value in enumerate(values):
        try:
            normalise(value)
        except InvalidIdentifier as error:
            errors.append({"loc": [field, index], "code": error.code, "message": str(error.message)})
    return errors


def expires_on(patent_type: Patent.Type, filed_on: date | None) -> date | None:
    """The day on which the right has ended: 20, 10 or 15 years from filing (worked example 13)."""
    if filed_on is None:
        return None
    return years_later(filed_on, TERM_YEARS[patent_type])


def is_over(day: date | None, *, on: date) -> bool:
    """Whether a last day has passed."""
    return day is not None and day < on
