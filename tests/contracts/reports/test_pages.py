"""The reports' pages: read by everyone, worked on by the office."""

import re

import pytest
from django.urls import reverse

from contracts.reports.models import Report
from tests.contracts.registration.desk import amend
from tests.contracts.reports.conftest import FEBRUARY, JUNE, MARCH, on
from tests.contracts.standing import run_consumers
from tests.contracts.turnover.test_pages import links, text


def detail(report: Report) -> str:
    return reverse("reports:detail", args=[report.id])


def press(client, report: Report, verb: str, **form):
    return client.post(reverse("reports:step", args=[report.id, verb]), {"version": report.version} | form)


def buttons(answer) -> list[str]:
    return re.findall(r'id="step-(\w+)"', answer.content.decode())


def test_the_list_leads_to_the_report_and_the_report_to_its_files(city, cast, office, api):
    city.registers("1234567.89", "1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()

    assert detail(report) in links(api.get(reverse("reports:list")))
    page = api.get(detail(report))
    assert "瑞金市2026年第1季度技术合同统计季报" in text(page)
    assert "1,234,567.89" in text(page)
    assert links(page) >= {
        reverse("reports:content", args=[report.id, form]) for form in ("json", "csv", "pdf", "xlsx")
    }
    assert api.get(reverse("reports:content", args=[report.id, "pdf"])).headers["Content-Type"] == "application/pdf"


def test_the_office_makes_a_report_by_its_form_and_a_second_person_publishes_it(cast, api):
    maker, approver = api.as_(cast.operator), api.as_(cast.leader)

    form = {"kind": "yearly", "year": 2025, "number": "", "sides": ["output"], "note": "按月核对"}
    made = maker.post(reverse("reports:new"), form)
    report = Report.objects.get()
    assert made.headers["Location"] == detail(report)
    assert buttons(maker.get(detail(report))) == ["revise", "submit", "discard"]
    assert press(maker, report, "submit").status_code == 302
    report.refresh_from_db()

    waiting = maker.get(detail(report))
    assert (buttons(waiting), "须由另一人审核发布" in text(waiting)) == (["return"], True)
    assert buttons(approver.get(detail(report))) == ["publish", "return"]
    assert press(approver, report, "publish").status_code == 302
    report.refresh_from_db()
    assert (report.state, report.sides, report.note) == ("published", ["output"], "按月核对")
    assert buttons(approver.get(detail(report))) == []


def test_the_form_begins_with_the_month_before(cast, api):
    form = api.as_(cast.operator).get(reverse("reports:new")).context["form"]

    assert form.initial["kind"] == "monthly"
    assert 1 <= form.initial["number"] <= 12


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "monthly", "year": 2025, "number": ""}, "月报的月份为 1 至 12"),
        ({"kind": "monthly", "year": 2099, "number": 1}, "报告期至 2099-01-31 结束"),
        ({"kind": "monthly", "year": "", "number": 1}, "这个字段是必填项"),
    ],
)
def test_a_refusal_is_told_beside_the_form(cast, api, form, words):
    answer = api.as_(cast.operator).post(reverse("reports:new"), form)

    assert (answer.status_code, words in text(answer)) == (409, True)
    assert Report.objects.count() == 0


def test_a_refused_step_is_told_beside_its_button_and_moves_nothing(cast, api, office):
    report = office.submits()

    answer = press(api.as_(cast.operator), report, "publish")

    assert (answer.status_code, "须由另一人办理" in text(answer)) == (409, True)
    report.refresh_from_db()
    assert report.state == "submitted"


def test_a_draft_is_discarded_by_a_button_and_a_published_report_has_none(cast, api, office):
    draft, published = office.drafts(number=1), office.publishes("yearly", None, year=2025)
    operator = api.as_(cast.operator)
    assert "discard" in buttons(operator.get(detail(draft)))
    assert "discard" not in buttons(operator.get(detail(published)))

    answer = press(operator, draft, "discard")

    assert (answer.status_code, answer["Location"]) == (302, reverse("reports:list"))
    assert operator.get(detail(draft)).status_code == 404
    assert press(operator, published, "discard").status_code == 409
    assert list(Report.objects.all()) == [published]


def test_a_returned_report_says_why_to_its_makers(cast, api, office):
    report = office.submits()

    press(api.as_(cast.leader), report, "return", reason="三月漏计")

    assert "三月漏计" in text(api.as_(cast.operator).get(detail(report)))


def test_a_draft_is_shown_as_the_ledger_stands_and_says_so(city, cast, office, api):
    report = office.drafts()
    city.registers("1234567.89", at=FEBRUARY, seller=cast.other_clerk)

    page = text(api.as_(cast.leader).get(detail(report)))

    assert "预览" in page
    assert "1,234,567.89" in page


@pytest.mark.parametrize("name", ["nobody", "auditor"])
def test_the_restatement_stands_on_the_page_and_a_line_opens_for_whom_it_may(city, cast, office, api, name):
    told = city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()
    amend(told, "1200000.00", "1200000.00", on=on(MARCH), at=JUNE)
    run_consumers("turnover.ledger")
    entry = told.registration.events.get(kind="amended").entry
    client = api if name == "nobody" else api.as_(cast.auditor)

    page = client.get(detail(report))

    assert "+200,000.00" in text(page)
    assert "1,200,000.00" in text(page)
    opens = reverse("turnover:entry", args=[entry.id]) in links(page)
    assert (opens, "合同金额变更" in text(page)) == ((False, False) if name == "nobody" else (True, True))


def test_a_superseded_report_leads_to_the_newer_one_and_back(cast, office, api):
    first, second = office.publishes(), office.publishes(at=JUNE)

    assert detail(second) in links(api.get(detail(first)))
    assert detail(first) in links(api.get(detail(second)))
    assert "该期报告已有新版" in text(api.get(detail(first)))
    assert "已有新版" in text(api.get(reverse("reports:list")))


@pytest.mark.parametrize("query", ["?year=0000&kind=weekly", "?year=99999999999999999999", "?page=x"])
def test_a_filter_that_means_nothing_chooses_nothing(db, api, query):
    assert api.get(reverse("reports:list") + query).status_code == 200
