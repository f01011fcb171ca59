"""`{% load codes %}{{ listing.technology_field|code_label:"technology_field" }}`"""

from collections.abc import Iterable

from django import template

from market.reference import queries

register = template.Library()


@register.filter
def code_label(code: str | None, scheme: str) -> str:
    """The name of a code; nothing for no code."""
    return queries.label(scheme, code) if code else ""


@register.filter
def code_labels(codes: Iterable[str] | None, scheme: str) -> list[str]:
    """The names of the codes of a field with several, to be joined as the page likes."""
    return queries.labels(scheme, codes or ())
