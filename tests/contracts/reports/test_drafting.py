"""Making a report: which periods, by whom, once each, and the way to the second person and back."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from contracts.reports import services, tasks
from contracts.reports.models import Report
from contracts.reports.problems import AlreadyDrafted, PeriodInvalid, PeriodNotOver
from market.kernel.audit import AuditRow
from market.kernel.problems import InvalidInput, NotAllowed, NotSignedIn, SecondPersonNeeded, Stale, WrongState
from market.notices.models import Notice
from tests.contracts.reports.conftest import APRIL
from tests.contracts.standing import actions, refused

State = Report.State


@pytest.mark.parametrize(
    ("kind", "year", "number", "first", "last"),
    [
        ("monthly", 2026, 3, "2026-03-01", "2026-03-31"),
        ("monthly", 2024, 2, "2024-02-01", "2024-02-29"),
        ("quarterly", 2025, 4, "2025-10-01", "2025-12-31"),
        ("yearly", 2025, None, "2025-01-01", "2025-12-31"),
    ],
)
def test_a_draft_is_of_a_whole_month_quarter_or_year(office, kind, year, number, first, last):
    report = office.drafts(kind, number, year=year)

    assert (report.first_on.isoformat(), report.last_on.isoformat()) == (first, last)
    assert (report.state, report.edition, report.region) == (State.DRAFT, 1, "360781")
    assert report.sides == ["output", "absorption"]
    assert actions(report) == ["report.drafted"]


@pytest.mark.parametrize(
    ("kind", "number"),
    [("monthly", 13), ("monthly", 0), ("monthly", None), ("quarterly", 5), ("quarterly", None), ("yearly", 1)],
)
def test_a_period_that_does_not_exist_is_refused(office, kind, number):
    with refused(PeriodInvalid):
        office.drafts(kind, number, year=2025)


@pytest.mark.parametrize(
    ("at", "is_over"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), False),  # 23:59:59 of the last day in Ruijin
        (datetime(2026, 3, 31, 16, 0, tzinfo=UTC), True),
    ],
)
def test_a_month_is_over_at_midnight_in_ruijin(office, at, is_over):
    if is_over:
        assert office.drafts("monthly", 3, at=at).state == State.DRAFT
    else:
        with refused(PeriodNotOver) as found:
            office.drafts("monthly", 3, at=at)
        assert found.value.data == {"last_on": date(2026, 3, 31)}
        assert "2026-03-31" in str(found.value.detail)


def test_a_clock_that_was_set_back_publishes_no_report_of_a_period_that_is_not_over(office):
    report = office.submits("monthly", 3)

    with refused(PeriodNotOver):
        office.approves(report, at=datetime(2026, 3, 20, tzinfo=UTC))


def test_a_second_draft_of_the_period_and_edition_is_refused_and_names_the_first(office):
    first = office.drafts()

    with refused(AlreadyDrafted) as found:
        office.drafts()

    assert found.value.data == {"report_id": first.id}


def test_the_database_holds_one_report_to_an_edition(office):
    first = office.drafts()

    with pytest.raises(IntegrityError, match="one_report_per_edition"), transaction.atomic():
        Report.objects.create(
            kind=first.kind,
            first_on=first.first_on,
            last_on=first.last_on,
            region=first.region,
            sides=["output"],
            edition=1,
            layout=1,
            created_at=APRIL,
            updated_at=APRIL,
        )


def test_a_region_that_no_list_has_is_refused(office):
    with refused(InvalidInput):
        office.drafts(region="999999")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("auditor", NotAllowed), ("registrar", NotAllowed), ("university_clerk", NotAllowed), ("nobody", NotSignedIn)],
)
def test_only_the_office_drafts(office, cast, name, problem):
    with refused(problem):
        office.drafts(actor=getattr(cast, name))


def test_a_revised_draft_has_the_new_words_and_sides(office, cast):
    report = office.drafts()

    services.revise_report(
        actor=cast.leader, report_id=report.id, version=1, sides=["intra", "output"], note="按月核对", at=APRIL
    )

    report.refresh_from_db()
    assert (report.sides, report.note, report.version) == (["output", "intra"], "按月核对", 2)
    assert actions(report) == ["report.drafted", "report.revised"]


def test_the_approvers_are_told_of_a_submitted_report_and_the_maker_is_not(office, cast):
    report = office.submits()

    told = Notice.objects.filter(kind="report")
    assert list(told.values_list("user_id", "url")) == [(cast.leader.user_id, f"/reports/{report.id}/")]
    assert told.get().title == "统计报告待您审核"


def test_a_returned_report_says_why_and_goes_the_same_way_again(office, cast):
    report = office.submits()

    services.return_report(actor=cast.leader, report_id=report.id, version=2, reason="三月漏计", at=APRIL)

    report.refresh_from_db()
    assert (report.state, report.return_reason) == (State.RETURNED, "三月漏计")
    assert Notice.objects.filter(user=cast.operator.user_id, title="统计报告被退回").count() == 1
    services.submit_report(actor=cast.operator, report_id=report.id, version=3, at=APRIL)
    report.refresh_from_db()
    assert (report.state, report.return_reason) == (State.SUBMITTED, "")
    assert actions(report) == ["report.drafted", "report.submitted", "report.returned", "report.submitted"]


def test_a_discarded_draft_frees_its_period_and_leaves_its_trace(office, cast):
    report = office.drafts()

    services.discard_report(actor=cast.leader, report_id=report.id, version=1, at=APRIL)

    row = AuditRow.objects.get(action="report.discarded")
    assert (row.subject_id, row.changes["first_on"], row.changes["edition"]) == (str(report.id), "2026-01-01", 1)
    assert office.drafts().edition == 1
    with refused(Stale):
        services.discard_report(actor=cast.operator, report_id=Report.objects.get().id, version=2, at=APRIL)


MOVES = {
    "revise": lambda cast, report: services.revise_report(
        actor=cast.operator, report_id=report.id, version=None, sides=[], note="", at=APRIL
    ),
    "discard": lambda cast, report: services.discard_report(
        actor=cast.operator, report_id=report.id, version=None, at=APRIL
    ),
    "submit": lambda cast, report: services.submit_report(
        actor=cast.operator, report_id=report.id, version=None, at=APRIL
    ),
    "publish": lambda cast, report: services.publish_report(
        actor=cast.leader, report_id=report.id, version=None, at=APRIL
    ),
    "return": lambda cast, report: services.return_report(
        actor=cast.leader, report_id=report.id, version=None, reason="重算", at=APRIL
    ),
}
ALLOWED = {
    "draft": {"revise", "submit", "discard"},
    "submitted": {"publish", "return"},
    "returned": {"revise", "submit", "discard"},
    "published": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("verb", MOVES)
def test_every_verb_in_every_state(office, cast, state, verb):
    report = office.drafts() if state == "draft" else office.submits()
    if state == "returned":
        MOVES["return"](cast, report)
    elif state == "published":
        MOVES["publish"](cast, report)

    if verb in ALLOWED[state]:
        moved = MOVES[verb](cast, report)
        if verb == "discard":
            assert not Report.objects.filter(pk=report.pk).exists()
        else:
            assert moved.version == Report.objects.get(pk=report.pk).version
    else:
        with refused(WrongState) as found:
            MOVES[verb](cast, report)
        assert found.value.data == {"state": state}


def test_a_report_that_was_changed_meanwhile_is_not_published(office, cast):
    report = office.submits()

    with refused(Stale):
        services.publish_report(actor=cast.leader, report_id=report.id, version=1, at=APRIL)


# Four eyes


@pytest.mark.parametrize("name", ["operator", "leader"])
def test_who_made_or_submitted_a_report_does_not_approve_it(office, cast, name):
    """The leader drafted it, the operator submitted it: neither is the second person."""
    report = office.submits(actor=cast.leader)

    with refused(SecondPersonNeeded):
        office.approves(report, actor=getattr(cast, name))


def test_the_database_refuses_a_report_approved_by_its_submitter(office, cast):
    report = office.submits()

    with pytest.raises(IntegrityError, match="report_needs_two_people"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(approved_by=cast.operator.user_id)


def test_the_database_refuses_a_report_approved_by_its_maker(office, cast):
    report = office.submits(actor=cast.leader)

    with pytest.raises(IntegrityError, match="report_needs_two_people"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(approved_by=cast.leader.user_id)


def test_the_database_refuses_a_published_report_without_its_cut_and_people(office):
    report = office.submits()

    with pytest.raises(IntegrityError, match="published_report_is_complete"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(state="published")


# The schedule


def test_last_months_draft_is_made_once_and_the_office_is_told(cast):
    at = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)

    made = services.draft_last_month(at=at)
    again = services.draft_last_month(at=datetime(2026, 1, 6, 0, 0, tzinfo=UTC))

    report = Report.objects.get()
    assert (made.id, again) == (report.id, None)
    assert (report.kind, report.first_on, report.last_on) == ("monthly", date(2025, 12, 1), date(2025, 12, 31))
    assert (report.state, report.made_by) == (State.DRAFT, None)
    people = set(Notice.objects.filter(kind="report").values_list("user_id", flat=True))
    assert people == {cast.operator.user_id, cast.leader.user_id}
    assert AuditRow.objects.filter(action="report.drafted").count() == 1


def test_the_schedule_passes_over_a_month_whose_report_is_published(office):
    office.publishes("monthly", 3)

    assert services.draft_last_month(at=APRIL) is None
    assert Report.objects.count() == 1


def test_the_task_makes_the_draft_of_the_month_before_today(cast, settings):
    tasks.draft_last_month()
    tasks.draft_last_month(surprise="of a later release")

    report = Report.objects.get()
    assert report.kind == "monthly"
    assert "draft-last-month" in settings.CELERY_BEAT_SCHEDULE
    assert settings.CELERY_BEAT_SCHEDULE["draft-last-month"]["task"] == tasks.draft_last_month.name
