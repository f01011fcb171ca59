"""Reports over the wire: who finds what, the files with their hash, and what came later."""

import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.reports.models import Report, ReportFile
from tests.contracts.registration.desk import amend
from tests.contracts.reports.conftest import APRIL, FEBRUARY, JUNE, MARCH, on
from tests.contracts.standing import run_consumers

FORMS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def published(city, cast, office) -> Report:
    city.registers("1000000.00", "800000.00", at=FEBRUARY, seller=cast.other_clerk)
    return office.publishes()


def test_a_report_is_made_submitted_and_published_over_the_wire(cast, api):
    maker, approver = api.as_(cast.operator), api.as_(cast.leader)

    made = maker.send("post", "/reports", {"kind": "quarterly", "year": 2025, "number": 4, "note": "按月核对"})
    path = made.headers["Location"].removeprefix("/api/v1")
    assert (made.status_code, made.json()["state"], made.json()["allowed"]) == (
        201,
        "draft",
        ["revise", "submit", "discard"],
    )
    revised = maker.send("put", path, {"sides": ["output"], "note": "已核对"}, version=1).json()
    assert (revised["sides"], revised["note"]) == (["output"], "已核对")
    assert maker.send("post", f"{path}/submit", version=2).json()["allowed"] == ["return"]
    assert approver.send("get", path).json()["allowed"] == ["publish", "return"]
    done = approver.send("post", f"{path}/publish", version=3).json()

    assert (done["state"], done["edition"], done["up_to_entry"], done["allowed"]) == ("published", 1, 0, [])
    assert (done["made_by"]["name"], done["approved_by"]["name"]) == ("示例市场运营公司", "示例科技局")
    assert [row["form"] for row in done["files"]] == ["json", "csv", "pdf", "xlsx"]


def test_an_approval_sent_again_with_its_key_is_answered_as_the_first(cast, api, office):
    report = office.submits()
    client, path = api.as_(cast.leader), f"/reports/{report.id}/publish"

    first = client.send("post", path, version=2, key="approval-1")
    again = client.send("post", path, version=2, key="approval-1")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert ReportFile.objects.count() == 4


@pytest.mark.parametrize("name", ["nobody", "stranger", "university_clerk", "registrar"])
def test_a_report_is_hidden_before_its_publication_and_public_after(cast, api, office, name):
    report = office.submits()
    client = api if name == "nobody" else api.as_(getattr(cast, name))
    places = [f"/reports/{report.id}{end}" for end in ("", "/content.json", "/restatement", "/adjustments")]

    assert {client.send("get", place).status_code for place in places} == {404}
    assert client.send("get", "/reports").json()["items"] == []
    assert client.get(reverse("reports:detail", args=[report.id])).status_code == 404

    office.approves(report)

    assert {client.send("get", place).status_code for place in places} == {200}
    assert [row["id"] for row in client.send("get", "/reports").json()["items"]] == [str(report.id)]


def test_the_office_is_told_that_a_draft_has_no_files_yet(cast, api, office):
    report = office.drafts()
    client = api.as_(cast.auditor)

    for end in ("/content.pdf", "/restatement", "/adjustments"):
        answer = client.send("get", f"/reports/{report.id}{end}")
        assert (answer.status_code, answer.json()["code"]) == (409, "report_not_published")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_served_with_its_hash_as_etag(api, published, form):
    path = f"/reports/{published.id}/content.{form}"

    answer = api.send("get", path)

    raw = body_of(answer)
    sha256 = hashlib.sha256(raw).hexdigest()
    assert answer.headers["ETag"] == f'"{sha256}"'
    assert answer.headers["Content-Type"] == FORMS[form]
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    listed = {row["form"]: row for row in api.send("get", f"/reports/{published.id}").json()["files"]}
    assert (listed[form]["sha256"], listed[form]["size_bytes"]) == (sha256, len(raw))
    assert listed[form]["url"] == f"/api/v1{path}"


@pytest.mark.parametrize("form", FORMS)
def test_who_has_the_bytes_is_not_sent_them_again(api, published, form):
    path = f"/api/v1/reports/{published.id}/content.{form}"
    etag = api.get(path).headers["ETag"]

    same = api.get(path, headers={"If-None-Match": etag})
    other = api.get(path, headers={"If-None-Match": '"0000"'})

    assert (same.status_code, body_of(same), same.headers["ETag"]) == (304, b"", etag)
    instead = api.get(path, headers={"If-Match": '"9999"'})
    assert (instead.status_code, instead.json()["code"]) == (412, "stale_version")
    assert other.status_code == 200


def test_a_form_that_does_not_exist_is_refused(api, published):
    assert api.send("get", f"/reports/{published.id}/content.docx").status_code == 422
    assert api.get(f"/reports/{published.id}/content.docx").status_code == 404


def test_the_lists_filters_choose(api, cast, office):
    office.publishes("monthly", 1)
    office.publishes("monthly", 2)
    office.publishes("yearly", None, year=2025)
    office.publishes("monthly", 1, region="360700")

    def found(query: str) -> list[str]:
        return [row["first_on"] for row in api.send("get", f"/reports?{query}").json()["items"]]

    assert found("kind=monthly&region=360781") == ["2026-02-01", "2026-01-01"]
    assert found("year=2025") == ["2025-01-01"]
    assert found("region=360700") == ["2026-01-01"]
    assert found("state=draft") == []
    assert found("kind=yearly&year=2026") == []


@pytest.mark.parametrize("place", ["/api/v1/reports", "/reports/"])
def test_a_longer_list_takes_no_more_queries(api, office, place):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(place).status_code == 200
        return len(queries)

    office.publishes("monthly", 1)
    count()
    short = count()
    for month in (2, 3):
        office.publishes("monthly", month)
    office.publishes("monthly", 1, at=JUNE)

    assert count() == short


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "monthly", "year": 2099, "number": 1}, 409, "period_not_over"),
        ({"kind": "monthly", "year": 2025}, 422, "period_invalid"),
        ({"kind": "yearly", "year": 2025, "number": 1}, 422, "period_invalid"),
        ({"kind": "quarterly", "year": 2025, "number": 5}, 422, "period_invalid"),
        ({"kind": "weekly", "year": 2025, "number": 1}, 422, "invalid_input"),
        ({"kind": "monthly", "year": 1900, "number": 1}, 422, "invalid_input"),
        ({"kind": "monthly", "year": 2025, "number": 1, "region": "瑞金"}, 422, "invalid_input"),
        ({"kind": "monthly", "year": 2025, "number": 1, "region": "999999"}, 422, "invalid_input"),
        ({"kind": "monthly", "year": 2025, "number": 1, "sides": ["both"]}, 422, "invalid_input"),
    ],
)
def test_a_period_that_cannot_be_reported_is_refused_by_name(api, cast, body, status, code):
    answer = api.as_(cast.operator).send("post", "/reports", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Report.objects.count() == 0


def test_a_second_draft_is_refused_and_names_the_first(api, cast, office):
    report = office.drafts()

    answer = api.as_(cast.leader).send("post", "/reports", {"kind": "quarterly", "year": 2026, "number": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "report_already_drafted")
    assert answer.json()["report_id"] == str(report.id)


def test_the_maker_is_refused_as_approver_by_name(api, cast, office):
    report = office.submits()

    answer = api.as_(cast.operator).send("post", f"/reports/{report.id}/publish", version=2)

    assert (answer.status_code, answer.json()["code"]) == (409, "second_person_needed")


# What came later


@pytest.fixture
def adjusted(city, cast, office) -> Report:
    told = city.registers("1000000.00", "800000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()
    amend(told, "1200000.00", "900000.00", on=on(MARCH), at=JUNE)
    run_consumers("turnover.ledger")
    return report


def test_the_restatement_says_published_later_and_now(api, adjusted):
    found = api.send("get", f"/reports/{adjusted.id}/restatement").json()

    output = next(row for row in found["sides"] if row["side"] == "output")
    change = {"contract_amount": "200000.00", "technology_amount": "100000.00", "contracts": 0}
    assert output == {
        "side": "output",
        "published": {"contract_amount": "1000000.00", "technology_amount": "800000.00", "contracts": 1},
        "changes": [{"kind": "amended", "entries": 1, "sums": change}],
        "now": {"contract_amount": "1200000.00", "technology_amount": "900000.00", "contracts": 1},
    }


@pytest.mark.parametrize(("name", "reason"), [("auditor", "合同金额变更"), ("leader", "合同金额变更"), ("nobody", "")])
def test_the_reason_of_an_adjustment_is_for_those_who_see_its_contract(api, cast, adjusted, name, reason):
    client = api if name == "nobody" else api.as_(getattr(cast, name))

    items = client.send("get", f"/reports/{adjusted.id}/adjustments").json()["items"]

    assert [(row["kind"], row["contract_amount"], row["sides"], row["reason"]) for row in items] == [
        ("amended", "200000.00", ["output", "absorption", "intra"], reason)
    ]


def test_the_file_stays_when_the_figure_moves(api, adjusted):
    found = json.loads(body_of(api.send("get", f"/reports/{adjusted.id}/content.json")))

    assert found["figure"]["output"]["contract_amount"] == "1000000.00"
    assert api.send("get", "/turnover?year=2026").json()["contract_amount"] == "1200000.00"


def test_the_time_of_publication_is_kept_to_the_instant(published):
    published.refresh_from_db()

    assert published.published_at == APRIL
