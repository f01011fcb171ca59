"""Being told of new matches: once, of pairs that one may see, and not after one has had enough."""

from market.notices.models import Notice
from matching.ranking import watching
from matching.ranking.models import Kind, MatchWatch
from tests.cast import MONDAY

TITLE = "高导电铜合金线材"


def told(actor):
    return list(Notice.objects.filter(user=actor.user_id, kind="match").order_by("id").values_list("title", "body"))


def watch(actor, row, kind=Kind.DEMAND):
    watching.watch(actor=actor, kind=kind, listing_id=row.id, at=MONDAY)


def test_the_owner_of_a_demand_is_told_of_a_match_once(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    watch(cast.enterprise_clerk, demand)

    shelf.achievement(f"{TITLE}的制备")
    shelf.settle()
    shelf.settle()

    ((title, body),) = told(cast.enterprise_clerk)
    assert title == f"“{TITLE}”有 1 项新的匹配"
    assert f"{TITLE}的制备" in body


def test_what_was_there_before_is_no_news(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.achievement(TITLE)
    shelf.settle()
    watch(cast.enterprise_clerk, demand)

    shelf.settle()

    assert told(cast.enterprise_clerk) == []


def test_nobody_is_told_of_what_they_may_not_see(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    for actor in (cast.enterprise_clerk, cast.other_clerk, cast.stranger):
        watch(actor, demand) if actor.organisation_id else None

    shelf.achievement(TITLE, disclosure="organisation")
    shelf.settle()

    assert not Notice.objects.filter(kind="match").exists()


def test_who_has_had_enough_is_told_nothing(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    watch(cast.enterprise_clerk, demand)
    watching.unwatch(actor=cast.enterprise_clerk, kind=Kind.DEMAND, listing_id=demand.id, at=MONDAY)

    shelf.achievement(TITLE)
    shelf.settle()

    assert told(cast.enterprise_clerk) == []


def test_the_button_watches_and_ends_it(shelf, cast, api):
    demand = shelf.demand("没有人供给的东西")
    shelf.settle()
    client = api.as_(cast.enterprise_clerk)
    page = client.get(f"/matches/demand/{demand.id}/").content.decode()
    assert "目前还没有达到“弱匹配”的成果" in page
    assert "有新的匹配时通知我" in page

    client.post(f"/matches/watch/demand/{demand.id}/", {"on": "1"})
    assert MatchWatch.objects.count() == 1
    assert "不再通知" in client.get(f"/matches/demand/{demand.id}/").content.decode()

    client.post(f"/matches/watch/demand/{demand.id}/", {"on": ""})
    assert not MatchWatch.objects.exists()


def test_a_university_is_told_of_a_demand_that_could_use_its_achievement(shelf, cast):
    row = shelf.achievement(TITLE)
    shelf.settle()
    watch(cast.university_clerk, row, Kind.ACHIEVEMENT)

    shelf.demand(f"{TITLE}强度不足")
    shelf.settle()

    ((title, _body),) = told(cast.university_clerk)
    assert title == f"“{TITLE}”有 1 项新的匹配"
