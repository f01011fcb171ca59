"""What a new edition of a report says otherwise than the one that was published before it: values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.turnover.rules import Side, Sums


@dataclass(frozen=True, slots=True)
class RevisedSide:
    """A side's figure of the period, as published and as it would be published now."""

    side: Side
    published: Sums
    now: Sums

    @property
    def change(self) -> Sums:
        return self.now - self.published


@dataclass(frozen=True, slots=True)
class Revision:
    """What differs from the published `edition`: sides of the figure, and tables by dimension and side."""

    edition: int
    sides: list[RevisedSide]
    tables: list[tuple[str, str]]

    @property
    def is_empty(self) -> bool:
        return not (self.sides or self.tables)


def revision(published: Mapping[str, Any], now: Mapping[str, Any]) -> Revision:
    """From the contents of two editions of one period, in whatever layouts."""
    sides = [
        RevisedSide(side, Sums.from_dict(published["figure"][side]), Sums.from_dict(now["figure"][side]))
        for side in Side
    ]
    before, after = _tables(published), _tables(now)
    return Revision(
        edition=published["report"]["edition"],
        sides=[side for side in sides if side.published != side.now],
        tables=[key for key in {**before, **after} if before.get(key) != after.get(key)],
    )


def _tables(content: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, tuple[Sums, Sums]]]:
    """The sums of each code, and those of the year before, by dimension and side."""
    return {
        (table["dimension"], table["side"]): {
            row["code"]: (Sums.from_dict(row), Sums.from_dict(row["before"])) for row in table["rows"]
        }
        for table in content["tables"]
    }
