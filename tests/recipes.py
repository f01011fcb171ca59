"""Rows named by their state, for tests whose subject is a list, a sum, a page or an index and not the way there.

What a rule says about the way there is told through the services (tests/story.py).
"""

from model_bakery.recipe import Recipe

from listings.catalog.models import Achievement, Demand, State
from tests.cast import MONDAY
from tests.story import ACHIEVEMENT, DEMAND

WRITTEN = {"created_at": MONDAY, "updated_at": MONDAY}
OPEN = {"state": State.PUBLISHED, "published_at": MONDAY}

draft_achievement = Recipe(Achievement, **ACHIEVEMENT, **WRITTEN)
published_achievement = draft_achievement.extend(**OPEN)
draft_demand = Recipe(Demand, **DEMAND, **WRITTEN)
published_demand = draft_demand.extend(**OPEN)
