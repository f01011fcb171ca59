"""The ledger must equal the registry's events, every cell of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractYear

from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry

CELL = ("year", "kind", "seller_region", "buyer_region", "contract_type")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cells looked at, and those whose sums or counts differ, in words."""

    cells: int
    differing: list[str]


def compare() -> Comparison:
    """Both sides by year, kind, regions and type."""
    events = _cells(RegistrationEvent.objects.all())
    entries = _cells(TurnoverEntry.objects.all())
    keys = events.keys() | entries.keys()
    differing = [
        f"{'/'.join(map(str, key))}: events {events.get(key)}, ledger {entries.get(key)}"
        for key in sorted(keys, key=str)
        if events.get(key) != entries.get(key)
    ]
    return Comparison(len(keys), differing)


def _cells(rows: QuerySet[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    grouped = (
        rows.annotate(year=ExtractYear("effective_on"))
        .values(*CELL)
        .annotate(contract=Sum("contract_amount"), technology=Sum("technology_amount"), count=Count("id"))
    )
    return {tuple(row[name] for name in CELL): (row["contract"], row["technology"], row["count"]) for row in grouped}
