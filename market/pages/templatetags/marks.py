"""Marks between words; at hand in every template, see `market.pages.loader`."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

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


@register.simple_tag
def dotted(*facts: object) -> SafeString:
    """Facts on one line with dots between; what is not there leaves no bare dot. A dash says that there is none."""
    there = [fact for fact in facts if fact is not None and str(fact).strip() not in {"", "—"}]
    return format_html_join(" · ", "{}", ((fact,) for fact in there))


@register.filter
def named(value: object, name: object) -> str:
    """申请人 某某; empty where there is no value."""
    return f"{name} {value}" if value else ""
