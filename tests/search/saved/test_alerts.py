"""Alerts at once: of first publications only, once each, to whoever may see the listing, in their own language."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import translation

from listings.catalog import services as catalog
from market.accounts.models import User
from market.kernel.models import Delivery, OutboxEvent
from market.notices.models import Notice
from search.saved import alerts, matching, services
from search.saved.models import SavedSearch, SavedSearchAnchor, SavedSearchHit
from tests.cast import MONDAY
from tests.search.saved.conftest import COPPER, LATER, run_alerts

AFTER = LATER + timedelta(minutes=10)


def told(actor):
    return [row.words for row in Notice.objects.filter(user=actor.user_id, kind="saved_search").order_by("id")]


def test_a_new_listing_is_told_at_once_in_the_inbox_and_by_mail(cast, keep, publish):
    search = keep(cadence="at_once", name="铜合金成果")
    publish(COPPER)
    publish("脐橙皮渣提取果胶", summary="果胶。")

    run_alerts()

    assert told(cast.enterprise_clerk) == [("“铜合金成果”有 1 条新结果", f"科技成果：{COPPER}")]
    [message] = mail.outbox
    assert message.to == ["enterprise-clerk@example.com"]
    assert COPPER in message.body
    assert f"https://market.example/searches/{search.id}/" in message.body
    hit = SavedSearchHit.objects.get()
    assert (hit.found_at, hit.told_at) == (LATER, LATER)
    search.refresh_from_db()
    assert search.last_told_at == LATER


def test_one_batch_makes_one_letter_that_names_each_search_and_lists_each_listing_once(cast, keep, publish):
    keep("铜合金", cadence="at_once")
    keep("接触线", cadence="at_once")
    keep("铜合金", cadence="at_once", who="stranger")
    keep("果胶", cadence="at_once")
    for number in range(2):
        publish(f"铜合金接触线第{number}号", summary="线。")
    publish("耐磨接触线", summary="线。")

    run_alerts()

    body = "\n".join(
        [
            "“铜合金”有 2 条新结果",
            "科技成果：铜合金接触线第1号",
            "科技成果：铜合金接触线第0号",
            "“接触线”有 3 条新结果",
            "科技成果：耐磨接触线",
        ]
    )
    assert told(cast.enterprise_clerk) == [("2 个搜索共有 3 条新结果", body)]
    assert [title for title, _body in told(cast.stranger)] == ["“铜合金”有 2 条新结果"]
    assert sorted(message.to[0] for message in mail.outbox) == ["enterprise-clerk@example.com", "stranger@example.com"]
    assert Notice.objects.get(user=cast.enterprise_clerk.user_id, kind="saved_search").url == "/searches/"


def test_what_was_published_between_the_results_and_the_saving_is_told(cast, keep, publish):
    """The relay has handed the listing on before the search is there."""
    publish("铜合金第一号", at=MONDAY)
    publish("铜合金第二号", at=LATER)
    run_alerts()

    keep(cadence="at_once", at=AFTER, seen_at=LATER - timedelta(minutes=1), name="看过的")
    keep(cadence="at_once", at=AFTER, who="stranger")
    run_alerts(AFTER)
    run_alerts(AFTER)

    assert told(cast.enterprise_clerk) == [("“看过的”有 1 条新结果", "科技成果：铜合金第二号")]
    assert told(cast.stranger) == []


def test_what_comes_after_the_saving_is_told_once_too(cast, keep, publish):
    keep(cadence="at_once", at=MONDAY, seen_at=MONDAY)
    publish()
    run_alerts()
    run_alerts(AFTER)

    assert len(told(cast.enterprise_clerk)) == 1


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        (timedelta(hours=-1), timedelta(hours=-1)),
        (timedelta(days=-400), timedelta(days=-1)),
        (timedelta(days=400), timedelta(0)),
    ],
)
def test_a_look_counts_from_a_day_ago_at_most_and_from_now_at_least(keep, seen, kept):
    assert keep(at=MONDAY, seen_at=MONDAY + seen).seen_at == MONDAY + kept - services.NOT_FOUND_YET


def test_a_listing_is_told_once_however_often_it_is_edited(cast, keep, publish):
    keep(cadence="at_once")
    row = publish()
    run_alerts()

    edit(cast, row, summary="改过的铜合金摘要。", at=AFTER)
    suspend_and_publish(cast, row, at=AFTER)
    run_alerts(AFTER)

    assert len(told(cast.enterprise_clerk)) == 1
    assert SavedSearchHit.objects.count() == 1


def test_an_old_listing_that_is_edited_is_no_news_and_a_first_publication_is(cast, keep, publish):
    old = publish("阻燃电缆", summary="低烟无卤。", at=MONDAY - timedelta(days=1))
    run_alerts(MONDAY - timedelta(days=1))
    keep(cadence="at_once", at=MONDAY)

    edit(cast, old, title=COPPER, at=LATER)
    suspend_and_publish(cast, old, at=LATER)
    run_alerts()
    assert told(cast.enterprise_clerk) == []

    publish()
    run_alerts()
    assert len(told(cast.enterprise_clerk)) == 1


def test_a_draft_is_told_when_it_is_published_and_one_that_came_to_fit_when_it_fits(cast, keep, publish):
    keep(cadence="at_once")
    row = publish("阻燃电缆护套料", summary="低烟无卤。")
    run_alerts()
    assert told(cast.enterprise_clerk) == []

    edit(cast, row, title=COPPER, at=AFTER)
    run_alerts(AFTER)

    assert len(told(cast.enterprise_clerk)) == 1


def test_what_is_a_quarter_old_is_no_news_any_more(cast, keep, publish):
    keep(cadence="at_once")
    row = publish("阻燃电缆护套料", summary="低烟无卤。")
    run_alerts()
    spring = LATER + timedelta(days=91)

    edit(cast, row, title=COPPER, at=spring)
    run_alerts(spring)

    assert told(cast.enterprise_clerk) == []


@pytest.mark.parametrize(
    ("typed", "options", "count"),
    [
        ("铜合金 -阻燃", {}, 2),
        ('"铜合金接触线"', {}, 1),
        ("", {}, 3),
        ("", {"kind": "demand"}, 1),
        ("铜合金", {"kind": "achievement"}, 1),
        ("", {"facets": {"maturity": ["pilot"]}}, 1),
        ("铜合金", {"facets": {"maturity": ["mass_production"]}}, 0),
        ("", {"facets": {"freshness": ["week"]}}, 3),
        ("-铜合金", {}, 2),  # no exclusion: nothing wanted stands before it
    ],
)
def test_words_phrases_exclusions_kinds_and_facets_all_count(cast, keep, publish, typed, options, count):
    search = keep(typed, name="一个", **options)
    publish("高导电铜合金接触线", summary="铜。", maturity="pilot")
    publish("阻燃电缆", summary="电缆。", maturity="")
    publish("铜合金强度不足", kind="demand", difficulties="强度。")

    run_alerts()

    assert search.hits.count() == count


def test_nobody_is_told_whose_cadence_is_another_and_the_feed_gets_it_all_the_same(cast, keep, publish):
    kept = [keep(cadence=cadence, name=cadence) for cadence in ("none", "daily", "weekly")]
    publish()

    run_alerts()

    assert told(cast.enterprise_clerk) == []
    assert [search.hits.filter(told_at__isnull=True).count() for search in kept] == [1, 1, 1]


def test_elasticsearch_being_away_does_not_matter(cast, keep, publish, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    keep(cadence="at_once")
    publish()

    run_alerts()

    assert len(told(cast.enterprise_clerk)) == 1


@pytest.mark.parametrize(
    ("disclosure", "hears"),
    [
        ("public", {"university_clerk", "enterprise_clerk", "stranger", "operator"}),
        ("signed_in", {"university_clerk", "enterprise_clerk", "stranger", "operator"}),
        ("verified", {"university_clerk", "enterprise_clerk", "operator"}),
        ("organisation", {"university_clerk", "operator"}),
    ],
)
def test_only_whom_it_is_shown_to_hears_of_it(cast, keep, publish, disclosure, hears):
    people = ("university_clerk", "enterprise_clerk", "stranger", "operator")
    kept = {name: keep(cadence="at_once", who=name) for name in people}
    publish(disclosure=disclosure)

    run_alerts()

    assert {name for name in people if told(getattr(cast, name))} == hears
    assert {name for name in people if kept[name].hits.exists()} == hears
    addresses = {name: f"{name.replace('_', '-')}@example.com" for name in people}
    assert {message.to[0] for message in mail.outbox} == {addresses[name] for name in hears}


def test_an_owner_hears_in_their_own_language(cast, keep, publish):
    User.objects.filter(pk=cast.enterprise_clerk.user_id).update(language="en")
    keep(cadence="at_once", name="Copper")
    keep(cadence="at_once", who="stranger", name="铜")
    publish()

    run_alerts()

    with translation.override("en"):
        assert told(cast.enterprise_clerk) == [("“Copper”: 1 new", f"Achievement: {COPPER}")]
    assert told(cast.stranger) == [("“铜”有 1 条新结果", f"科技成果：{COPPER}")]
    english = next(message for message in mail.outbox if message.to == ["enterprise-clerk@example.com"])
    assert english.subject == "“Copper”: 1 new"
    assert f"Achievement: {COPPER}" in english.body
    assert "No more e-mails like this" in english.body


def test_who_was_closed_out_hears_nothing(cast, keep, publish):
    search = keep(cadence="at_once")
    User.objects.filter(pk=cast.enterprise_clerk.user_id).update(is_active=False)
    publish()

    run_alerts()

    assert (told(cast.enterprise_clerk), search.hits.count(), mail.outbox) == ([], 0, [])


def test_what_was_found_while_silent_stays_untold(cast, keep, publish):
    search = keep(cadence="none")
    publish("铜合金第一号")
    run_alerts()

    services.update_search(actor=cast.enterprise_clerk, search_id=search.id, cadence="at_once", at=AFTER)
    publish("铜合金第二号", at=AFTER)
    run_alerts(AFTER)

    assert told(cast.enterprise_clerk) == [("“铜合金”有 1 条新结果", "科技成果：铜合金第二号")]


def test_a_batch_that_comes_twice_tells_once(cast, keep, publish):
    keep(cadence="at_once")
    row = publish()
    run_alerts()
    [event] = {
        delivery.event for delivery in Delivery.objects.filter(consumer="search.postgresql", key=str(row.id))[:1]
    }

    Delivery.objects.create(event=event, consumer="search.alerts", key=event.key, available_at=LATER)
    run_alerts(AFTER)

    assert len(told(cast.enterprise_clerk)) == 1


def test_control_a_batch_that_comes_twice_tells_twice_where_the_first_left_no_mark(cast, keep, publish):
    keep(cadence="at_once")
    row = publish()
    run_alerts()
    [event] = {
        delivery.event for delivery in Delivery.objects.filter(consumer="search.postgresql", key=str(row.id))[:1]
    }
    SavedSearchHit.objects.all().delete()

    Delivery.objects.create(event=event, consumer="search.alerts", key=event.key, available_at=LATER)
    run_alerts(AFTER)

    assert len(told(cast.enterprise_clerk)) == 2


def test_anchors_made_by_older_rules_are_made_anew(cast, keep, publish):
    search = keep(cadence="at_once")
    SavedSearch.objects.update(rules="of long ago")
    SavedSearchAnchor.objects.all().delete()
    publish()

    run_alerts()

    search.refresh_from_db()
    assert search.rules == matching.rules()
    assert search.anchors.exists()
    assert len(told(cast.enterprise_clerk)) == 1


def test_a_query_that_a_release_no_longer_knows_harms_no_other(cast, keep, publish):
    lost, kept = keep(cadence="at_once"), keep(cadence="at_once")
    SavedSearch.objects.filter(pk=lost.pk).update(query=lost.query | {"facets": {"gone": ["x"]}})
    publish()

    run_alerts()

    assert (lost.hits.count(), kept.hits.count()) == (0, 1)


def test_hits_of_half_a_year_ago_are_forgotten(keep, publish):
    search = keep()
    publish()
    run_alerts()

    assert alerts.prune(at=LATER + alerts.KEPT) == 0
    assert alerts.prune(at=LATER + alerts.KEPT + timedelta(seconds=1)) == 1
    assert search.hits.count() == 0


def published(row):
    """The event of a listing's last change."""
    return OutboxEvent.objects.filter(topic="listings.catalog.listing.changed", key=str(row.id)).latest("id")


def edit(cast, row, *, at, **changes):
    row.refresh_from_db()
    return catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=row.id,
        version=row.version,
        changes=changes,
        at=at,
    )


def suspend_and_publish(cast, row, *, at):
    actor = cast.university_clerk
    catalog.suspend_listing(actor=actor, kind="achievement", listing_id=row.id, version=None, at=at)
    catalog.publish_achievement(actor=actor, achievement_id=row.id, version=None, at=at)
