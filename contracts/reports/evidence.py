"""What reports have published, for the auditor's bundle: every figure and every line of their tables, as frozen.

The kept JSON is read, not the ledger: what the verifier recomputes is what readers were told.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import structlog

from contracts.registration.facts import Dimension
from contracts.reports import queries, rules
from contracts.reports.layouts import LAYOUTS
from contracts.reports.models import Report, ReportFile
from contracts.turnover.evidence import PublishedFigure
from contracts.turnover.rules import Period, Side, Snapshot, Sums

log = structlog.get_logger(__name__)


def published_figures() -> Iterator[PublishedFigure]:
    """Report by report; one whose file is gone has none here, and `check_reports` names it."""
    kept = ReportFile.objects.filter(form=ReportFile.Form.JSON, report__state=Report.State.PUBLISHED)
    for row in kept.select_related("report", "file").order_by("report__published_at", "report_id").iterator():
        try:
            content = json.loads(queries.bytes_of(row))
        except FileNotFoundError:
            log.error("report_file_missing", report=str(row.report_id), sha256=row.sha256)
            continue
        yield from figures_of(row.report, content)


def figures_of(report: Report, content: Mapping[str, Any]) -> Iterator[PublishedFigure]:
    """The figures of a report's content, which has the form of the first layout in every one.

    A line of several parts together has no code to sum the ledger by; the total that it belongs to is a figure.
    """
    name = f"{content['title']} v{report.edition}"
    snapshot, together = Snapshot(up_to_entry=report.up_to_entry), LAYOUTS[report.layout].TOGETHER
    for part, period in (("figure", report.period), ("cumulative", rules.year_to_date(report.period))):
        for side in Side:
            sums = Sums.from_dict(content[part][side])
            yield PublishedFigure(f"{name} {part} {side}", period, side, report.region, sums, snapshot)
    for table in content["tables"]:
        dimension, side = Dimension(table["dimension"]), Side(table["side"])
        for row in table["rows"]:
            if row["code"] == together:
                continue
            line = f"{name} {dimension} {side} {row['code']}"
            whole = PublishedFigure(line, report.period, side, report.region, Sums.from_dict(row), snapshot)
            if dimension == Dimension.MONTH:
                yield replace(whole, period=Period.month(report.last_on.year, int(row["code"])))
            else:
                yield replace(whole, where={dimension.value: row["code"]})
    for flow in content["flows"]:
        if flow["seller_region"] == together:
            continue
        where = {"seller_region": flow["seller_region"], "buyer_region": flow["buyer_region"]}
        line = f"{name} flow {where['seller_region']} {where['buyer_region']}"
        yield PublishedFigure(
            line, report.period, Side.OUTPUT, where["seller_region"], Sums.from_dict(flow), snapshot, where
        )
