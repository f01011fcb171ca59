"""The bars of the figure: an SVG of links beside the table that says the same."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template

from contracts.turnover.views import YearRow
from market.kernel.money import in_yi

register = template.Library()

HEIGHT, BASE, WIDTH, LEFT = 220, 190, 92, 12


@register.inclusion_tag("turnover/_bars.html")
def figure_bars(rows: Sequence[YearRow], ceiling: Decimal) -> dict[str, Any]:
    """Actual as bars, the plan's path as a line; geometry in presentation attributes, as the CSP asks."""
    bars = []
    for index, row in enumerate(rows):
        left = LEFT + index * WIDTH
        height = _height(row.actual, ceiling)
        bars.append(
            {
                "row": row,
                "x": left + 14,
                "y": BASE - height,
                "height": height,
                "middle": left + WIDTH // 2,
                "label_y": BASE - height - 6,
                "planned_y": BASE - _height(row.planned, ceiling) if row.planned else None,
                "value": "" if row.actual is None else in_yi(row.actual),
                "planned": "" if row.planned is None else in_yi(row.planned),
            }
        )
    line = " ".join(f"{bar['middle']},{bar['planned_y']}" for bar in bars if bar["planned_y"] is not None)
    return {"bars": bars, "line": line, "width": LEFT * 2 + WIDTH * len(rows), "height": HEIGHT, "base": BASE}


@register.filter
def signed(value: Decimal) -> str:
    """A number with its sign, so that above and below are told apart without colour."""
    return f"{value:+.2f}"


def _height(value: Decimal | None, ceiling: Decimal) -> int:
    return 0 if not value or value < 0 else round(float(value / ceiling) * (BASE - 26))
