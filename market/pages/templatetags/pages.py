"""How pages write money, times, codes and slots."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from market.kernel import idempotency
from market.kernel.clock import RUIJIN
from market.kernel.marks import listed
from market.kernel.money import WAN, YI, in_wan, in_yi, round_half_up
from market.pages import slots
from market.reference import queries as reference

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """A form's own key: its button pressed twice has one effect, and the second answer is the first."""
    return format_html('<input type="hidden" name="{}" value="{}">', idempotency.FORM_FIELD, uuid4())


@register.filter
def yuan(value: Decimal | None) -> str:
    """Yuan with two places and thousands: 83,000,000.00."""
    return "" if value is None else f"{round_half_up(value):,}"


@register.filter
def wan(value: Decimal | None) -> str:
    return "" if value is None else f"{in_wan(value):,}"


@register.filter
def yi(value: Decimal | None) -> str:
    return "" if value is None else f"{in_yi(value):,}"


@register.filter
def smart_money(value: Decimal | None) -> str:
    """The unit that people would say: 元 below ten thousand, then 万元, then 亿元."""
    if value is None:
        return ""
    if abs(value) >= YI:
        return _("%(amount)s 亿元") % {"amount": yi(value)}
    if abs(value) >= WAN:
        return _("%(amount)s 万元") % {"amount": wan(value)}
    return _("%(amount)s 元") % {"amount": yuan(value)}


@register.filter
def when(value: datetime | None) -> str | SafeString:
    """An instant in Asia/Shanghai: 2026-03-02 09:00."""
    if value is None:
        return "—"
    # format_html escapes before it formats, so the value is written out first.
    text = f"{value.astimezone(RUIJIN):%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def civil(value: date | None) -> str | SafeString:
    """A civil date: 2026-03-02."""
    return "—" if value is None else format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.simple_tag
def label(scheme: str, code: str | None) -> str:
    """The name of a code of a list; the code itself where the list does not know it."""
    return reference.label(scheme, code) if code else ""


@register.simple_tag
def labels(scheme: str, codes: list[str] | None) -> str:
    return listed(reference.labels(scheme, codes or []))


@register.inclusion_tag("pages/slot.html", takes_context=True)
def slot(context: Context, name: str, subject_id: UUID | str) -> dict[str, Any]:
    """The parts that higher rooms put here."""
    found = slots.fillings(name, context["actor"])
    return {
        "parts": [
            {"title": filling.title, "url": reverse(filling.url_name, args=[subject_id]), "name": filling.url_name}
            for filling in found
        ]
    }


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int) -> str:
    """This page's address with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
