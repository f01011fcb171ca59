"""Being told of new matches: once, of pairs that one may see, in one letter a day, and not after one has had enough."""

from datetime import timedelta

from listings.catalog import services as catalog
from market.kernel import clock
from market.notices.models import Notice
from matching.matches import match_alerts
from matching.matches.models import Kind, MatchNews, MatchWatch
from tests.cast import MONDAY

TITLE = "高导电铜合金线材"
DAY = timedelta(days=1, seconds=1)


def told(actor):
    return list(Notice.objects.filter(user=actor.user_id, kind="match").order_by("id").values_list("title", "body"))


def watch(actor, row, kind=Kind.DEMAND):
    match_alerts.watch(actor=actor, kind=kind, listing_id=row.id, at=MONDAY)


def publish(cast, row):
    catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)


def test_the_owner_of_a_demand_is_told_without_asking_and_once(shelf, cast):
    shelf.demand(TITLE)
    shelf.settle()

    shelf.achievement(f"{TITLE}的制备")
    shelf.settle()
    shelf.settle()

    ((title, body),) = told(cast.enterprise_clerk)
    assert title == f"“{TITLE}”有 1 项新的匹配"
    assert f"{TITLE}的制备" in body


def test_what_was_matched_as_a_draft_is_told_once_it_is_published(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    watch(cast.other_clerk, demand)
    draft = shelf.achievement(f"{TITLE}的制备", is_published=False)
    shelf.settle()
    assert demand.matches.count() == 1
    assert told(cast.other_clerk) == told(cast.enterprise_clerk) == []

    publish(cast, draft)
    shelf.settle()
    shelf.settle()

    assert len(told(cast.other_clerk)) == len(told(cast.enterprise_clerk)) == 1


def test_a_draft_demand_is_told_of_what_fits_once_it_is_published(shelf, cast):
    shelf.achievement(f"{TITLE}的制备")
    row = shelf.demand_draft(TITLE)
    shelf.settle()
    assert told(cast.enterprise_clerk) == []

    catalog.publish_demand(actor=cast.enterprise_clerk, demand_id=row.id, version=None, at=MONDAY)
    shelf.settle()

    assert len(told(cast.enterprise_clerk)) == 1


def test_many_pairs_make_one_letter_and_the_next_comes_a_day_later(shelf, cast):
    shelf.demand(TITLE)
    shelf.demand(f"{TITLE}的强度")
    shelf.settle()
    shelf.achievement(f"{TITLE}的制备")
    shelf.settle()
    for number in range(3):
        shelf.achievement(f"{TITLE}的第{number}种制备")
        shelf.settle()
    assert len(told(cast.enterprise_clerk)) == 1

    assert match_alerts.tell_due(at=clock.now() + timedelta(hours=23)) == 0
    assert match_alerts.tell_due(at=clock.now() + DAY) == 1
    assert match_alerts.tell_due(at=clock.now() + 2 * DAY) == 0

    title, body = told(cast.enterprise_clerk)[1]
    assert "2 项信息" in title
    assert all(f"第{number}种" in body for number in range(3))


def test_an_owner_says_no_and_is_told_nothing(shelf, cast, api):
    demand = shelf.demand(TITLE)
    shelf.settle()
    assert match_alerts.is_watching(actor=cast.enterprise_clerk, kind=Kind.DEMAND, listing_id=demand.id)
    assert not match_alerts.is_watching(actor=cast.other_clerk, kind=Kind.DEMAND, listing_id=demand.id)
    client = api.as_(cast.enterprise_clerk)
    assert "不再通知" in client.get(f"/matches/demand/{demand.id}/").content.decode()

    client.post(f"/matches/watch/demand/{demand.id}/", {"on": ""})
    shelf.achievement(f"{TITLE}的制备")
    shelf.settle()

    assert told(cast.enterprise_clerk) == []
    assert "有新的匹配时通知我" in client.get(f"/matches/demand/{demand.id}/").content.decode()


def test_a_pair_that_is_hidden_before_the_letter_is_in_none(shelf, cast):
    shelf.demand(TITLE)
    shelf.achievement(f"{TITLE}的制备")
    shelf.settle()
    gone = shelf.achievement(f"{TITLE}的别种制备")
    shelf.settle()
    assert MatchNews.objects.filter(user=cast.enterprise_clerk.user_id, told_at__isnull=True).count() == 1

    shelf.withdraw(gone)

    assert match_alerts.tell_due(at=clock.now() + DAY) == 0
    assert len(told(cast.enterprise_clerk)) == 1


def test_what_was_there_before_is_no_news(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.achievement(TITLE)
    shelf.settle()
    watch(cast.other_clerk, demand)

    shelf.settle()

    assert told(cast.other_clerk) == []


def test_nobody_is_told_of_what_they_may_not_see(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    for actor in (cast.enterprise_clerk, cast.other_clerk):
        watch(actor, demand)

    shelf.achievement(TITLE, disclosure="organisation")
    shelf.settle()

    assert not Notice.objects.filter(kind="match").exists()


def test_who_has_had_enough_is_told_nothing(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    watch(cast.enterprise_clerk, demand)
    match_alerts.unwatch(actor=cast.enterprise_clerk, kind=Kind.DEMAND, listing_id=demand.id, at=MONDAY)

    shelf.achievement(TITLE)
    shelf.settle()

    assert told(cast.enterprise_clerk) == []


def test_the_button_watches_and_ends_it(shelf, cast, api):
    demand = shelf.demand("没有人供给的东西")
    shelf.settle()
    client = api.as_(cast.other_clerk)
    page = client.get(f"/matches/demand/{demand.id}/").content.decode()
    assert "目前还没有达到“弱匹配”的成果" in page
    assert "有新的匹配时通知我" in page

    client.post(f"/matches/watch/demand/{demand.id}/", {"on": "1"})
    assert MatchWatch.objects.filter(is_on=True).count() == 1
    assert "不再通知" in client.get(f"/matches/demand/{demand.id}/").content.decode()

    client.post(f"/matches/watch/demand/{demand.id}/", {"on": ""})
    assert not MatchWatch.objects.filter(is_on=True).exists()
    assert "有新的匹配时通知我" in client.get(f"/matches/demand/{demand.id}/").content.decode()


def test_a_university_is_told_of_a_demand_that_could_use_its_achievement(shelf, cast):
    row = shelf.achievement(TITLE)
    shelf.settle()
    watch(cast.university_clerk, row, Kind.ACHIEVEMENT)

    shelf.demand(f"{TITLE}强度不足")
    shelf.settle()

    ((title, _body),) = told(cast.university_clerk)
    assert title == f"“{TITLE}”有 1 项新的匹配"
