"""A published report of each layout comes out of the ledger as it stands in `golden`, to the byte.

Nothing may make these files anew: a report was published with every layout that has one. Where they differ, the layout
took something from live code. PDF and workbook depend on the versions of their libraries, so their texts are compared.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from contracts.registration.models import RegistrationEvent
from contracts.reports import freezing
from contracts.reports.layouts import LAYOUTS
from contracts.reports.models import Report, ReportFile
from contracts.turnover import services
from contracts.turnover.models import TurnoverEntry
from tests.contracts.reports.frozen import cell_values
from tests.contracts.turnover.conftest import City
from tests.contracts.turnover.entries import Kind, amendment, first_event

GOLDEN = Path(__file__).parent / "golden"
FIRST_ENTRY = 1001
PUBLISHED_AT = datetime(2026, 1, 15, 2, tzinfo=UTC)
# By line of the ledger: day, contracts, contract and technology amount, and the facts that differ from the first's.
LINES: tuple[tuple[date, int, str, str, dict[str, str]], ...] = (
    (date(2024, 5, 6), 1, "83000000.00", "61000000.00", {}),
    (date(2024, 7, 1), 1, "0.01", "0.01", {"contract_type": "service"}),
    (date(2025, 1, 2), 1, "120000000.00", "83000000.00", {}),
    (date(2025, 2, 10), 1, "333333.33", "333333.33", {"technology_field": "03", "size_class": "small"}),
    (date(2025, 2, 11), 1, "333333.33", "333333.32", {"seller_kind": "", "plan_source": "national"}),
    (date(2025, 3, 3), 1, "1000000.00", "780000.00", {"contract_type": "service", "buyer_region": "360100"}),
    (date(2025, 3, 4), 1, "2000000.00", "1780000.00", {"contract_type": "service", "buyer_region": "360100"}),
    (date(2025, 3, 5), 1, "3000000.00", "2780000.00", {"contract_type": "service", "buyer_region": "350100"}),
    (date(2025, 6, 30), 1, "777777.77", "777777.77", {"contract_type": "license", "seller_region": ""}),
    (date(2025, 6, 30), 0, "-20000.01", "-20000.01", {"contract_type": "license", "seller_region": ""}),
    (date(2025, 9, 1), 1, "40.00", "30.00", {"seller_region": "360100", "ip_type": "software"}),
    (date(2025, 9, 2), 1, "41.00", "31.00", {"seller_region": "360100", "ip_type": "software"}),
    (date(2025, 9, 3), 1, "42.00", "32.00", {"seller_region": "360100", "ip_type": "software"}),
    (date(2025, 12, 31), -1, "-333333.33", "-333333.33", {"technology_field": "03", "size_class": "small"}),
)


def enter(event: RegistrationEvent) -> int:
    """The lines in the ledger, under ids of their own; the last one's."""
    events = []
    for day, contracts, contract, technology, codes in LINES:
        line = amendment(event, Decimal(contract), on=day, at=PUBLISHED_AT)
        line.kind, line.contracts, line.technology_amount = Kind.CORRECTED, contracts, Decimal(technology)
        for name, code in codes.items():
            setattr(line, name, code)
        events.append(line)
    RegistrationEvent.objects.bulk_create(events)
    TurnoverEntry.objects.bulk_create(
        TurnoverEntry(
            id=number, event=line, **{name: getattr(line, source) for name, source in services.TAKEN_OVER.items()}
        )
        for number, line in enumerate(events, start=FIRST_ENTRY)
    )
    return FIRST_ENTRY + len(events) - 1


@pytest.fixture(params=LAYOUTS)
def report(request: pytest.FixtureRequest, cast: Any, city: City) -> Report:
    """The yearly report of 2025 as it was published in a layout, with the names and the plan of that day."""
    told = city.records("1.00", at=PUBLISHED_AT, seller=cast.other_clerk)
    return Report.objects.create(
        kind=Report.Kind.YEARLY,
        first_on=date(2025, 1, 1),
        last_on=date(2025, 12, 31),
        region="360781",
        sides=["output", "absorption"],
        edition=2,
        layout=request.param,
        state=Report.State.PUBLISHED,
        note="=SUM(A1:A9)\n本年数据含更正。",
        submitted_by_id=cast.operator.user_id,
        approved_by_id=cast.leader.user_id,
        published_at=PUBLISHED_AT,
        up_to_entry=enter(first_event(told.registration)),
        basis=json.loads((GOLDEN / "basis.json").read_text(encoding="utf-8")),
        created_at=PUBLISHED_AT,
        updated_at=PUBLISHED_AT,
    )


@pytest.mark.parametrize("form", [ReportFile.Form.JSON, ReportFile.Form.CSV])
def test_a_report_is_recomputed_as_it_was_published(report, form):
    assert freezing.recompute(report)[form] == (GOLDEN / f"{report.layout}.{form}").read_bytes()


@pytest.mark.parametrize("number", LAYOUTS)
def test_a_reports_pdf_and_workbook_say_what_they_said_when_it_was_published(number):
    raw = (GOLDEN / f"{number}.json").read_bytes()
    content, digest = json.loads(raw), hashlib.sha256(raw).hexdigest()

    pdf = LAYOUTS[number].draw_pdf(content, digest=digest, at=PUBLISHED_AT)
    book = LAYOUTS[number].draw_workbook(content, at=PUBLISHED_AT)

    assert pdf_text(pdf) == (GOLDEN / f"{number}.pdf.txt").read_text(encoding="utf-8")
    sheets = json.loads((GOLDEN / f"{number}.xlsx.json").read_text(encoding="utf-8"))
    assert list(sheets) == ["总表", "本期与累计", "分项-输出", "分项-吸纳", "地区流向", "说明"]
    assert {name: cell_values(book, name) for name in sheets} == sheets


def test_every_layout_has_its_golden_files():
    assert {path.name.split(".")[0] for path in GOLDEN.iterdir()} == {"basis", *map(str, LAYOUTS)}


def pdf_text(raw: bytes) -> str:
    document = pypdfium2.PdfDocument(raw)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "\n") + "\n"
