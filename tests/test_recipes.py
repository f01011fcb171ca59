"""A recipe's row is one that the product could have written: complete, and within its model's own constraints."""

import pytest
from model_bakery.recipe import Recipe

from tests import recipes

pytestmark = pytest.mark.django_db
NAMED = {name: recipe for name, recipe in vars(recipes).items() if isinstance(recipe, Recipe)}


@pytest.mark.parametrize("name", NAMED)
def test_a_row_of_a_recipe_passes_its_models_own_constraints(cast, name):
    row = NAMED[name].make(owner=cast.university)

    row.clean_fields(exclude={"state"})  # which is protected, and a choice by the recipe
    row.validate_unique()
    row.validate_constraints()


def test_each_recipe_is_called_by_the_state_of_its_rows(cast):
    states = {name: recipe.prepare().state for name, recipe in NAMED.items()}

    assert states == {name: name.partition("_")[0] for name in NAMED}
