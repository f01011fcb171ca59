"""`/api/v1/reports`: published reports for everyone, and the office's work on the next ones."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from ninja import Router, Status
from pydantic import Field

from contracts.reports import lifecycle, policy, problems, queries, services
from contracts.reports.download import download
from contracts.reports.freezing import MEDIA_TYPES
from contracts.reports.models import Report, ReportFile
from contracts.reports.schemas import (
    AdjustmentPage,
    ReportDraftIn,
    ReportOut,
    ReportPage,
    RestatementOut,
    ReviseIn,
    RevisionOut,
)
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR
from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, file_answer, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import NotFound, Stale
from market.kernel.verb_endpoints import add_verbs

router = Router(tags=["reports"])

Year = Annotated[int | None, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Year that the period ends in")]
Region = Annotated[str, Field(pattern=r"^(\d{6})?$", description="GB/T 2260; default: every region")]


@router.get("", response={200: ReportPage, **answers(InvalidCursor)})
def list_reports(
    request: ApiRequest,
    kind: Report.Kind | None = None,
    year: Year = None,
    region: Region = "",
    state: Report.State | None = None,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    """Reports the reader may see, those of the newest periods first."""
    rows = queries.reports(actor=request.actor, kind=kind or "", year=year, region=region, state=state or "")
    page = cursor_page(rows, name="reports", order=("-last_on", "-id"), cursor=cursor, limit=limit)
    return {"items": [serialize_report(row, request.actor) for row in page.items], "next": page.next}


@router.post("", response={201: ReportOut, **answers(problems.AlreadyDrafted, problems.PeriodNotOver)})
def draft(request: ApiRequest, response: HttpResponse, payload: ReportDraftIn) -> Status[dict[str, Any]]:
    """Begin the next edition of a period's report."""
    row = services.draft_report(actor=request.actor, at=clock.now(), **payload.model_dump())
    response["Location"] = f"/api/v1/reports/{row.id}"
    return Status(201, _answer(request, response, row.id))


@router.get("/{uuid:report_id}", response={200: ReportOut, **answers()})
def get_report(request: ApiRequest, response: HttpResponse, report_id: UUID) -> dict[str, Any]:
    """One report: its period, state and files."""
    return _answer(request, response, report_id)


@router.put("/{uuid:report_id}", response={200: ReportOut, **answers(*CHANGING)})
def revise(request: ApiRequest, response: HttpResponse, report_id: UUID, payload: ReviseIn) -> dict[str, Any]:
    """Change the words of a draft, and which sides have tables."""
    row = services.revise_report(
        actor=request.actor,
        report_id=report_id,
        version=if_match(request),
        at=clock.now(),
        **payload.model_dump(),
    )
    return _answer(request, response, row.id)


@router.delete("/{uuid:report_id}", response={204: None, **answers(*CHANGING)})
def discard(request: ApiRequest, report_id: UUID) -> Status[None]:
    """Take away a draft, or a report that was sent back; what is published stays."""
    services.discard_report(actor=request.actor, report_id=report_id, version=if_match(request), at=clock.now())
    return Status(204, None)


@router.get(
    "/{uuid:report_id}/content.{form}",
    response={200: file_answer(*MEDIA_TYPES.values()), 304: None, **answers(problems.NotPublished, Stale)},
    url_name="report_content",
)
def get_content(request: ApiRequest, report_id: UUID, form: ReportFile.Form) -> HttpResponseBase:
    """The published report as JSON, CSV, PDF or workbook; the ETag is the SHA-256 of the bytes."""
    row = policy.reports.fetch(actor=request.actor, pk=report_id)
    return download(request, queries.file_of(row, form))


@router.get("/{uuid:report_id}/restatement", response={200: RestatementOut, **answers(problems.NotPublished)})
def get_restatement(request: ApiRequest, report_id: UUID) -> dict[str, Any]:
    """As published, what came later by kind, and as known now."""
    row = queries.published(actor=request.actor, report_id=report_id)
    sides = [
        {
            "side": found.side,
            "published": found.published.as_dict(),
            "changes": [
                {"kind": change.kind, "entries": change.entries, "sums": change.sums.as_dict()}
                for change in found.changes
            ],
            "now": found.now.as_dict(),
        }
        for found in queries.restatement(row)
    ]
    return {"report_id": row.id, "sides": sides}


@router.get("/{uuid:report_id}/revision", response={200: RevisionOut, **answers()})
def get_revision(request: ApiRequest, report_id: UUID) -> dict[str, Any]:
    """What the report says, or would say if it were published now, otherwise than the edition published before it."""
    row = policy.reports.fetch(actor=request.actor, pk=report_id)
    found = queries.revision(row, queries.content(row))
    return {
        "report_id": row.id,
        "edition": found and found.edition,
        "sides": [
            {"side": side.side, "published": side.published.as_dict(), "now": side.now.as_dict()}
            for side in (found.sides if found else ())
        ],
        "tables": [{"dimension": by, "side": side} for by, side in (found.tables if found else ())],
    }


@router.get(
    "/{uuid:report_id}/adjustments", response={200: AdjustmentPage, **answers(InvalidCursor, problems.NotPublished)}
)
def list_adjustments(request: ApiRequest, report_id: UUID, cursor: Cursor = "", limit: Limit = 20) -> dict[str, Any]:
    """The ledger's entries of the period that came after the report's snapshot, in the order of coming."""
    row = queries.published(actor=request.actor, report_id=report_id)
    page = cursor_page(
        queries.adjustments(row), name=f"adjustments:{row.id}", order=("id",), cursor=cursor, limit=limit
    )
    opened = queries.opened_by(request.actor, list(page.items))
    return {"items": [_adjustment(entry, opened, row) for entry in page.items], "next": page.next}


def _adjustment(entry: TurnoverEntry, opened: dict[int, TurnoverEntry], report: Report) -> dict[str, Any]:
    return {
        "entry_id": entry.id,
        "kind": entry.kind,
        "effective_on": entry.effective_on,
        "known_at": entry.known_at,
        "contract_amount": str(entry.contract_amount),
        "technology_amount": str(entry.technology_amount),
        "contracts": entry.contracts,
        "sides": queries.sides_of(entry, report.region),
        "reason": opened[entry.id].event.reason if entry.id in opened else "",
    }


def _answer(request: ApiRequest, response: HttpResponse, report_id: UUID) -> dict[str, Any]:
    row = queries.reports(actor=request.actor).filter(pk=report_id).first()
    if row is None:
        raise NotFound
    tag(response, row)
    return serialize_report(row, request.actor)


def serialize_report(row: Any, actor: Actor) -> dict[str, Any]:
    """A row of `queries.reports` as the wire has it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "region": row.region,
        "sides": row.sides,
        "edition": row.edition,
        "superseded_by": row.superseded_by,
        "state": row.state,
        "note": row.note,
        "return_reason": row.return_reason,
        "made_by": row.submitted_for and {"id": row.submitted_for.id, "name": row.submitted_for.name},
        "approved_by": row.approved_for and {"id": row.approved_for.id, "name": row.approved_for.name},
        "published_at": row.published_at,
        "up_to_entry": row.up_to_entry,
        "files": [
            {
                "form": kept.form,
                "sha256": kept.sha256,
                "size_bytes": kept.file.size_bytes,
                "url": reverse("api:report_content", args=[row.id, kept.form]),
            }
            for kept in sorted(row.files.all(), key=lambda kept: list(ReportFile.Form).index(kept.form))
        ],
        "version": row.version,
        "allowed": policy.reports.allowed(actor, row),
    }


add_verbs(router, lifecycle.REPORTS, out=ReportOut, answer=_answer)
