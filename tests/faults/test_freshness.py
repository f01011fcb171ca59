"""From the commit to being found, with nothing but the relay between: the time is told (`-s`), not asserted."""

import statistics
import time

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData
from market.kernel import clock
from market.kernel.actor import ANONYMOUS
from search.find import services
from search.find.query import parse
from search.index import engine
from tests.faults import conftest
from tests.story import ACHIEVEMENT

LISTINGS = 20


def is_found(title: str) -> bool:
    """By Elasticsearch, not by the fallback, which is written by another consumer."""
    answer = services.find(actor=ANONYMOUS, query=parse(f'"{title}"'))
    return not answer.is_degraded and [hit.title for hit in answer.items] == [title]


def test_the_relay_makes_a_listing_found_soon_after_its_commit(processes, committed_cast, settings):
    settings.NAMESPACE = conftest.NAMESPACE
    engine.ensure_index()
    processes.relay()
    seconds = []
    for number in range(LISTINGS + 1):
        title = f"高导电铜合金接触线第{number}代工艺"
        clerk, now = committed_cast.university_clerk, clock.now()
        row = catalog.create_achievement(actor=clerk, data=AchievementData(**ACHIEVEMENT | {"title": title}), at=now)
        catalog.publish_achievement(actor=clerk, achievement_id=row.id, version=None, at=now)
        began = time.perf_counter()
        processes.wait_until(lambda title=title: is_found(title), title)
        seconds.append(time.perf_counter() - began)

    told = sorted(seconds[1:])  # the first waited for the relay to start
    print(f"\ncommit to found, n={LISTINGS}: median {statistics.median(told):.3f} s, longest {told[-1]:.3f} s")  # noqa: T201
