"""登记编号: sixteen digits from the national system, typed in, never made up (worked example 28)."""

from datetime import date

import pytest

from contracts.registration.models import Registration
from contracts.registration.problems import NumberInvalid, NumberTaken
from contracts.registration.rules import number_warnings
from tests import story
from tests.cast import MONDAY_ON
from tests.contracts.registration.desk import register, revoke
from tests.contracts.standing import refused

YEAR, REGION = "登记编号中的年份与登记日期不一致", "登记编号中的地区与登记机构所在地区不一致"


@pytest.mark.parametrize(
    "typed",
    ["2026360701000123", "2026 3607 01 000123", " 2026360701000123\n", "２０２６３６０７０１０００１２３"],
)
def test_sixteen_digits_are_kept_without_their_spaces(accepted, typed):
    row = register(accepted, no=typed)

    row.refresh_from_db()
    assert (row.registration_no, row.state) == ("2026360701000123", Registration.State.REGISTERED)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "202636070100012",
        "20263607010001234",
        "98360701000123",  # fourteen digits were given until the number grew; nothing new gets one
        "2026360701O00123",
        "2026-3607-01-000123x",
        "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦",
        "DJ2026-000001",
    ],
)
def test_anything_but_sixteen_digits_is_refused_and_nothing_is_registered(accepted, typed):
    with refused(NumberInvalid):
        register(accepted, no=typed)


def test_a_number_is_given_once(registered, cast):
    other = story.apply(story.signed(cast, title="另一项技术开发"))

    with refused(NumberTaken):
        register(other, no="2026360701000001")

    assert register(other, no="2026360701000002").registration_no == "2026360701000002"


def test_a_number_stays_taken_after_its_registration_was_revoked(registered, cast):
    revoke(registered, on=MONDAY_ON)
    other = story.apply(story.signed(cast, title="另一项技术开发"))

    with refused(NumberTaken):
        register(other, no="2026360701000001")


@pytest.mark.parametrize(
    ("no", "warnings"),
    [
        ("2026360701000123", []),
        ("2025360701000123", [YEAR]),
        ("2026360701000000", ["登记编号中的序号为零"]),
        ("2026350201000123", [REGION]),
        ("2025350201000123", [YEAR, REGION]),
    ],
)
def test_what_looks_odd_is_a_warning(no, warnings):
    assert number_warnings(no, registered_on=date(2026, 3, 2), office_region="360781") == warnings


def test_an_odd_number_is_asked_about_and_once_confirmed_taken_all_the_same(accepted, cast, api):
    body = {
        "registration_no": "2025350201000123",
        "registered_on": "2026-03-02",
        "contract_amount": "1000000.00",
        "technology_amount": "780000.00",
    }
    row = accepted.registration

    asked = api.as_(cast.registrar).send("post", f"/registrations/{row.id}/register", body, version=row.version)
    body["confirmed"] = [question["code"] for question in asked.json()["questions"][:1]]
    answer = api.as_(cast.registrar).send("post", f"/registrations/{row.id}/register", body, version=row.version)

    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")

    assert (answer.status_code, answer.json()["state"]) == (200, "registered")
    assert answer.json()["warnings"] == [YEAR, REGION]
