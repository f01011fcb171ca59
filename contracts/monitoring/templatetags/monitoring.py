"""How the indicators' numbers and their standing are written."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from contracts.monitoring import rules
from contracts.monitoring.rules import Span, Status

register = template.Library()

# A word and a shape each, so that nobody needs the colour.
WORDS = {
    Status.ON_PATH: (_("达到路径"), "●"),
    Status.BELOW: (_("低于路径"), "▽"),
    Status.FAR_BELOW: (_("明显低于路径"), "▼"),
    Status.NO_VALUE: (_("暂无数值"), "○"),
}


@register.filter
def plain(value: Decimal | None) -> str:
    """At most two places, no zeros at the end; a dash for none."""
    return rules.plain(value, 2)


@register.filter
def spanned(span: Span | None) -> str:
    """A number, or a range as 21–23."""
    if span is None:
        return "—"
    return f"{plain(span.low)}–{plain(span.high)}" if span.is_range else plain(span.low)


@register.inclusion_tag("monitoring/_traffic.html")
def traffic(reading: Any) -> dict[str, Any]:
    """The standing as a word with a shape."""
    word, shape = WORDS[reading.status]
    return {"word": word, "shape": shape, "status": reading.status, "reading": reading}
