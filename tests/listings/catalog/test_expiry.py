"""The last day that an owner sets for a listing is kept to."""

from datetime import date, timedelta

import pytest

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData
from listings.catalog.models import State
from listings.catalog.problems import ListingExpired
from market.accounts.models import Organisation
from market.kernel.audit import AuditRow
from market.kernel.models import OutboxEvent
from market.kernel.problems import SeveralProblems
from market.notices.models import Notice
from tests.cast import MONDAY, MONDAY_ON


def listed(cast, **fields):
    data = AchievementData(title="铜箔退火工艺", summary="低温长时退火", **fields)
    return catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)


def publish(cast, row):
    return catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)


def test_a_listing_whose_last_day_is_over_is_not_published(cast):
    row = listed(cast, expires_on=date(2020, 1, 1))

    with pytest.raises(ListingExpired):
        publish(cast, row)

    row.refresh_from_db()
    assert row.state == State.DRAFT


def test_all_that_keeps_a_listing_off_the_market_is_told_at_once_and_on_the_page(cast, api):
    row = listed(cast, expires_on=date(2020, 1, 1))
    Organisation.objects.filter(pk=cast.university.pk).update(verified_at=None)

    with pytest.raises(SeveralProblems) as refused:
        publish(cast, row)
    page = api.as_(cast.university_clerk).post(f"/my/listings/achievement/{row.id}/publish", {"version": row.version})

    assert [error["code"] for error in refused.value.errors] == ["organisation_not_verified", "listing_expired"]
    assert page.status_code == 409
    told = page.content.decode()
    assert "单位尚未核验" in told
    assert "有效期到 2020-01-01 为止" in told


def test_the_day_after_its_last_a_listing_leaves_the_market_and_its_owner_is_told(cast):
    ends, stays = listed(cast, expires_on=MONDAY_ON), listed(cast, expires_on=MONDAY_ON + timedelta(days=1))
    for row in (ends, stays):
        publish(cast, row)
    assert catalog.expire_listings(at=MONDAY) == 0

    count = catalog.expire_listings(at=MONDAY + timedelta(days=1))

    ends.refresh_from_db()
    stays.refresh_from_db()
    assert (count, ends.state, stays.state) == (1, State.EXPIRED, State.PUBLISHED)
    assert AuditRow.objects.filter(action="achievement.expired").count() == 1
    assert OutboxEvent.objects.filter(topic="listings.catalog.listing.changed", payload__listing_id=str(ends.id)).last()
    assert [notice.user_id for notice in Notice.objects.filter(kind="listing_expired")] == [
        cast.university_clerk.user_id
    ]


def test_an_expired_listing_is_published_again_once_its_last_day_lies_ahead(cast):
    row = listed(cast, expires_on=MONDAY_ON)
    publish(cast, row)
    later = MONDAY + timedelta(days=1)
    catalog.expire_listings(at=later)

    catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=row.id,
        version=None,
        changes={"expires_on": MONDAY_ON + timedelta(days=90)},
        at=later,
    )
    again = catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=later)

    assert again.state == State.PUBLISHED
