"""The reports of the city, and the office's desk for making them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.registration.facts import Dimension
from contracts.reports import policy, queries, services
from contracts.reports.download import download
from contracts.reports.forms import DraftForm
from contracts.reports.models import Report, ReportFile
from contracts.reports.revisions import Revision
from contracts.turnover import labels
from contracts.turnover.models import Assessment
from contracts.turnover.rules import Side
from market.kernel import clock
from market.kernel.policy import refusal
from market.kernel.problems import NotFound
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import Button, Refused, attempt, buttons, take

DIMENSION_LABELS = {
    Dimension.CONTRACT_TYPE: _("按合同类型"),
    Dimension.TECHNOLOGY_FIELD: _("按技术领域"),
    Dimension.SELLER_KIND: _("按卖方性质"),
    Dimension.BUYER_KIND: _("按买方性质"),
    Dimension.IP_TYPE: _("按知识产权类型"),
    Dimension.PLAN_SOURCE: _("按计划来源"),
    Dimension.SIZE_CLASS: _("按买方规模"),
    Dimension.MONTH: _("按月份（本年累计）"),
}


@require_safe
def report_list(request: PageRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in Report.Kind.values else ""
    year = request.GET.get("year", "")
    years = queries.years(actor=request.actor)
    chosen_year = next((found for found in years if str(found) == year), None)
    rows = queries.reports(actor=request.actor, kind=kind, year=chosen_year).order_by("-last_on", "-id")
    context: dict[str, Any] = {
        "page": paginate(request, rows),
        "kind": kind,
        "kinds": Report.Kind.choices,
        "year": chosen_year,
        "years": years,
        "may_draft": policy.is_office(request.actor),
    }
    return render_page(request, "reports/list.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_report(request: PageRequest) -> HttpResponse:
    if not policy.is_office(request.actor):
        raise refusal(request.actor)
    form = DraftForm(request.POST) if request.method == "POST" else DraftForm.of_last_month()
    if row := attempt(form, partial(services.draft_report, actor=request.actor, at=clock.now())):
        return redirect("reports:detail", row.id)
    response = render_page(request, "reports/new.html", form=form)
    if form.errors:
        response.status_code = 409
    return response


@require_safe
def report_detail(request: PageRequest, report_id: UUID) -> HttpResponse:
    return _detail(request, report_id)


@require_safe
def content(request: PageRequest, report_id: UUID, form: str) -> HttpResponseBase:
    """The published report as a file."""
    row = policy.reports.fetch(actor=request.actor, pk=report_id)
    if form not in ReportFile.Form.values:
        raise NotFound
    return download(request, queries.file_of(row, form))


@require_POST
def step(request: PageRequest, report_id: UUID, verb: str) -> HttpResponse:
    return take(
        request,
        policy.reports,
        report_id,
        verb,
        draw=partial(_detail, request, report_id),
        done=lambda _row: redirect("reports:list") if verb == "discard" else redirect("reports:detail", report_id),
    )


def _detail(request: PageRequest, report_id: UUID, refused: Refused | None = None) -> HttpResponse:
    policy.reports.fetch(actor=request.actor, pk=report_id)
    row = queries.reports(actor=request.actor).get(pk=report_id)
    found = queries.content(row)
    is_published = row.state == Report.State.PUBLISHED
    revision = None if is_published else queries.revision(row, found)
    context: dict[str, Any] = {
        "row": row,
        "content": found,
        "spans": [
            (_("本期"), [(labels.SIDES[side], found["figure"][side.value]) for side in labels.SIDES]),
            (
                _("本年累计"),
                [(labels.SIDES[side], found["cumulative"][side.value]) for side in labels.SIDES],
            ),
        ],
        "tables": [
            (DIMENSION_LABELS[Dimension(table["dimension"])], labels.SIDES[table["side"]], table["rows"])
            for table in found["tables"]
        ],
        "counted": _counted(found["cumulative"]["plan"]),
        **_revised(revision),
        "is_published": is_published,
        "files": sorted(row.files.all(), key=lambda kept: ReportFile.Form.values.index(kept.form)),
        "editions": queries.editions(row, actor=request.actor),
        "restatement": queries.restatement(row) if is_published else [],
        "steps": [_warned(each, revision) for each in buttons(policy.reports, request.actor, row, refused=refused)],
        "awaits_another": row.state == Report.State.SUBMITTED
        and policy.approves(request.actor, row)
        and "publish" not in policy.reports.allowed(request.actor, row),
    }
    if is_published:
        context["page"] = page = paginate(request, queries.adjustments(row).order_by("id"))
        opened = queries.opened_by(request.actor, list(page.items))
        context["adjustments"] = [
            (entry, queries.side_labels(entry, row.region), opened.get(entry.id)) for entry in page.items
        ]
    return render_page(request, "reports/detail.html", **context)


def _revised(revision: Revision | None) -> dict[str, Any]:
    """What the next edition changes of the published one, with words for the tables."""
    if revision is None:
        return {}
    sides = [(labels.SIDES[side.side], side) for side in revision.sides]
    tables = [(DIMENSION_LABELS[Dimension(by)], labels.SIDES[Side(side)]) for by, side in revision.tables]
    return {"revision": revision, "revised_sides": sides, "revised_tables": tables}


def _warned(button: Button, revision: Revision | None) -> Button:
    """Before an edition that differs is published, the question names the published one and what differs from it."""
    if button.code != "publish" or revision is None or revision.is_empty:
        return button
    names = [labels.SIDES[side.side] for side in revision.sides] or [_("分项")]
    words = {"edition": revision.edition, "names": " · ".join(map(str, names)), "question": button.asks}
    question = _("本版将取代已发布的第 %(edition)s 版，数字有差异：%(names)s，见本页上方。%(question)s")
    return replace(button, asks=question % words)


def _counted(plan: Mapping[str, Any] | None) -> str:
    """What the city's assessment counts, in the reader's words."""
    if plan is None:
        return ""
    return f"{labels.SIDES[plan['side']]} · {Assessment.CountedAmount(plan['amount']).label}"
