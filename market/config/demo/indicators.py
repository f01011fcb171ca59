"""The plan's indicators in the demonstration city: invented values, entered by the office, confirmed by its leader."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from contracts.monitoring import services
from contracts.monitoring.models import IndicatorValue
from market.config.demo.city import at, sealed_scan
from market.config.demo.people import FOUNDED, People, read
from market.notices.services import read_all

WARNED_ON = date(2026, 4, 1)


@transaction.atomic
def load_indicators(people: People) -> None:
    """Who answers for each indicator, and its values; what is there already is passed over."""
    for row in read("indicators"):
        services.assign_office(
            actor=people.actors["operator@example.com"],
            indicator_no=row["no"],
            organisation_id=people.organisations["bureau"].id,
            due_days=90,
            at=FOUNDED,
        )
        for year, value in row["values"].items():
            if year != row.get("awaits"):
                _value(people, row["no"], int(year), value, is_confirmed=True)
    # What has been answered is no news; what waits is.
    read_all(actor=people.actors["leader@example.com"], at=at(WARNED_ON))
    for row in read("indicators"):
        if year := row.get("awaits"):
            _value(people, row["no"], int(year), row["values"][year], is_confirmed=False)
    services.warn_of_misses(at=at(WARNED_ON))


def _value(people: People, no: int, year: int, value: str, *, is_confirmed: bool) -> None:
    if IndicatorValue.objects.filter(indicator__no=no, year=year).exists():
        return
    words: dict[str, Any] = {"source_text": f"{year} 年统计公报（演示）", "value": Decimal(value)}
    row = services.enter_value(
        actor=people.actors["office@example.com"],
        indicator_no=no,
        year=year,
        proof=ContentFile(sealed_scan(f"{year}-{no}", "bulletin"), f"bulletin-{year}-{no}.png"),
        at=at(date(year + 1, 2, 20)),
        **words,
    )
    if is_confirmed:
        services.confirm_value(
            actor=people.actors["leader@example.com"], value_id=row.id, version=None, at=at(date(year + 1, 2, 25))
        )
