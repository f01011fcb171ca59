"""What must be said before a listing goes on the market."""

from datetime import date

import pytest

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Achievement, Demand, State
from listings.catalog.problems import ListingIncomplete
from tests import story as telling
from tests.cast import MONDAY, MONDAY_ON


def publish(actor, row):
    kind = "achievement" if isinstance(row, Achievement) else "demand"
    return catalog.publish_listing(actor=actor, kind=kind, listing_id=row.id, version=None, at=MONDAY)


def test_a_listing_with_only_a_title_is_not_published_and_what_is_missing_is_named(cast):
    data = AchievementData(title="铜箔退火工艺")
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)

    with pytest.raises(ListingIncomplete) as refused:
        publish(cast.university_clerk, row)

    assert (refused.value.data, refused.value.detail) == ({"missing": ["summary"], "over": []}, "缺少“成果简介”")
    row.refresh_from_db()
    assert (row.state, row.version) == (State.DRAFT, 1)


def test_patents_say_what_an_achievement_is_instead_of_its_summary(cast):
    patents = [{"publication_no": "CN114735076B", "title": "甲"}]
    data = AchievementData(title="铜箔退火工艺", patents=patents)
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)

    assert publish(cast.university_clerk, row).state == State.PUBLISHED


@pytest.mark.parametrize(("wanted_by_on", "is_over"), [(date(2026, 3, 1), True), (MONDAY_ON, False)])
def test_a_demand_whose_day_has_passed_is_not_published(cast, wanted_by_on, is_over):
    data = DemandData(**telling.DEMAND | {"wanted_by_on": wanted_by_on})
    row = catalog.create_demand(actor=cast.enterprise_clerk, data=data, at=MONDAY)

    if not is_over:
        assert publish(cast.enterprise_clerk, row).state == State.PUBLISHED
        return
    with pytest.raises(ListingIncomplete) as refused:
        publish(cast.enterprise_clerk, row)
    assert refused.value.data == {"missing": [], "over": ["wanted_by_on"]}


def test_all_that_is_missing_or_over_is_named_at_once(cast):
    data = DemandData(**telling.DEMAND | {"wanted_by_on": date(2020, 1, 1)})
    row = catalog.create_demand(actor=cast.enterprise_clerk, data=data, at=MONDAY)
    Demand.objects.filter(pk=row.pk).update(difficulties="")

    with pytest.raises(ListingIncomplete) as refused:
        publish(cast.enterprise_clerk, row)

    assert refused.value.data == {"missing": ["difficulties"], "over": ["wanted_by_on"]}
    assert str(refused.value.detail) == "缺少“主要技术难点”、“期望完成日期”已过"


def test_the_page_says_what_is_missing(cast, api):
    data = AchievementData(title="铜箔退火工艺")
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)

    answer = api.as_(cast.university_clerk).post(
        f"/my/listings/achievement/{row.id}/publish", {"version": 1}, follow=True
    )

    assert "缺少“成果简介”" in answer.content.decode()


def test_the_api_names_the_fields(cast, api):
    data = AchievementData(title="铜箔退火工艺")
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)
    client = api.as_(cast.university_clerk)

    answer = client.send("post", f"/achievements/{row.id}/publish", version=1)

    assert (answer.status_code, answer.json()["code"], answer.json()["missing"]) == (
        409,
        "listing_incomplete",
        ["summary"],
    )
