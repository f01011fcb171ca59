"""How the figure's pages write numbers: for people, and beside them for the picture of the same table."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.turnover import labels
from contracts.turnover.choices import Choice
from contracts.turnover.dashboard import Headline
from market.kernel.money import in_wan, in_yi

register = template.Library()

# A word and a shape each, so that nobody needs the colour.
STANDINGS = {
    "on_path": (gettext_lazy("达到当年路径"), "●"),
    "below": (gettext_lazy("低于当年路径"), "▼"),
    "running": (gettext_lazy("年度未结束"), "○"),
}


@register.filter
def signed(value: Decimal | None) -> str:
    """A number with its sign, so that above and below are told apart without colour; a dash for none."""
    return "—" if value is None else f"{value:+.2f}"


@register.filter
def percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value}%"


@register.filter
def change(value: Decimal | None) -> str:
    """A change in percent with its sign."""
    return "—" if value is None else f"{value:+.2f}%"


@register.filter
def yi_number(value: Decimal | None) -> str:
    """亿元 for a picture: no separators, empty for none."""
    return "" if value is None else f"{in_yi(value)}"


@register.filter
def wan_number(value: Decimal | None) -> str:
    """万元 for a picture."""
    return "" if value is None else f"{in_wan(value)}"


@register.simple_tag
def standing(head: Headline) -> dict[str, Any] | None:
    """How the year stands against the plan's path: word, shape and code; None where the plan promised nothing."""
    found = STANDINGS.get(head.standing)
    return None if found is None else {"word": found[0], "shape": found[1], "code": head.standing}


@register.simple_tag
def gap_words(head: Headline) -> str:
    """The distance to the path in words."""
    if head.gap is None:
        return ""
    amount = f"{in_yi(abs(head.gap))}"
    return (_("高于路径 %(amount)s 亿元") if head.gap >= 0 else _("比路径少 %(amount)s 亿元")) % {"amount": amount}


@register.simple_tag
def side_words(choice: Choice) -> str:
    """Whose contracts count."""
    return str(labels.SIDES[choice.side])


@register.simple_tag
def counted_words(head: Headline, period: str) -> str:
    """What the big number is: the side and the amount that the assessment counts."""
    words = {"period": period, "side": labels.SIDES[head.figure.counts.side]}
    if head.figure.counts.amount == "technology_amount":
        return _("%(period)s技术交易额（%(side)s）") % words
    return _("%(period)s成交额（%(side)s）") % words


@register.simple_tag
def query(choice: Choice, **changes: Any) -> str:
    """The address's query for a choice with changes."""
    return choice.query(**changes)
