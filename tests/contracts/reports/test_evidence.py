"""What a report published goes into the auditor's bundle, and the verifier finds what was not so."""

import json

import pytest

from contracts.reports.models import ReportFile
from tests import database
from tests.contracts.audit.bundles import KEY, export, verify
from tests.contracts.registration.desk import amend
from tests.contracts.reports.conftest import APRIL, FEBRUARY, JUNE, MARCH, Office, on
from tests.contracts.reports.frozen import content_of
from tests.contracts.turnover.conftest import City
from tests.scans import path_of


@pytest.fixture
def report(committed_cast, settings):
    """A quarter with three contracts, published; one of them was amended afterwards."""
    settings.AUDIT_KEY = KEY
    return database.committed("reported", lambda: tell(committed_cast))


def tell(cast):
    city = City(cast)
    city.registers("1000000.00", "780000.00", at=FEBRUARY, seller=cast.other_clerk)
    city.registers("100000.00", at=FEBRUARY, seller=cast.other_clerk)
    later = city.registers("250000.00", at=MARCH, seller=cast.other_clerk)
    found = Office(cast).publishes(at=APRIL)
    amend(later, "400000.00", "400000.00", on=on(MARCH), at=JUNE)
    return found


def test_every_figure_of_a_published_report_is_recomputed_under_its_own_cut(report, tmp_path):
    verdict = verify(export(tmp_path / "evidence.jsonl"))

    content = content_of(report)
    lines = 6 + sum(len(table["rows"]) for table in content["tables"]) + len(content["flows"])
    assert verdict.findings == []
    assert f"{lines + 3} figures" in verdict.output


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (lambda content: content["figure"]["output"], "2026年第1季度技术合同统计季报 v1 figure output"),
        (lambda content: content["tables"][0]["rows"][0], "2026年第1季度技术合同统计季报 v1 contract_type output"),
        (lambda content: content["flows"][0], "2026年第1季度技术合同统计季报 v1 flow"),
    ],
)
def test_a_kept_report_that_was_altered_is_named_with_the_figure(report, tmp_path, part, name):
    kept = ReportFile.objects.select_related("file").get(report=report, form="json")
    content = content_of(report)
    part(content)["contract_amount"] = "9999999.99"
    path_of(kept.sha256).write_text(json.dumps(content), encoding="utf-8")

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.code == 1
    (found,) = verdict.findings
    assert (found["code"], found["field"]) == ("figure", "contract_amount")
    assert name in found["row"]
