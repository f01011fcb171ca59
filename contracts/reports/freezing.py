"""From a report and a snapshot to its bytes; and the same bytes again on any later day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from contracts.reports import reading
from contracts.reports.layouts import LAYOUTS, NEWEST, Layout
from contracts.reports.layouts.values import Heading, Reading
from contracts.reports.models import Report, ReportFile
from contracts.turnover import queries as turnover
from contracts.turnover.rules import Snapshot
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.reference import queries as reference

Form = ReportFile.Form
MEDIA_TYPES = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One form of a report as bytes, with the name it is downloaded under."""

    content: bytes
    name: str
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything that publishing keeps."""

    up_to_entry: int
    layout: int
    basis: dict[str, Any]
    documents: tuple[tuple[Form, Document], ...]


def freeze(report: Report, *, actor: Actor, up_to_entry: int, at: datetime) -> Frozen:
    """The report's bytes in every form under the snapshot, as `actor` publishes it at that time."""
    layout = LAYOUTS[NEWEST]
    found = reading.read(report, layout=layout, snapshot=Snapshot(up_to_entry=up_to_entry))
    basis = basis_of(report, found, layout=layout, approved_by=actor.organisation_name)
    content = layout.content(_heading(report, up_to_entry=up_to_entry, at=at), found, basis)
    as_json = layout.as_json(content)
    made = {
        Form.JSON: as_json,
        Form.CSV: layout.as_csv(content),
        Form.PDF: layout.draw_pdf(content, digest=hashlib.sha256(as_json).hexdigest(), at=at),
        Form.WORKBOOK: layout.draw_workbook(content, at=at),
    }
    documents = tuple(
        (form, Document(made[form], f"{content['title']}-v{report.edition}.{form.value}", MEDIA_TYPES[form]))
        for form in Form
    )
    return Frozen(up_to_entry, layout.NUMBER, basis, documents)


def recompute(report: Report, *, snapshot: Snapshot | None = None) -> dict[Form, bytes]:
    """A published report's JSON and CSV from the ledger as it stands, with the report's own snapshot, basis and layout.

    Another `snapshot` shows what the bytes would be without it.
    """
    if report.published_at is None:
        raise ValueError("only a published report can be recomputed")
    layout = LAYOUTS[report.layout]
    found = reading.read(
        report, layout=layout, snapshot=Snapshot(up_to_entry=report.up_to_entry) if snapshot is None else snapshot
    )
    heading = _heading(report, up_to_entry=report.up_to_entry, at=report.published_at)
    content = layout.content(heading, found, report.basis)
    return {Form.JSON: layout.as_json(content), Form.CSV: layout.as_csv(content)}


def preview(report: Report) -> dict[str, Any]:
    """What the report would say if it were published as the ledger stands now."""
    layout = LAYOUTS[NEWEST]
    found = reading.read(report, layout=layout, snapshot=Snapshot())
    basis = basis_of(report, found, layout=layout, approved_by="")
    return layout.content(_heading(report, up_to_entry=None, at=None), found, basis)


def basis_of(report: Report, found: Reading, *, layout: Layout, approved_by: str) -> dict[str, Any]:
    """What the content needs beside the ledger, as it is now: lists and the plan may be edited later."""
    made_by = "" if report.submitted_for is None else report.submitted_for.name
    return {
        "made_by": made_by,
        "approved_by": approved_by,
        "plan": _plan(report),
        "names": _names(report, reading.codes(found, layout=layout)),
    }


def _plan(report: Report) -> dict[str, Any] | None:
    """The city's path in yuan by year, and what its assessment counts; None in the report of another region."""
    plan = turnover.plan(report.last_on.year)
    if plan is None or report.region != settings.HOME_REGION:
        return None
    counts = turnover.counts_on(report.last_on)
    path = {str(year): str(yuan) for year, yuan in plan.path.items()}
    return {"path": path, "side": counts.side.value, "amount": counts.amount}


def _names(report: Report, codes: Mapping[str, set[str]]) -> dict[str, dict[str, str]]:
    """The Chinese names of the codes, whatever the publisher's own language."""
    wanted = {scheme: set(found) for scheme, found in codes.items()}
    wanted.setdefault("region", set()).add(report.region)
    with translation.override("zh-hans"):
        return {
            scheme: {code: str(reference.label(scheme, code, report.last_on)) for code in sorted(found) if code}
            for scheme, found in wanted.items()
        }


def _heading(report: Report, *, up_to_entry: int | None, at: datetime | None) -> Heading:
    return Heading(
        kind=report.kind,
        first_on=report.first_on,
        last_on=report.last_on,
        region=report.region,
        sides=report.sides,
        edition=report.edition,
        note=report.note,
        up_to_entry=up_to_entry,
        published_on=None if at is None else local_date(at),
    )
