"""Where a party sits: a division that the code list `region` knows, narrowed, and never a grouping row.

Every organisation, listing and correction takes its region from here, so that a registered contract is in the figure
of some region.
"""

from typing import Annotated, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field

from market.reference import queries
from market.reference.identifiers.regions import parse_party_location
from market.reference.identifiers.text import MAX_LENGTH, InvalidIdentifier, refuse_unless

DIGITS = 6


def party_location(text: str) -> str:
    """The six digits that the text names, an ended code replaced by its successor. Raises InvalidIdentifier.

    The list holds every province and prefecture but the counties of some alone: below a division of which it names no
    part, the shape has to do.
    """
    region = parse_party_location(text)
    if len(region.value) != DIGITS:
        raise InvalidIdentifier("shape", _("单位所在地的行政区划代码为6位数字"))
    book = queries.book("region")
    if book.latest(region.value) is not None:
        return book.current(region.value)
    above = next((code for code in region.ancestors if book.latest(code) is not None), None)
    if above is None or any(entry.parent == above for entry in book.entries):
        raise InvalidIdentifier("unknown_region", _("没有该行政区划代码"))
    return region.value


def party_location_or_none(text: str) -> str:
    """As `party_location`; empty stays empty, for a party abroad or a value not given."""
    return party_location(text) if text.strip() else ""


class LocationField(forms.CharField):
    """Six digits typed by a person, in any width."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text:
            refuse_unless(party_location, text)
        return party_location_or_none(text)


Location = Annotated[str, Field(max_length=MAX_LENGTH, description="GB/T 2260"), AfterValidator(party_location)]
LocationOrNone = Annotated[
    str, Field(max_length=MAX_LENGTH, description="GB/T 2260 or empty"), AfterValidator(party_location_or_none)
]
