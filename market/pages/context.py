"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from market.accounts.models import User
from market.kernel.http import actor_of
from market.notices.services import unread_count
from market.pages import demo_progress, navigation

CARE_COOKIE = "care"


def portal(request: HttpRequest) -> dict[str, Any]:
    """The market's name, the menu, the inbox's count, and whether the plain large form (关怀版) is on."""
    actor = actor_of(request)
    user = getattr(request, "user", None)
    return {
        "market_name": settings.MARKET_NAME,
        "is_demo": settings.DEMO,
        "demo_progress": demo_progress.current() if settings.DEMO else None,
        "actor": actor,
        "navigation": navigation.items_for(actor),
        "unread": unread_count(user) if isinstance(user, User) else 0,
        "is_care": request.COOKIES.get(CARE_COOKIE) == "1",
    }
