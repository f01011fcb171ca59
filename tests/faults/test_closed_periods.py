"""Fault 21: what was published of a closed period comes out again to the byte, whatever the ledger learns later."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice

import pytest
from django.db import connection

from contracts.registration.models import RegistrationEvent
from contracts.reports import checks, freezing
from contracts.reports.models import Report, ReportFile
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Snapshot
from tests.cast import Cast
from tests.contracts.reports.conftest import FEBRUARY, Office
from tests.contracts.turnover import entries
from tests.contracts.turnover.conftest import City
from tests.together import at_once

SEED = 20261127
WRITERS = 8
YEARS = range(2018, 2026)
REGIONS = ("360781", "360700", "360000", "360100", "350100", "440300", "360702", "320500")
AT = datetime(2026, 4, 8, 2, tzinfo=UTC)
FACTS = {
    "seller_region": ("360781", "360702", "360100", "350100", "440300", "320500"),
    "buyer_region": ("360781", "360781", "360702", "360100", "440300"),
    "contract_type": ("development", "assignment", "license", "consulting", "service"),
    "technology_field": ("01", "03", "04", "05", "09"),
    "seller_kind": ("021", "022", "150", "160"),
    "buyer_kind": ("150", "160", "170"),
    "ip_type": ("know_how", "invention_patent", "none"),
    "plan_source": ("outside", "national", "provincial"),
    "size_class": ("", "large", "small"),
}


def edits(of: RegistrationEvent, number: int, *, seed: int) -> list[RegistrationEvent]:
    """Changes of every kind of fact, spread over every year: what a ledger may learn later."""
    draw = random.Random(seed)  # noqa: S311
    first, days = date(YEARS[0], 1, 1), (date(YEARS[-1], 12, 31) - date(YEARS[0], 1, 1)).days
    found = []
    for _ in range(number):
        amount = Decimal(draw.randrange(-10_000_000_00, 90_000_000_00)) / 100
        event = entries.amendment(of, amount, on=first + timedelta(days=draw.randint(0, days)), at=AT)
        event.technology_amount = (amount * draw.randint(0, 100) / 100).quantize(Decimal("0.01"))
        event.kind = draw.choice([RegistrationEvent.Kind.AMENDED, RegistrationEvent.Kind.CORRECTED])
        event.contracts = draw.choice([-1, 0, 1]) if event.kind == RegistrationEvent.Kind.CORRECTED else 0
        for name, codes in FACTS.items():
            setattr(event, name, draw.choice(codes))
        found.append(event)
    return found


def periods() -> Iterator[tuple[str, int, int | None, str]]:
    """More than a thousand: every month, quarter and year of eight years in eight regions, mixed."""
    every = [
        (kind, year, number, region)
        for region in REGIONS
        for year in YEARS
        for kind, numbers in (("yearly", [None]), ("quarterly", range(1, 5)), ("monthly", range(1, 13)))
        for number in numbers
    ]
    random.Random(SEED).shuffle(every)  # noqa: S311
    return iter(every)


def learn(of: RegistrationEvent, number: int, *, seed: int) -> float:
    """Eight writers at once bring the edits into the ledger; the seconds it took."""
    began = time.perf_counter()
    works = [partial(entries.enter_many, edits(of, number // WRITERS, seed=seed + writer)) for writer in range(WRITERS)]
    connection.close()  # the pool has eight
    assert at_once(works) == [None] * WRITERS
    return time.perf_counter() - began


def publish(office: Office, number: int, *, skipped: int) -> list[Report]:
    return [
        office.publishes(kind, part, year=year, region=region, note=f"{SEED}")
        for kind, year, part, region in islice(periods(), skipped, skipped + number)
    ]


def closed_periods(cast: Cast, *, reports: int, before: int, after: int, skipped: int = 0) -> None:
    told = City(cast).registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    event, office = entries.first_event(told.registration), Office(cast)
    learn(event, before, seed=SEED)
    began = time.perf_counter()
    published = publish(office, reports, skipped=skipped)
    publishing = time.perf_counter() - began
    hashes = dict(ReportFile.objects.filter(form="json").values_list("report_id", "sha256"))
    assert len(hashes) == reports

    learning = learn(event, after, seed=SEED + 1000)

    began = time.perf_counter()
    differing = [report for report in published if checks.differences(report)]
    checking = time.perf_counter() - began
    sample = published[:50]  # each is read twice
    without = [
        report
        for report in sample
        if freezing.recompute(report, snapshot=Snapshot())[ReportFile.Form.JSON]
        != freezing.recompute(report)[ReportFile.Form.JSON]
    ]
    print(  # noqa: T201
        f"\nseed {SEED}: {reports} reports published in {publishing:.0f} s, {after} edits in {learning:.0f} s, "
        f"{len(differing)} of {reports} differ after {checking:.1f} s; without the cut {len(without)} of {len(sample)}"
    )
    assert TurnoverEntry.objects.count() == 1 + before // WRITERS * WRITERS + after // WRITERS * WRITERS
    assert differing == []
    assert len(without) == len(sample)


def test_published_reports_are_recomputed_to_the_byte_after_later_edits(committed_cast):
    closed_periods(committed_cast, reports=10, before=400, after=4000)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(4))
def test_a_thousand_published_reports_are_recomputed_to_the_byte_after_100_000_later_edits(committed_cast, part):
    """In four parts of 250, each with a ledger of its own and 100,000 edits after its last report."""
    closed_periods(committed_cast, reports=250, before=20_000, after=100_000, skipped=250 * part)
