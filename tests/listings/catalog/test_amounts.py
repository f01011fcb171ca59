"""A price or a budget that is ten thousand times off the one before is asked about; the first has nothing beside it."""

from decimal import Decimal

import pytest

from tests import story
from tests.forms import untouched


@pytest.fixture
def published(cast) -> story.Story:
    return story.publish(cast)


def test_a_price_in_ten_thousands_is_asked_about_over_the_api_and_taken_once_confirmed(published, cast, api):
    client, path = api.as_(cast.university_clerk), f"/achievements/{published.achievement.id}"
    version = published.achievement.version

    asked = client.send("patch", path, {"price": "80.00"}, version=version)
    taken = client.send("patch", path, {"price": "80.00", "confirmed": ["amount_unit"]}, version=version)

    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert "原意向价格 800,000.00 元" in asked.json()["detail"]
    assert (taken.status_code, taken.json()["price"]) == (200, "80.00")


def test_a_budget_is_asked_about_on_the_page_beside_its_box(published, cast, api):
    client, path = api.as_(cast.enterprise_clerk), f"/my/listings/demand/{published.demand.id}/edit"
    typed = untouched(client, path) | {"budget": ["100"]}

    asked = client.post(path, typed)
    published.demand.refresh_from_db(fields=["budget"])
    assert ("原预期投入" in asked.content.decode(), published.demand.budget) == (True, Decimal("1000000.00"))

    assert client.post(path, typed | {"confirmed": "amount_unit"}).status_code == 302
    published.demand.refresh_from_db(fields=["budget"])
    assert published.demand.budget == Decimal("100.00")


def test_a_first_price_has_nothing_to_be_compared_with(cast, api):
    told = story.publish(cast, price=None)
    path = f"/achievements/{told.achievement.id}"

    answer = api.as_(cast.university_clerk).send("patch", path, {"price": "80.00"}, version=told.achievement.version)

    assert answer.status_code == 200
