"""What the office does: draft, revise, submit, return, publish."""

from contracts.reports.services.drafting import (
    discard_report,
    draft_last_month,
    draft_report,
    return_report,
    revise_report,
    submit_report,
)
from contracts.reports.services.late import tell_of_late_event
from contracts.reports.services.publication import publish_report

__all__ = [
    "discard_report",
    "draft_last_month",
    "draft_report",
    "publish_report",
    "return_report",
    "revise_report",
    "submit_report",
    "tell_of_late_event",
]
