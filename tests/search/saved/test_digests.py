"""Digests at eight: what they hold, that each listing is told exactly once, and what a crash and a delay do."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction

from listings.catalog import services as catalog
from market.config.settings import CELERY_BEAT_SCHEDULE
from market.kernel.models import OutboxEvent
from market.notices.models import Notice
from search.saved import digests, notifications, services
from search.saved.models import Cadence, SavedSearchHit
from tests.cast import MONDAY
from tests.search.saved.conftest import COPPER, LATER, run_alerts
from tests.together import at_once

RUIJIN = ZoneInfo("Asia/Shanghai")


def eight(day):
    """Eight o'clock on a day of March 2026; the second is the Monday on which searches were kept at nine."""
    return datetime(2026, 3, day, 8, tzinfo=RUIJIN)


TUESDAY, WEDNESDAY, NEXT_MONDAY = eight(3), eight(4), eight(9)


def titles():
    return list(Notice.objects.filter(kind="saved_search").order_by("id").values_list("title", flat=True))


@pytest.mark.parametrize(
    ("cadence", "at", "since"),
    [
        (Cadence.DAILY, eight(3), eight(3)),
        (Cadence.DAILY, eight(3) - timedelta(seconds=1), eight(2)),
        (Cadence.DAILY, eight(3) + timedelta(hours=23), eight(3)),
        (Cadence.WEEKLY, eight(9), eight(9)),
        (Cadence.WEEKLY, eight(9) - timedelta(seconds=1), eight(2)),
        (Cadence.WEEKLY, eight(8), eight(2)),
        (Cadence.WEEKLY, eight(15), eight(9)),
    ],
)
def test_the_hour_of_telling_is_eight_and_on_mondays(cadence, at, since):
    assert digests.slot(cadence, at) == since


def test_the_day_is_told_at_eight_and_the_week_on_monday(cast, keep, publish):
    keep(cadence="daily", name="日")
    keep(cadence="weekly", name="周")
    publish()
    run_alerts()

    assert digests.tell_due(at=TUESDAY - timedelta(minutes=1)) == 0
    assert digests.tell_due(at=TUESDAY) == 1
    assert titles() == ["“日”有 1 条新结果"]
    assert digests.tell_due(at=NEXT_MONDAY) == 1
    assert titles() == ["“日”有 1 条新结果", "“周”有 1 条新结果"]


def test_a_second_run_of_the_day_sends_nothing(cast, keep, publish):
    """Not even where something was found between the two."""
    keep(cadence="daily")
    publish("铜合金第一号")
    run_alerts()
    digests.tell_due(at=TUESDAY)
    publish("铜合金第二号", at=TUESDAY + timedelta(minutes=5))
    run_alerts(TUESDAY + timedelta(minutes=5))

    assert digests.tell_due(at=TUESDAY + timedelta(minutes=10)) == 0
    assert digests.tell_due(at=TUESDAY + timedelta(hours=1)) == 0
    assert len(titles()) == 1
    assert digests.tell_due(at=WEDNESDAY) == 1
    assert Notice.objects.order_by("id").last().body == "科技成果：铜合金第二号"


def test_control_the_marks_are_what_keeps_a_second_run_silent(cast, keep, publish):
    search = keep(cadence="daily")
    publish()
    run_alerts()
    digests.tell_due(at=TUESDAY)
    SavedSearchHit.objects.update(told_at=None)
    type(search).objects.update(last_told_at=None)

    assert digests.tell_due(at=TUESDAY) == 1


def test_a_run_that_was_missed_is_made_up_for(cast, keep, publish):
    keep(cadence="daily")
    publish()
    run_alerts()

    assert digests.tell_due(at=TUESDAY + timedelta(hours=3)) == 1


def test_the_week_and_the_day_come_in_one_letter_on_monday(cast, keep, publish):
    keep("铜合金", cadence="daily", name="日")
    keep("接触线", cadence="weekly", name="周")
    keep("铜合金", cadence="weekly", name="别人的", who="stranger")
    sunday = NEXT_MONDAY - timedelta(hours=10)
    publish("铜合金接触线", summary="线。", at=sunday)
    run_alerts(sunday)

    assert digests.tell_due(at=NEXT_MONDAY) == 3

    assert sorted(titles()) == ["2 个搜索共有 1 条新结果", "“别人的”有 1 条新结果"]
    [body] = Notice.objects.filter(user=cast.enterprise_clerk.user_id, kind="saved_search").values_list(
        "body", flat=True
    )
    assert body.splitlines() == ["“日”有 1 条新结果", "科技成果：铜合金接触线", "“周”有 1 条新结果"]


def test_people_are_told_in_batches_each_with_all_their_searches(cast, keep, publish, monkeypatch):
    monkeypatch.setattr(digests, "BATCH", 1)
    for who in ("enterprise_clerk", "stranger", "broker"):
        keep("铜合金", who=who, cadence="daily")
        keep("接触线", who=who, cadence="daily")
    publish()
    run_alerts()

    assert digests.tell_due(at=TUESDAY) == 6

    assert titles() == ["2 个搜索共有 1 条新结果"] * 3


def test_a_letter_of_a_hundred_searches_loses_neither_a_name_nor_a_link(cast, keep, publish):
    names = [f"第{number}个{'长' * 70}" for number in range(services.MOST)]
    for name in names:
        keep(cadence="daily", name=name)
    for number in range(25):
        publish(f"铜合金导线第{number}号")
    run_alerts()

    assert digests.tell_due(at=TUESDAY) == services.MOST
    run_alerts(TUESDAY)

    [message] = mail.outbox
    assert [name for name in names if f"“{name}”有 25 条新结果" not in message.body] == []
    assert message.body.count("科技成果：") == 20
    assert "此处列出 20 条，共 25 条。" in message.body
    assert message.body.count("https://market.example/searches/unsubscribe/") == services.MOST + 1


def test_twenty_are_listed_and_all_are_counted(cast, keep, publish):
    keep(cadence="daily")
    for number in range(23):
        publish(f"铜合金导线第{number}号")
    run_alerts()

    digests.tell_due(at=TUESDAY)
    run_alerts(TUESDAY)

    assert titles() == ["“铜合金”有 23 条新结果"]
    lines = Notice.objects.get().body.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "此处列出 20 条，共 23 条。"
    assert len(mail.outbox) == 1


def test_the_longest_titles_fit(cast, keep, publish):
    keep(cadence="daily")
    for number in range(21):
        publish(f"铜合金{'很长的标题' * 30}第{number}号")
    run_alerts()

    digests.tell_due(at=TUESDAY)

    assert Notice.objects.get().body.splitlines()[-1] == "此处列出 20 条，共 21 条。"


def test_what_vanished_or_was_hidden_meanwhile_is_left_out(cast, keep, publish):
    keep(cadence="daily")
    gone, hidden, kept = publish("铜合金甲"), publish("铜合金乙"), publish("铜合金丙")
    run_alerts()
    owner = cast.university_clerk
    catalog.withdraw_listing(actor=owner, kind="achievement", listing_id=gone.id, version=None, at=LATER)
    catalog.update_listing(
        actor=owner,
        kind="achievement",
        listing_id=hidden.id,
        version=None,
        changes={"disclosure": "organisation"},
        at=LATER,
    )

    digests.tell_due(at=TUESDAY)

    assert Notice.objects.get().body == "科技成果：铜合金丙"
    assert [hit.object_id for hit in SavedSearchHit.objects.all()] == [kept.id]


def test_nothing_is_sent_where_nothing_is_left(cast, keep, publish):
    search = keep(cadence="daily")
    gone = publish()
    run_alerts()
    catalog.withdraw_listing(
        actor=cast.university_clerk, kind="achievement", listing_id=gone.id, version=None, at=LATER
    )

    assert digests.tell_due(at=TUESDAY) == 0
    search.refresh_from_db()
    assert (titles(), search.last_told_at) == ([], None)


def test_a_crash_in_between_loses_nothing_and_doubles_nothing(cast, keep, publish, monkeypatch):
    """The notice and the mark stand or fall together."""
    keep(cadence="daily")
    publish()
    run_alerts()

    def dies(notices, *, at):
        send(notices, at=at)
        raise ConnectionError("the worker is gone")

    send = notifications.send_notices
    with monkeypatch.context() as broken:
        broken.setattr(notifications, "send_notices", dies)
        with pytest.raises(ConnectionError):
            digests.tell_due(at=TUESDAY)
    assert (titles(), SavedSearchHit.objects.filter(told_at__isnull=False).count()) == ([], 0)
    assert OutboxEvent.objects.filter(topic="market.notices.written").count() == 0

    digests.tell_due(at=TUESDAY + timedelta(hours=1))
    digests.tell_due(at=TUESDAY + timedelta(hours=2))

    assert len(titles()) == 1


@pytest.mark.parametrize(("searches", "runs"), [(1, 4), (3, 3)], ids=["one search", "three searches"])
def test_runs_at_the_same_time_tell_each_search_once(committed_cast, searches, runs, monkeypatch):
    from listings.catalog.data import AchievementData
    from search.find.query import parse
    from tests.story import ACHIEVEMENT

    actor, owner = committed_cast.enterprise_clerk, committed_cast.university_clerk
    for number in range(searches):
        services.save_search(actor=actor, name=f"{number}", query=parse("铜合金"), cadence="daily", at=MONDAY)
    row = catalog.create_achievement(actor=owner, data=AchievementData(**ACHIEVEMENT), at=LATER)
    catalog.publish_achievement(actor=owner, achievement_id=row.id, version=None, at=LATER)
    with transaction.atomic():
        run_alerts()

    answers = at_once([partial(digests.tell_due, at=TUESDAY)] * runs)

    assert sum(answers) == searches
    assert titles() == (["“0”有 1 条新结果"] if searches == 1 else ["3 个搜索共有 1 条新结果"])


def test_an_alert_that_was_passed_over_is_sent_within_the_hour(cast, keep, publish):
    """As when its owner was changing the search at that moment."""
    search = keep(cadence="daily")
    publish()
    run_alerts()
    services.update_search(actor=cast.enterprise_clerk, search_id=search.id, cadence="at_once", at=LATER)

    assert digests.tell_due(at=LATER + timedelta(minutes=50)) == 1


def test_beat_wakes_them_on_the_hour():
    entry = CELERY_BEAT_SCHEDULE["tell-saved-searches"]

    assert entry["task"] == "search.saved.tasks.tell_saved_searches"
    assert (entry["schedule"].minute, len(entry["schedule"].hour)) == ({0}, 24)


def test_the_task_runs(cast, keep, publish):
    from search.saved.tasks import prune_saved_search_hits, tell_saved_searches

    keep(cadence="daily")
    publish()
    run_alerts()

    tell_saved_searches(unknown="argument")
    prune_saved_search_hits()

    assert titles() == ["“铜合金”有 1 条新结果"]
    assert COPPER in Notice.objects.get().body
