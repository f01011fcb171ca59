"""`/api/v1/monitoring`: what everyone reads, and the office's two steps over the wire."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.monitoring.models import IndicatorValue
from tests.story import SCAN

PATH = "/monitoring/indicators"


def form(**values):
    scan = SimpleUploadedFile("notice.pdf", SCAN, "application/pdf")
    return {"year": 2021, "value": "45", "source_text": "备案公告", "proof": scan} | values


def enter(client, no=3, **values):
    return client.post(f"/api/v1{PATH}/{no}/values", form(**values))


def test_everyone_reads_the_eight_rows_as_the_plan_printed_them(office, api):
    body = api.send("get", f"{PATH}?year=2025").json()

    assert (body["year"], len(body["items"])) == (2025, 8)
    last = body["items"][7]
    assert (last["name"], last["baseline"], last["target"]) == ("省级以上创新平台载体", "17", "新增4-6")
    assert last["target_span"] == {"low": "21", "high": "23"}
    assert last["office"] == {"id": str(office.cast.government.id), "name": "示例科技局"}
    assert (last["reading"]["status"], last["reading"]["planned"]) == ("no_value", {"low": "21", "high": "23"})
    assert [item["is_fed_by_ledger"] for item in body["items"]] == [False] * 6 + [True, False]


def test_a_value_goes_its_way_over_the_wire(office, api):
    clerk, second = api.as_(office.clerk), api.as_(office.second)
    answer = enter(clerk)
    assert (answer.status_code, answer.json()["state"], answer["ETag"]) == (201, "entered", '"1"')
    made = answer.json()
    assert (made["value"], made["revision"], made["allowed"]) == ("45", 1, ["reject"])

    refused = clerk.send("post", f"/monitoring/values/{made['id']}/confirm", version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person_needed")
    confirmed = second.send("post", f"/monitoring/values/{made['id']}/confirm", version=1)

    assert (confirmed.status_code, confirmed.json()["state"], confirmed["ETag"]) == (200, "confirmed", '"2"')
    reading = api.send("get", f"{PATH}?year=2021").json()["items"][2]["reading"]
    assert (reading["value"], reading["status"], reading["missing_to_target"]) == ("45", "on_path", "55")


def test_the_page_of_one_indicator_tells_its_years_and_its_history(office, api):
    office.publishes("40")
    office.publishes("44")
    office.enters("50", year=2022)

    body = api.send("get", f"{PATH}/3").json()

    assert [(row["year"], row["value"], row["status"]) for row in body["years"]] == [
        (2021, "44", "on_path"),
        (2022, None, "no_value"),
        (2023, None, "no_value"),
        (2024, None, "no_value"),
        (2025, None, "no_value"),
    ]
    assert [(row["revision"], row["value"], row["state"]) for row in body["values"]] == [
        (2, "44", "confirmed"),
        (1, "40", "superseded"),
    ]
    seen = api.as_(office.second).send("get", f"{PATH}/3").json()["values"]
    assert (seen[0]["value"], seen[0]["state"], seen[0]["allowed"]) == ("50", "entered", ["confirm", "reject"])


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"year": 2020}, 422, "year_outside_plan"),
        ({"year": 2031}, 422, "year_outside_plan"),
        ({"value": "45.5"}, 422, "value_unfit"),
        ({"value": "-1"}, 422, "invalid_input"),
        ({"value": "NaN"}, 422, "invalid_input"),
        ({"value": "1e30"}, 422, "invalid_input"),
        ({"value": "0.00001"}, 422, "invalid_input"),
        ({"source_text": ""}, 422, "invalid_input"),
        ({"source_text": "长" * 301}, 422, "invalid_input"),
        ({"source_text": "\x00"}, 422, "invalid_input"),
        ({"proof": SimpleUploadedFile("a.pdf", b"no document")}, 422, "file_refused"),
        ({"proof": ""}, 422, "invalid_input"),
    ],
)
def test_what_is_wrong_with_a_value_is_named_and_nothing_is_kept(office, api, values, status, code):
    answer = enter(api.as_(office.clerk), **values)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert IndicatorValue.objects.count() == 0


@pytest.mark.parametrize("no", [0, 9, 99999, 99999999999999999999])
def test_a_row_that_the_plan_does_not_have_is_not_found(office, api, no):
    assert api.send("get", f"{PATH}/{no}").status_code == 404
    assert enter(api.as_(office.clerk), no).status_code == 404


@pytest.mark.parametrize("year", ["1984", "2101", "x", ""])
def test_a_year_that_is_none_is_refused(db, api, year):
    assert api.send("get", f"{PATH}?year={year}").json()["code"] == "invalid_input"


def test_a_year_outside_the_plan_promises_nothing(office, api):
    items = api.send("get", f"{PATH}?year=2030").json()["items"]

    assert {(item["reading"]["status"], item["reading"]["planned"]) for item in items} == {("no_value", None)}


def test_the_turnovers_row_says_why_it_cannot_be_typed(office, api):
    office.answers_for(7)

    answer = enter(api.as_(office.clerk), 7)

    assert (answer.status_code, answer.json()["code"]) == (409, "fed_by_ledger")


def test_the_operator_assigns_an_office(office, api):
    body = {"organisation_id": str(office.cast.government.id), "due_days": 60}

    answer = api.as_(office.cast.operator).send("put", f"{PATH}/1/office", body)

    assert (answer.status_code, answer.json()["office"]["name"]) == (200, "示例科技局")
    assert office.enters("2.02", no=1).value == Decimal("2.02")
    elsewhere = body | {"organisation_id": str(office.cast.university.id)}
    refused = api.as_(office.cast.operator).send("put", f"{PATH}/1/office", elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (422, "office_unfit")
