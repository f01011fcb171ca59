"""A missed path and an overdue value are told once, to those who can do something about it."""

from datetime import UTC, datetime, timedelta

from contracts.monitoring import services
from contracts.monitoring.models import Miss
from contracts.monitoring.tasks import warn_of_misses
from market.notices.models import Notice
from tests.cast import MONDAY

# 2026-03-02 is within 90 days after 2025; the office was asked on that day, so no earlier year is overdue.
APRIL = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)


def told(actor) -> list[str]:
    rows = Notice.objects.filter(user=actor.user_id, title__startswith="规划指标预警").order_by("created_at", "id")
    return [row.body for row in rows]


def test_a_missed_path_is_told_to_the_office_and_the_leader_once(office):
    office.publishes("40", year=2021)  # the path asks for 42.1…

    first = services.warn_of_misses(at=MONDAY)
    again = services.warn_of_misses(at=MONDAY + timedelta(days=1))

    assert [(miss.indicator.no, miss.year, miss.kind) for miss in first] == [(3, 2021, "below_path")]
    assert again == []
    sentence = "累计高新技术企业：2021 年 40 家，规划路径 42.1874 家"
    assert told(office.clerk) == told(office.second) == told(office.cast.leader) == [sentence]


def test_a_value_on_the_path_warns_nobody(office):
    office.publishes("43", year=2021)

    assert services.warn_of_misses(at=MONDAY) == []
    assert told(office.cast.leader) == []


def test_a_value_that_waits_warns_nobody(office):
    office.enters("1", year=2021)

    assert services.warn_of_misses(at=MONDAY) == []


def test_a_value_is_overdue_the_day_after_it_was_due(office):
    assert services.warn_of_misses(at=APRIL - timedelta(days=1)) == []  # 31 March, the last day in time

    found = services.warn_of_misses(at=APRIL)

    assert [(miss.indicator.no, miss.year, miss.kind) for miss in found] == [(3, 2025, "overdue"), (8, 2025, "overdue")]
    assert told(office.cast.leader) == [
        "累计高新技术企业：2025 年数值逾期未报，应于 2026-03-31 前报送\n"
        "省级以上创新平台载体：2025 年数值逾期未报，应于 2026-03-31 前报送"
    ]


def test_a_value_that_was_reported_in_time_and_waits_is_not_overdue(office):
    office.enters("45", year=2025)  # of indicator 3

    found = services.warn_of_misses(at=APRIL)

    assert [(miss.indicator.no, miss.year, miss.kind) for miss in found] == [(8, 2025, "overdue")]


def test_an_office_is_not_late_with_what_was_due_before_it_was_asked(office):
    services.warn_of_misses(at=APRIL)

    assert set(Miss.objects.values_list("year", flat=True)) == {2025}


def test_an_office_that_is_assigned_again_as_it_was_stays_late(office):
    office.answers_for(3, at=APRIL)

    assert 3 in [miss.indicator.no for miss in services.warn_of_misses(at=APRIL)]


def test_a_running_year_is_not_missed_yet(office):
    before = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
    office.publishes("40", year=2025, at=before)

    assert services.warn_of_misses(at=before) == []
    assert [miss.year for miss in services.warn_of_misses(at=MONDAY)] == [2025]


def test_the_turnovers_miss_comes_from_the_ledger(office, city):
    city.registers("120000000.00", seller=office.cast.other_clerk, at=MONDAY - timedelta(days=400))

    services.warn_of_misses(at=MONDAY)

    assert told(office.cast.leader) == ["技术合同成交金额：2025 年 1.2 亿元，规划路径 8 亿元"]
    assert told(office.clerk) == []  # nobody answers for it here


def test_the_morning_job_warns(office):
    office.publishes("40", year=2021)

    warn_of_misses()

    assert Miss.objects.filter(indicator__no=3, year=2021, kind="below_path").exists()
