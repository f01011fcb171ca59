"""Two people at the same moment: one value, one decision, one warning."""

from datetime import timedelta

import pytest

from contracts.monitoring import services
from contracts.monitoring.models import IndicatorValue, Miss
from contracts.monitoring.problems import ValueAwaits
from market.kernel.actor import Role
from market.kernel.problems import WrongState
from tests.cast import MONDAY, member
from tests.contracts.monitoring.conftest import Office
from tests.together import at_once_up_to


@pytest.fixture
def busy(committed_cast) -> Office:
    of = committed_cast.government
    office = Office(committed_cast, member(of, "planner", Role.CLERK), member(of, "planner-2", Role.MANAGER))
    office.answers_for(3)
    return office


def test_of_two_values_entered_at_once_one_waits_and_the_other_is_refused(busy):
    answers = at_once_up_to(
        "monitoring_indicatorvalue",
        [lambda: busy.enters("45"), lambda: busy.enters("46", actor=busy.second)],
    )

    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [ValueAwaits]
    assert [(row.revision, row.state) for row in IndicatorValue.objects.all()] == [(1, "entered")]


def test_a_value_confirmed_and_sent_back_at_once_has_one_decision(busy):
    row = busy.enters("45")
    reject = {"actor": busy.cast.leader, "value_id": row.id, "version": None, "reason": "与公告不符", "at": MONDAY}

    answers = at_once_up_to(
        "monitoring_indicatorvalue", [lambda: busy.confirms(row), lambda: services.reject_value(**reject)]
    )

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [WrongState]
    assert IndicatorValue.objects.get().state in {"confirmed", "rejected"}


def test_two_morning_jobs_tell_of_a_miss_once(busy):
    busy.publishes("40")

    answers = at_once_up_to(
        "monitoring_miss", [lambda: services.warn_of_misses(at=MONDAY + timedelta(days=1)) for _ in range(2)]
    )

    assert sorted(len(answer) for answer in answers) == [0, 1]
    assert Miss.objects.count() == 1
