"""The official tables' layout (domain reference 2.3): 项, 亿元 and % with two places, each beside its growth."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO

from django.utils.translation import gettext as _

from contracts.registration.facts import Dimension
from contracts.turnover import labels, rules
from contracts.turnover.disclosure import Cell, Table
from contracts.turnover.rules import Sums
from market.kernel.csv import safe_cell
from market.kernel.money import in_yi


def named(cells: Sequence[Cell], by: Dimension) -> dict[str, str]:
    return labels.of_codes(by, [cell.code for cell in cells])


def growth(cell: Cell) -> Decimal | None:
    """Of the contract amount in percent; None where there was nothing before, or it is not told."""
    return None if cell.before is None else rules.change_percent(cell.sums.contract_amount, cell.before.contract_amount)


def breakdown_csv(table: Table, by: Dimension) -> str:
    """名称 | 合同数 | 同比 | 合同成交额 | 同比 | 技术交易额 | 同比, a line for each part and the last for all.

    What is not told apart stands together in the line before the last.

    With a byte order mark, so that spreadsheet programs read the Chinese.
    """
    names = named(table.cells, by)
    out = StringIO()
    writer = csv.writer(out)
    change = _("同比（%）")
    writer.writerow(
        [
            labels.NAMES[by],
            _("合同数（项）"),
            change,
            _("合同成交额（亿元）"),
            change,
            _("技术交易额（亿元）"),
            change,
        ]
    )
    writer.writerows([safe_cell(names[cell.code]), *_numbers(cell.sums, cell.before)] for cell in table.cells)
    if table.rest is not None:
        writer.writerow([labels.withheld(table.suppressed), *_numbers(table.rest, None)])
    writer.writerow([_("合计"), *_numbers(table.whole, table.before)])
    return "\ufeff" + out.getvalue()


def _numbers(now: Sums, before: Sums | None) -> list[str]:
    """Growth is empty where there was nothing before, or it is not told."""
    before = before or Sums()
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
