"""How the decimal strings of a report are written on a page."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def grouped(value: str | None) -> str:
    """A decimal string with thousands: 83,000,000.00; a dash where there is none."""
    return "—" if value is None else f"{Decimal(value):,}"


@register.filter
def change(value: str | None) -> str:
    """Percent with its sign, so that up and down are told apart without colour."""
    if value is None:
        return "—"
    return f"{Decimal(value):+,}%" if Decimal(value) else f"{value}%"


@register.filter
def percent(value: str | None) -> str:
    return "—" if value is None else f"{value}%"


@register.filter
def signed(value: Decimal | int) -> str:
    """A number that is added or taken, with its sign and thousands."""
    return f"{value:+,}" if value else f"{value}"
