"""A value of an indicator: one person enters it, another stands for it, and nothing is forgotten."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from contracts.monitoring import queries, services
from contracts.monitoring.models import IndicatorValue
from contracts.monitoring.problems import FedByLedger, OfficeUnfit, ValueAwaits, ValueUnfit, YearOutsidePlan
from contracts.turnover.models import PlanIndicator
from market.accounts.models import Organisation
from market.kernel import audit
from market.kernel.files import FileRefused
from market.kernel.models import AuditRow
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn, SecondPersonNeeded, Stale, WrongState
from market.notices.models import Notice
from tests.cast import MONDAY, MONDAY_ON

State = IndicatorValue.State
LATER = MONDAY + timedelta(days=30)


def shown(no: int = 3, year: int = 2021) -> Decimal | None:
    return queries.readings(year=year, today=MONDAY_ON)[no - 1].value


def test_a_value_counts_once_a_second_person_has_confirmed_it(office):
    row = office.enters("45")
    assert (row.state, shown()) == (State.ENTERED, None)

    office.confirms(row)

    assert shown() == Decimal(45)
    row.refresh_from_db()
    assert (row.state, row.entered_by_id, row.decided_by_id) == (
        State.CONFIRMED,
        office.clerk.user_id,
        office.second.user_id,
    )


def test_who_entered_a_value_does_not_confirm_it(office):
    row = office.enters("45")

    with pytest.raises(SecondPersonNeeded):
        services.confirm_value(actor=office.clerk, value_id=row.id, version=None, at=MONDAY)

    row.refresh_from_db()
    assert (row.state, shown()) == (State.ENTERED, None)


def test_the_database_too_wants_two_people(office):
    row = office.enters("45")

    with pytest.raises(IntegrityError, match="two_people_stand_for_a_value"), transaction.atomic():
        IndicatorValue.objects.filter(pk=row.pk).update(
            state="confirmed", decided_by=row.entered_by_id, decided_at=MONDAY
        )


def test_a_later_value_supersedes_and_the_history_stays(office):
    first = office.publishes("45")
    second = office.enters("46", at=LATER)
    assert shown() == Decimal(45)

    office.confirms(second, at=LATER)

    assert shown() == Decimal(46)
    first.refresh_from_db()
    assert (first.state, first.value, first.superseded_at) == (State.SUPERSEDED, Decimal(45), LATER)
    rows = queries.values_of(PlanIndicator.objects.get(no=3), actor=office.cast.nobody)
    assert [(row.revision, row.value, row.state) for row in rows] == [
        (2, Decimal(46), "confirmed"),
        (1, Decimal(45), "superseded"),
    ]


def test_every_step_leaves_its_audit_row(office):
    first = office.publishes("45")
    office.publishes("46", at=LATER)

    assert [row.action for row in audit.history(first)] == [
        "indicator_value.entered",
        "indicator_value.confirmed",
        "indicator_value.superseded",
    ]
    entered = audit.history(first)[0]
    assert (entered.changes["value"], entered.changes["year"]) == ("45", 2021)
    assert entered.changes["sha256"] == first.proof.sha256


def test_a_value_that_was_sent_back_never_counts_and_its_writer_is_told_why(office):
    row = office.enters("45")

    services.reject_value(actor=office.second, value_id=row.id, version=None, reason="与公告不符", at=MONDAY)

    row.refresh_from_db()
    assert (row.state, row.reason, shown()) == (State.REJECTED, "与公告不符", None)
    notice = Notice.objects.get(user=office.clerk.user_id)
    assert notice.title == "指标值被退回：累计高新技术企业（2021 年）"
    assert office.publishes("44").revision == 2


def test_one_may_take_ones_own_value_back(office):
    row = office.enters("45")

    services.reject_value(actor=office.clerk, value_id=row.id, version=None, reason="录错年份", at=MONDAY)

    assert IndicatorValue.objects.get().state == State.REJECTED
    assert Notice.objects.filter(user=office.clerk.user_id).exists() is False


def test_the_others_of_the_office_are_asked_to_check(office):
    office.enters("45")

    told = set(Notice.objects.values_list("user", flat=True))
    assert told == {office.second.user_id, office.cast.leader.user_id}
    assert Notice.objects.first().title == "请复核指标值：累计高新技术企业（2021 年）"


def test_the_turnover_cannot_be_typed(office):
    office.answers_for(7)

    with pytest.raises(FedByLedger):
        office.enters("8.0", no=7)

    assert IndicatorValue.objects.count() == 0


@pytest.mark.parametrize("name", ["operator", "auditor", "registrar", "university_clerk", "stranger"])
def test_only_the_responsible_office_enters(office, name):
    with pytest.raises(NotAllowed):
        office.enters("45", actor=getattr(office.cast, name))

    assert IndicatorValue.objects.count() == 0


def test_a_passer_by_is_asked_to_sign_in(office):
    with pytest.raises(NotSignedIn):
        office.enters("45", actor=office.cast.nobody)


def test_nobody_enters_where_no_office_answers(office):
    with pytest.raises(NotAllowed):
        office.enters("1.9", no=1)


@pytest.mark.parametrize("year", [2019, 2020, 2026, 2100])
def test_the_baseline_and_years_outside_the_plan_take_no_value(office, year):
    with pytest.raises(YearOutsidePlan):
        office.enters("45", year=year)


def test_a_year_that_has_not_begun_takes_no_value(office):
    with pytest.raises(YearOutsidePlan) as found:
        office.enters("45", year=2025, at=MONDAY - timedelta(days=800))

    assert found.value.data["errors"][0]["message"] == "年份应在 2021 至 2023 之间"


def test_enterprises_come_whole(office):
    with pytest.raises(ValueUnfit) as refused:
        office.enters("45.5")

    assert refused.value.data["errors"][0]["code"] == "value_not_whole"


def test_a_second_value_waits_until_the_first_is_decided(office):
    office.enters("45")

    with pytest.raises(ValueAwaits):
        office.enters("46")

    assert IndicatorValue.objects.count() == 1


def test_a_proof_that_is_no_document_is_refused_and_nothing_is_kept(office):
    rows = AuditRow.objects.count()

    with pytest.raises(FileRefused):
        office.enters("45", proof=ContentFile(b"MZ\x90\x00", "proof.pdf"))

    assert (IndicatorValue.objects.count(), AuditRow.objects.count()) == (0, rows)


def test_a_decided_value_is_not_decided_again(office):
    row = office.publishes("45")

    with pytest.raises(WrongState):
        services.confirm_value(actor=office.second, value_id=row.id, version=None, at=MONDAY)
    with pytest.raises(WrongState):
        services.reject_value(actor=office.second, value_id=row.id, version=None, reason="太迟", at=MONDAY)


def test_a_version_that_was_not_read_is_refused(office):
    row = office.enters("45")

    with pytest.raises(Stale):
        services.confirm_value(actor=office.second, value_id=row.id, version=9, at=MONDAY)


@pytest.mark.parametrize("name", ["other_clerk", "registrar", "stranger", "nobody"])
def test_a_value_that_waits_is_hidden_from_others(office, name):
    row = office.enters("45")

    with pytest.raises(NotFound):
        services.confirm_value(actor=getattr(office.cast, name), value_id=row.id, version=None, at=MONDAY)
    rows = queries.values_of(PlanIndicator.objects.get(no=3), actor=getattr(office.cast, name))
    assert list(rows) == []


def test_the_operator_assigns_and_nobody_else(office):
    for name in ("leader", "auditor", "university_clerk"):
        with pytest.raises(NotAllowed):
            services.assign_office(
                actor=getattr(office.cast, name),
                indicator_no=1,
                organisation_id=office.cast.government.id,
                due_days=90,
                at=MONDAY,
            )


def test_only_a_verified_government_office_can_answer(office):
    Organisation.objects.filter(pk=office.cast.government.pk).update(verified_at=None)

    for organisation in (office.cast.government, office.cast.university):
        with pytest.raises(OfficeUnfit):
            services.assign_office(
                actor=office.cast.operator, indicator_no=1, organisation_id=organisation.id, due_days=90, at=MONDAY
            )


def test_the_ledger_feeds_the_turnover_row(office, city):
    city.registers("120000000.00", seller=office.cast.other_clerk, at=MONDAY - timedelta(days=400))

    reading = queries.readings(year=2025, today=MONDAY_ON)[6]

    assert (reading.value, reading.is_fed_by_ledger, reading.status) == (Decimal("1.2"), True, "far_below")
    assert reading.missing_to_target == Decimal("6.8")


def test_a_year_of_which_the_ledger_knows_nothing_has_no_value(office):
    reading = queries.readings(year=2021, today=MONDAY_ON)[6]

    assert (reading.value, reading.status, reading.before) == (None, "no_value", Decimal("0.83"))
