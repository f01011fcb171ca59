"""The calendar as data: loaded by a command, and entered by an operator the day the State Council publishes."""

from io import StringIO

import pytest
from django.core.management import call_command

from market.kernel import audit
from market.kernel.actor import SYSTEM
from market.kernel.problems import NotAllowed
from market.reference import calendar_years, files
from market.reference.models import CalendarYear
from market.reference.problems import ArrangementInvalid
from tests.cast import MONDAY

YEAR = {"year": 2027, "holidays": "元旦 2027-01-01 2027-01-03", "workdays": "2027-01-09", "source": "例示，尚无公布"}


def test_the_data_files_fill_the_calendar_and_a_second_load_changes_nothing(db):
    assert CalendarYear.objects.filter(year=2026).get().source.startswith("国办发明电〔2025〕7号")
    assert calendar_years.load_years(actor=SYSTEM, years=files.read_years(), at=MONDAY) == 0


def test_an_operator_enters_a_year_and_no_later_load_undoes_it(cast):
    row = calendar_years.enter_year(actor=cast.operator, at=MONDAY, **YEAR)
    calendar_years.enter_year(
        actor=cast.operator,
        at=MONDAY,
        **(YEAR | {"year": 2026, "holidays": "元旦 2026-01-01 2026-01-02", "workdays": ""}),
    )
    call_command("load_reference", stdout=StringIO())

    assert calendar_years.working_calendar().knows(2027)
    assert CalendarYear.objects.get(year=2026).holidays == "元旦 2026-01-01 2026-01-02"
    assert [entry.actor_user_id for entry in audit.history(row)] == [cast.operator.user_id]


def test_nobody_else_enters_one(cast):
    for actor in (cast.registrar, cast.leader, cast.university_clerk, cast.nobody):
        with pytest.raises(NotAllowed):
            calendar_years.enter_year(actor=actor, at=MONDAY, **YEAR)


def test_a_faulty_arrangement_is_refused_and_nothing_is_kept(cast):
    with pytest.raises(ArrangementInvalid):
        calendar_years.enter_year(actor=cast.operator, at=MONDAY, **(YEAR | {"workdays": "2027-01-04"}))

    assert not CalendarYear.objects.filter(year=2027).exists()


def test_the_operator_enters_it_on_the_page_and_is_told_what_is_wrong(cast, api):
    client = api.as_(cast.operator)

    refused = client.post("/calendar/year", YEAR | {"workdays": "2027-01-04"})
    kept = client.post("/calendar/year", YEAR)
    page = client.get("/calendar/?year=2027").content.decode()

    assert (refused.status_code, kept.status_code) == (422, 302)
    assert "上班日应是该年度放假日之外的周六或周日（2027-01-04）" in refused.content.decode()
    assert page.count("元旦 2027-01-01 2027-01-03") == 2  # in the form and in the table
    assert "录入年度安排" not in api.get("/calendar/").content.decode()
