"""What the database itself refuses of a listing, whichever way it comes."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from listings.catalog.models import State
from tests import recipes
from tests.cast import MONDAY


@pytest.mark.parametrize(
    ("recipe", "changes", "constraint"),
    [
        (recipes.draft_achievement, {"price": Decimal("-0.01")}, "achievement_price_not_negative"),
        (recipes.draft_achievement, {"readiness_level": 0}, "achievement_trl_1_to_9"),
        (recipes.draft_achievement, {"readiness_level": 10}, "achievement_trl_1_to_9"),
        (recipes.draft_achievement, {"state": State.PUBLISHED}, "achievement_published_is_dated"),
        (recipes.draft_achievement, {"state": State.EXPIRED}, "achievement_published_is_dated"),
        (recipes.draft_demand, {"budget": Decimal("-0.01")}, "demand_budget_not_negative"),
        (recipes.draft_demand, {"state": State.TRANSACTED}, "demand_published_is_dated"),
    ],
)
def test_a_row_that_cannot_be_is_not_written(cast, recipe, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        recipe.make(owner=cast.university, **changes)


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        (recipes.draft_achievement, {"price": Decimal("0.00"), "readiness_level": 9}),
        (recipes.draft_achievement, {"state": State.WITHDRAWN}),
        (recipes.draft_demand, {"budget": None}),
    ],
)
def test_a_row_at_the_edge_is_written(cast, recipe, changes):
    assert recipe.make(owner=cast.university, **changes).pk


@pytest.mark.parametrize("recipe", [recipes.published_achievement, recipes.published_demand])
def test_a_row_of_another_market_comes_once_and_those_written_here_as_often_as_one_likes(cast, recipe):
    recipe.make(owner=cast.university, source_market="upstream", source_id="7")
    recipe.make(owner=cast.university, source_market="elsewhere", source_id="7")
    recipe.make(owner=cast.university)
    recipe.make(owner=cast.university)

    with pytest.raises(IntegrityError, match="pulled_once"), transaction.atomic():
        recipe.make(owner=cast.enterprise, source_market="upstream", source_id="7")


def test_a_patent_has_a_number_and_stands_once_in_a_listing(cast):
    row = recipes.published_achievement.make(owner=cast.university)
    row.patents.create(publication_no="CN114735076B", patent_type="invention", title="甲")
    other = recipes.published_achievement.make(owner=cast.university)
    other.patents.create(publication_no="CN114735076B", patent_type="invention", title="甲")

    with pytest.raises(IntegrityError, match="patent_has_a_number"), transaction.atomic():
        row.patents.create(patent_type="invention", title="甲")
    with pytest.raises(IntegrityError, match="patent_once_per_achievement"), transaction.atomic():
        row.patents.create(publication_no="CN114735076B", patent_type="invention", title="乙")


@pytest.mark.parametrize("recipe", [recipes.draft_achievement, recipes.draft_demand])
def test_the_first_publication_dates_a_listing_and_a_later_one_does_not(cast, recipe):
    row = recipe.make(owner=cast.university)
    row.publish(at=MONDAY)
    row.suspend(at=MONDAY)
    row.publish(at=MONDAY.replace(year=2027))

    assert (row.state, row.published_at, row.ended_at) == (State.PUBLISHED, MONDAY, None)


@pytest.mark.parametrize("end", ["expire", "withdraw", "take_down"])
def test_what_ends_is_dated_by_its_end(cast, end):
    row = recipes.published_achievement.make(owner=cast.university)

    getattr(row, end)(at=MONDAY.replace(year=2027))

    assert row.ended_at == MONDAY.replace(year=2027)
