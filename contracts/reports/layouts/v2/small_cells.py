"""Which cells of a table the second layout does not tell apart."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from contracts.reports.layouts.values import NOTHING, Sums

FEWEST_CONTRACTS = 3
Code = TypeVar("Code", bound=Hashable)


def total(parts: Iterable[Sums]) -> Sums:
    """The sum of sums."""
    result = NOTHING
    for part in parts:
        result = Sums(
            result.contract_amount + part.contract_amount,
            result.technology_amount + part.technology_amount,
            result.contracts + part.contracts,
        )
    return result


def withheld(cells: Mapping[Code, Sums], group: Callable[[Code], Hashable] = lambda code: None) -> frozenset[Code]:
    """The cells of which no sum of fewer than FEWEST_CONTRACTS may be had by subtraction from their group's total.

    First those with fewer contracts, then the smallest of the others, until they have enough together (primary and
    secondary suppression). What adds up to nothing tells nothing.
    """
    groups: dict[Hashable, dict[Code, Sums]] = {}
    for code, sums in cells.items():
        if sums != NOTHING:
            groups.setdefault(group(code), {})[code] = sums
    return frozenset().union(*(_withheld(members) for members in groups.values()))


def _withheld(cells: Mapping[Code, Sums]) -> set[Code]:
    by_size = sorted(cells, key=lambda code: (cells[code].contracts, str(code)))
    hidden = {code for code in by_size if cells[code].contracts < FEWEST_CONTRACTS}
    for code in by_size:
        if not hidden or total(cells[each] for each in hidden).contracts >= FEWEST_CONTRACTS:
            break
        hidden.add(code)
    return hidden
