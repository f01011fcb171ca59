"""The registry's clock runs on when next year's holidays are not published yet."""

from datetime import UTC, date, datetime

import pytest

from contracts.registration import services
from contracts.registration.models import Registration
from market.kernel import audit
from market.notices.models import Notice
from market.reference import calendar_years
from tests import story
from tests.cast import MONDAY
from tests.contracts.registration.desk import apply_for, submit
from tests.running import run_workers

FRIDAY = datetime(2026, 12, 11, 1, 0, tzinfo=UTC)  # 09:00 in Ruijin
NEXT_YEAR = {
    "year": 2027,
    "holidays": "元旦 2027-01-01 2027-01-05",
    "workdays": "2027-01-09",
    "source": "例示，尚无公布",
}


def accept(cast, at=FRIDAY) -> Registration:
    told = story.signed(cast)
    row = submit(apply_for(told, cast.university_clerk, at=at), cast.university_clerk, at=at)
    return services.accept_registration(actor=cast.registrar, registration_id=row.id, version=None, at=at)


def test_an_application_is_accepted_though_next_years_holidays_are_not_known(cast, api):
    row = accept(cast)

    answer = api.as_(cast.university_clerk).send("get", f"/registrations/{row.id}").json()
    page = api.as_(cast.university_clerk).get(f"/registrations/{row.id}/").content.decode()
    assert (row.due_on, row.due_is_provisional) == (date(2027, 1, 4), True)
    assert (answer["due_on"], answer["due_is_provisional"]) == ("2027-01-04", True)
    assert "（暂定：该年度放假安排尚未公布）" in page


@pytest.mark.parametrize("at", [datetime(2026, 12, 20, 4, tzinfo=UTC), datetime(2027, 2, 10, 4, tzinfo=UTC)])
def test_it_is_accepted_on_any_later_day(cast, at):
    row = accept(cast, at)

    assert row.state == Registration.State.ACCEPTED
    assert row.due_is_provisional


def test_the_term_is_counted_anew_when_the_arrangement_is_entered_and_the_applicant_is_told(cast):
    row = accept(cast)

    calendar_years.enter_year(actor=cast.operator, at=MONDAY, **NEXT_YEAR)
    run_workers()

    row.refresh_from_db()
    assert (row.due_on, row.due_is_provisional) == (date(2027, 1, 6), False)
    assert audit.history(row).last().action == "registration.term_recounted"
    assert Notice.objects.filter(title__contains="2027-01-06").exists()


def test_a_term_that_was_decided_stays_as_it_was(cast):
    row = accept(cast)
    services.refuse_registration(
        actor=cast.registrar, registration_id=row.id, version=None, grounds=["other"], remark="", at=FRIDAY
    )

    calendar_years.enter_year(actor=cast.operator, at=MONDAY, **NEXT_YEAR)
    run_workers()

    row.refresh_from_db()
    assert (row.due_on, row.due_is_provisional) == (date(2027, 1, 4), True)
