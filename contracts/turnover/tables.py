"""The official tables' layout (domain reference 2.3): 项, 亿元 and % with two places, each beside its growth."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO

from django.utils.translation import gettext as _

from contracts.turnover import labels, rules
from contracts.turnover.queries import Part
from contracts.turnover.rules import Dimension
from market.kernel.money import in_yi

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def named(parts: Sequence[Part], by: Dimension) -> dict[str, str]:
    return labels.of_codes(by, [part.code for part in parts])


def breakdown_csv(parts: Sequence[Part], by: Dimension) -> str:
    """名称 | 合同数 | 同比 | 合同成交额 | 同比 | 技术交易额 | 同比, a line for each part and the last for all.

    With a byte order mark, so that spreadsheet programs read the Chinese.
    """
    names = named(parts, by)
    whole = Part("", rules.total(part.sums for part in parts), rules.total(part.before for part in parts))
    out = StringIO()
    writer = csv.writer(out)
    growth = _("同比（%）")
    writer.writerow(
        [
            labels.NAMES[by],
            _("合同数（项）"),
            growth,
            _("合同成交额（亿元）"),
            growth,
            _("技术交易额（亿元）"),
            growth,
        ]
    )
    writer.writerows([_inert(names[part.code]), *_numbers(part)] for part in parts)
    writer.writerow([_("合计"), *_numbers(whole)])
    return "\ufeff" + out.getvalue()


def _numbers(part: Part) -> list[str]:
    now, before = part.sums, part.before
    return [
        str(now.contracts),
        _percent(Decimal(now.contracts), Decimal(before.contracts)),
        str(in_yi(now.contract_amount)),
        _percent(now.contract_amount, before.contract_amount),
        str(in_yi(now.technology_amount)),
        _percent(now.technology_amount, before.technology_amount),
    ]


def _percent(now: Decimal, before: Decimal) -> str:
    """Growth, or nothing where there was nothing before."""
    found = rules.change_percent(now, before)
    return "" if found is None else str(found)


def _inert(name: str) -> str:
    """A name that a spreadsheet program does not take for a formula."""
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name
