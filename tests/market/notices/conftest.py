from collections.abc import Callable

import pytest

from market.notices import services
from market.notices.models import Notice
from tests.cast import MONDAY


@pytest.fixture
def tell(cast) -> Callable[..., Notice]:
    """Tell one person of the cast something; returns the row of the inbox."""

    def told(name: str = "university_clerk", **changes: str) -> Notice:
        facts = {
            "kind": "deal",
            "title": "项目 XM2026-000001：洽谈中",
            "body": "请查看。",
            "url": "/deals/1/",
        } | changes
        [notice] = services.notify(user_ids=[getattr(cast, name).user_id], at=MONDAY, **facts)
        return notice

    return told
