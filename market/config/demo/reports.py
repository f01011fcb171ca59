"""The demonstration city's reports: made by the market's operator, approved by the department's leader."""

from datetime import timedelta

from contracts.reports import services
from contracts.reports.models import Report
from contracts.reports.rules import period_of
from market.config.demo.people import People
from market.kernel import clock, deliveries
from market.kernel.models import Delivery

# Each is published on the twentieth day after its period.
PUBLISHED = (("yearly", 2024, None), ("yearly", 2025, None), ("quarterly", 2026, 1))
DAYS_AFTER = 20
NOTE = "演示数据：合同、单位和金额均为虚构。"


def publish_reports(people: People) -> None:
    """Publish what is missing; the snapshot is the ledger as it stands, as for any report that is made late."""
    fill_ledger()
    maker, approver = people.actors["operator@example.com"], people.actors["leader@example.com"]
    for kind, year, number in PUBLISHED:
        period = period_of(kind, year=year, number=number)
        if Report.objects.filter(kind=kind, first_on=period.first).exists():
            continue
        at = clock.start_of_day(period.last + timedelta(days=DAYS_AFTER)) + timedelta(hours=10)
        report = services.draft_report(actor=maker, kind=kind, year=year, number=number, note=NOTE, at=at)
        services.submit_report(actor=maker, report_id=report.id, version=None, at=at)
        services.publish_report(actor=approver, report_id=report.id, version=None, at=at)


def fill_ledger() -> None:
    """Let the ledger have every registration event that is due, so that the load does not wait for other processes."""
    due = Delivery.objects.filter(consumer="turnover.ledger", dead_at__isnull=True).order_by("id")
    for delivery_id in due.values_list("id", flat=True):
        deliveries.deliver(delivery_id)
