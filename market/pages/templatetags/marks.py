"""Marks between words; at hand in every template, see `market.pages.loader`."""

from collections.abc import Iterable

from django import template

from market.kernel import marks

register = template.Library()
register.simple_tag(marks.mark)


@register.filter
def listed(values: Iterable[object] | None) -> str:
    """As `join`, with the reader's mark between; what is empty is left out."""
    return marks.listed(values or ())


@register.filter
def in_brackets(text: object, more: object) -> str:
    """项目（编号）; the text alone where there is no more."""
    return marks.bracketed(text, more)
