"""The ledger must equal the registry's events: every cell of the sums, and every line."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.services import TAKEN_OVER

CELL = ("year", "kind", "seller_region", "buyer_region", "contract_type")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cells looked at, and in words: cells whose sums or counts differ, and lines that differ from their event."""

    cells: int
    differing: list[str]


def compare() -> Comparison:
    """Both sides by year, kind, regions and type; then line by line, since two errors of one cell may cancel out."""
    events = _cells(RegistrationEvent.objects.all())
    entries = _cells(TurnoverEntry.objects.all())
    keys = events.keys() | entries.keys()
    differing = [
        f"{'/'.join(map(str, key))}: events {events.get(key)}, ledger {entries.get(key)}"
        for key in sorted(keys, key=str)
        if events.get(key) != entries.get(key)
    ]
    return Comparison(len(keys), differing + _differing_lines())


def _differing_lines() -> list[str]:
    same = Q(**{name: F(f"event__{source}") for name, source in TAKEN_OVER.items()})
    lines = TurnoverEntry.objects.exclude(same).select_related("event").order_by("id")
    return [
        f"line {line.pk}: event {getattr(line.event, source)}, ledger {getattr(line, name)} ({name})"
        for line in lines
        for name, source in TAKEN_OVER.items()
        if getattr(line, name) != getattr(line.event, source)
    ]


def _cells(rows: QuerySet[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    grouped = (
        rows.annotate(year=ExtractYear("effective_on"))
        .values(*CELL)
        .annotate(contract=Sum("contract_amount"), technology=Sum("technology_amount"), count=Count("id"))
    )
    return {tuple(row[name] for name in CELL): (row["contract"], row["technology"], row["count"]) for row in grouped}
