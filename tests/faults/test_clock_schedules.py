"""Case 16: the server's clock jumps up to an hour ahead or back, and what the schedules bring about comes once.

Beat's own schedules are asked, at a clock that jumps every four hours, and their tasks run whenever they are due; at
every other jump beat was restarted and remembers nothing. So an hour may pass twice or not at all. Each listing is told
in one digest, each month has one draft. How often the tasks ran is the control: without their own "once", so many would
have been told.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from contracts.reports import tasks as report_tasks
from contracts.reports.models import Report
from market.kernel.clock import RUIJIN
from market.notices.models import Notice
from search.saved import tasks as search_tasks
from search.saved.models import Cadence, SavedSearchHit
from search.saved.notifications import KIND
from tests.search.saved import conftest as saved

keep, publish, _address = saved.keep, saved.publish, saved._address

SEED = 20261127
BEGINS = datetime(2026, 4, 3, 17, tzinfo=UTC)  # one in the morning of the 4th in Ruijin
STEP, BETWEEN = timedelta(minutes=20), timedelta(hours=4)
JUMPS = (timedelta(hours=-1), timedelta(0), timedelta(hours=1))
TASKS = {
    "draft-last-month": report_tasks.draft_last_month,
    "tell-saved-searches": search_tasks.tell_saved_searches,
}


class Beat:
    """Asks the schedules of the settings as beat does, and runs what is due."""

    def __init__(self, at: datetime) -> None:
        self.schedules = {name: settings.CELERY_BEAT_SCHEDULE[name]["schedule"] for name in TASKS}
        self.last = dict.fromkeys(TASKS, at)
        self.runs: Counter[tuple[str, datetime]] = Counter()

    def restarted(self, at: datetime) -> "Beat":
        other = Beat(at)
        other.runs = self.runs
        return other

    def look(self, at: datetime) -> None:
        with time_machine.travel(at, tick=False):
            for name, schedule in self.schedules.items():
                if schedule.is_due(self.last[name]).is_due:
                    self.last[name] = at
                    self.runs[name, at.replace(minute=0)] += 1
                    TASKS[name]()


@pytest.mark.parametrize("jumps", [18, pytest.param(200, marks=pytest.mark.faults)])
def test_digests_and_drafts_come_once_however_the_clock_jumps(cast, keep, publish, jumps):
    chance = random.Random(SEED)  # noqa: S311  a seed, not a secret
    keep(cadence=Cadence.DAILY, at=BEGINS - timedelta(hours=2))
    beat, published = Beat(BEGINS), 0
    ahead, at = timedelta(0), BEGINS
    while at < BEGINS + jumps * BETWEEN:
        if (at - BEGINS) % BETWEEN == timedelta(0):
            ahead = chance.choice([jump for jump in JUMPS if jump != ahead])
            beat = chance.choice([beat, beat.restarted(at + ahead)])
        if (at - BEGINS) % timedelta(hours=12) == STEP:
            publish(f"铜合金线材之{published}", at=at + ahead)
            saved.run_alerts(at + ahead)
            published += 1
        beat.look(at + ahead)
        at += STEP
    for hours in range(36):  # until the digest after the last one, by a clock that is right again
        beat.look(at + timedelta(hours=hours))

    told = SavedSearchHit.objects.exclude(told_at=None)
    digests = Notice.objects.filter(user=cast.enterprise_clerk.user_id, kind=KIND)
    days = {row.told_at.astimezone(RUIJIN).date() for row in told}
    months = {(row.first_on.year, row.first_on.month) for row in Report.objects.all()}
    runs = Counter(name for name, _hour in beat.runs.elements())
    print(  # noqa: T201  the figure of the run
        f"seed {SEED}: {jumps} jumps; {published} listings, {told.count()} told in {digests.count()} digests on"
        f" {len(days)} days; {Report.objects.count()} drafts of {len(months)} months; runs {dict(runs)},"
        f" {sum(count > 1 for count in beat.runs.values())} hours twice"
    )
    assert told.count() == SavedSearchHit.objects.count() == published
    assert digests.count() == len(days) > 1
    assert Report.objects.count() == len(months) == 1 + (jumps == 200)
    assert runs["draft-last-month"] > len(months)
    assert runs["tell-saved-searches"] > len(days)
    assert any(count > 1 for count in beat.runs.values())
