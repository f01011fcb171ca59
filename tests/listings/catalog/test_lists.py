"""What the lists of achievements and demands hold, for whom, and in which order."""

from datetime import timedelta

import pytest

from listings.catalog import services as catalog
from listings.catalog.models import Disclosure, State
from tests import recipes
from tests import story as telling
from tests.cast import MONDAY


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]


def test_the_newest_listing_stands_first_and_pages_follow_without_gaps(cast, api):
    for number in range(5):
        recipes.published_achievement.make(
            owner=cast.university, title=f"第{number}项成果", published_at=MONDAY + timedelta(hours=number)
        )

    first = api.send("get", "/achievements?limit=2")
    second = api.send("get", f"/achievements?limit=2&cursor={first.json()['next']}")
    third = api.send("get", f"/achievements?limit=2&cursor={second.json()['next']}")

    assert [titles(page) for page in (first, second, third)] == [
        ["第4项成果", "第3项成果"],
        ["第2项成果", "第1项成果"],
        ["第0项成果"],
    ]
    assert third.json()["next"] is None


def test_a_filter_leaves_only_what_has_the_code(cast, api):
    published = recipes.published_achievement.extend(owner=cast.university)
    published.make(title="铜业成果", local_industry="copper_and_cable")
    published.make(title="食品成果", local_industry="green_food")

    assert titles(api.send("get", "/achievements?local_industry=green_food")) == ["食品成果"]


@pytest.mark.parametrize(
    ("disclosure", "readers"),
    [
        (Disclosure.PUBLIC, {"nobody", "stranger", "other_clerk", "university_clerk", "operator"}),
        (Disclosure.SIGNED_IN, {"stranger", "other_clerk", "university_clerk", "operator"}),
        (Disclosure.VERIFIED, {"other_clerk", "university_clerk", "operator"}),
        (Disclosure.ORGANISATION, {"university_clerk", "operator"}),
    ],
)
def test_a_listing_shows_as_far_as_its_disclosure_reaches(cast, api, disclosure, readers):
    recipes.published_achievement.make(owner=cast.university, disclosure=disclosure)
    people = ("nobody", "stranger", "other_clerk", "university_clerk", "operator")

    found = {
        name
        for name in people
        if titles((api if name == "nobody" else api.as_(getattr(cast, name))).send("get", "/achievements"))
    }

    assert found == readers


def test_a_draft_is_on_no_list_until_it_is_published(cast, api):
    data = telling.AchievementData(**telling.ACHIEVEMENT)
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)
    owner = api.as_(cast.university_clerk)
    assert titles(owner.send("get", "/achievements")) == []
    assert owner.send("get", f"/achievements/{row.id}").status_code == 200
    assert api.send("get", f"/achievements/{row.id}").status_code == 404

    catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)

    assert titles(api.send("get", "/achievements")) == [row.title]


def test_an_anonymous_demand_names_its_owner_to_its_own_people_and_the_operator_only(cast, api):
    data = telling.DemandData(
        **(telling.DEMAND | {"is_anonymous": True, "contact_name": "联系人", "contact_phone": "0797-0000000"})
    )
    asked = catalog.create_demand(actor=cast.enterprise_clerk, data=data, at=MONDAY)
    catalog.publish_demand(actor=cast.enterprise_clerk, demand_id=asked.id, version=None, at=MONDAY)

    seen = {
        name: api.as_(getattr(cast, name)).send("get", f"/demands/{asked.id}").json()
        for name in ("enterprise_clerk", "operator", "university_clerk", "broker", "stranger")
    }

    assert {name for name, row in seen.items() if row["owner"]} == {"enterprise_clerk", "operator"}
    assert {name for name, row in seen.items() if row["contact_phone"]} == {"enterprise_clerk", "operator"}


def test_an_owner_finds_its_suspended_and_draft_listings_which_the_market_does_not_show(cast, api):
    own = recipes.published_achievement.extend(owner=cast.university)
    own.make(title="铜箔退火工艺", state=State.SUSPENDED)
    own.make(title="铜箔表面处理", state=State.DRAFT, published_at=None)
    own.make(title="食品保鲜", keywords=["铜箔"])
    own.make(title="无关的成果")
    recipes.published_achievement.make(owner=cast.enterprise, title="铜箔分切")
    page = api.as_(cast.university_clerk)

    def found(query: str) -> set[str]:
        return {row.title for row in page.get(f"/my/listings/?{query}").context["page"].items}

    assert found("q=铜箔") == {"铜箔退火工艺", "铜箔表面处理", "食品保鲜"}
    assert found("q=铜箔&state=suspended") == {"铜箔退火工艺"}
    assert found("state=draft") == {"铜箔表面处理"}
    assert found("q=没有的") == set()
    assert len(found("")) == 4


@pytest.mark.parametrize(
    ("path", "many", "one"), [("achievements", "Achievements", "Achievement"), ("demands", "Demands", "Demand")]
)
def test_english_has_the_plural_for_a_list_and_the_singular_for_a_hit(path, many, one, cast, client):
    english = {"accept-language": "en"}
    listed = client.get(f"/{path}/", headers=english).content.decode()
    home = client.get("/", headers=english).content.decode()
    search = client.get("/search", headers=english).content.decode()

    assert f"<h1>{many}</h1>" in listed
    assert f'<a href="/{path}/">{many}</a>' in home
    assert f">{one}</option>" in search
