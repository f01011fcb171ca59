"""Saved searches of the cast, and a shelf whose listings are published at a time of the test's choice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from market.kernel.actor import Actor
from search.query import parse
from search.saved import services
from search.saved.models import SavedSearch
from tests.cast import MONDAY

LATER = MONDAY + timedelta(minutes=10)


@pytest.fixture
def keep(cast) -> Callable[..., SavedSearch]:
    """Have somebody keep a search, on Monday at nine."""

    def kept(
        typed: str = "铜合金",
        *,
        who: Any = "enterprise_clerk",
        cadence: str = "none",
        name: str = "",
        at: datetime = MONDAY,
        **options: Any,
    ) -> SavedSearch:
        actor = who if isinstance(who, Actor) else getattr(cast, who)
        query = parse(typed, **options)
        return services.save_search(actor=actor, name=name or typed or "全部", query=query, cadence=cadence, at=at)

    return kept
