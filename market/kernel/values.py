"""The types of what comes in: days, instants, numbers and addresses that every column and every output can hold.

`Payload` asks `readable` and `fitting` of every field, so that a schema need not repeat it; parameters of an address,
which have no payload, name a type. `market.kernel.forms` asks the same of every form.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from market.kernel import text
from market.kernel.money import MAX_AMOUNT

FIRST_YEAR, LAST_YEAR = 1900, 2200
DASH = re.compile(" ?[\u2010-\u2015\u2212\u2500\u30fc-] ?")
MOST_INTEGER = 2_147_483_647  # PostgreSQL's integer


def readable(value: Any) -> Any:
    """The value, unless a text in it has a character that is not kept."""
    for _path, found in text.texts(value):
        if character := text.unfit(found):
            raise PydanticCustomError("unreadable_character", "{message}", {"message": text.unfit_message(character)})
    return value


def fitting(value: Any) -> Any:
    """The value, unless its column could not hold it: a day of no known year, a number too large."""
    if isinstance(value, datetime):
        return year_known(aware(value))
    if isinstance(value, date):
        return year_known(value)
    if isinstance(value, int) and abs(value) > MOST_INTEGER:
        raise PydanticCustomError("out_of_range", "number out of range")
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value) <= MAX_AMOUNT):
        raise PydanticCustomError("out_of_range", "number out of range")
    if isinstance(value, list | tuple):
        for item in value:
            fitting(item)
    return value


def no_number(value: Any) -> Any:
    """A number is no day: 0 is not 1970-01-01."""
    is_number = isinstance(value, int | float) or (isinstance(value, str) and value.strip().lstrip("+-").isdigit())
    if is_number:
        raise PydanticCustomError("date_invalid", "not a date")
    return value


D = TypeVar("D", bound=date)


def year_known(value: D) -> D:
    """The day or instant, unless its year is none that is kept."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError(
            "year_out_of_range", "year outside {first} to {last}", {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return value


def bounds(earliest: date | None, latest: date | None) -> str:
    """The words for a day that is not within both days, each included; at least one of them is given."""
    words = {"earliest": earliest, "latest": latest}
    if earliest is None:
        return _("不得晚于 %(latest)s") % words
    return (_("不得早于 %(earliest)s") if latest is None else _("应在 %(earliest)s 至 %(latest)s 之间")) % words


def aware(value: datetime) -> datetime:
    """The instant, unless it does not say where on earth."""
    if value.tzinfo is None:
        raise PydanticCustomError("timezone_aware", "time zone missing")
    return value


def _address(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return normalise_email(value)
    except ValidationError as error:
        raise PydanticCustomError("email_invalid", "not an e-mail address") from error


def normalise_email(address: str) -> str:
    """An e-mail address as it is kept and looked up: lower case, nothing unseen around it. Raises ValidationError.

    Letters beyond ASCII before the @ are refused: lower and upper case take some of them for others (ı, K).
    """
    found = text.tidy(address)
    validate_email(found)
    if not found.isascii():
        raise ValidationError("email")
    return found.lower()


def normalise_phone(number: str) -> str:
    """A telephone number as it is kept and compared: 13800000000, 0797-2523456, 4001234567, +4930123456.

    Digits are narrow, and nothing but the hyphen after an area code stands between them. What is more than one line's
    number, such as one with an extension or two numbers, is narrowed and otherwise left as it was typed.
    """
    found = DASH.sub("-", " ".join(unicodedata.normalize("NFKC", text.tidy(number)).split()))
    digits = re.sub(r"[ .()-]", "", found)
    if digits.startswith(("+86", "0086")):
        national = digits.removeprefix("+86").removeprefix("0086").removeprefix("0")
        digits = national if re.fullmatch(r"1[3-9][0-9]{9}|[48]00[0-9]{7}", national) else f"0{national}"
    if line := re.fullmatch(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})", digits):
        return f"{line[1]}-{line[2]}"
    return digits if re.fullmatch(r"\+?[0-9]{5,15}", digits) and not digits.startswith("0") else found


def external_id(value: Any) -> Any:
    """An id that another system gave, as text; a spreadsheet's 1, 1.0 and " 1 " are one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("id_invalid", "not an id")
    if isinstance(value, float):
        if not value.is_integer():
            raise PydanticCustomError("id_invalid", "not an id")
        value = int(value)
    found = text.on_one_line(str(value))
    return found.removesuffix(".0") if re.fullmatch(r"\d+\.0", found, re.ASCII) else found


ExternalId = Annotated[str, BeforeValidator(external_id)]
Day = Annotated[date, BeforeValidator(no_number), AfterValidator(year_known)]
Instant = Annotated[datetime, BeforeValidator(no_number), AfterValidator(aware), AfterValidator(year_known)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Version = Annotated[int, Field(ge=1, le=MOST_INTEGER)]
PhoneNumber = Annotated[
    str,
    Field(max_length=30),
    BeforeValidator(lambda value: normalise_phone(value) if isinstance(value, str) else value),
]
EmailAddress = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), BeforeValidator(_address)]
ON_ONE_LINE = BeforeValidator(lambda value: text.on_one_line(value) if isinstance(value, str) else value)
