"""Telling those who published a period that the registry moved it afterwards."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from contracts.registration.models import RegistrationEvent
from contracts.reports import queries
from contracts.reports.models import Report
from market.notices.services import lazy_text, notify


def tell_of_late_event(*, event_id: UUID, at: datetime) -> int:
    """Tell the people behind each published report whose period the event moves; how many reports those are.

    The reports stay as published; what came later stands beside them as adjustments.
    """
    event = RegistrationEvent.objects.select_related("registration").get(pk=event_id)
    reports = list(queries.published_before(event))
    for report in reports:
        _tell(report, event, at=at)
    return len(reports)


def _tell(report: Report, event: RegistrationEvent, *, at: datetime) -> None:
    words = {
        "first": report.first_on,
        "last": report.last_on,
        "kind": event.get_kind_display(),
        "no": event.registration.registration_no,
        "amount": event.contract_amount,
    }
    notify(
        user_ids=[person for person in (report.approved_by_id, report.submitted_by_id) if person is not None],
        kind="report",
        title=lazy_text(lambda: _("已发布报告期内有登记变动（%(first)s – %(last)s）") % words),
        body=lazy_text(lambda: _("登记编号 %(no)s：%(kind)s，成交额增减 %(amount)s 元；已列为调整") % words),
        url=f"/reports/{report.id}/",
        at=at,
    )
