"""The room's item of the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel import policy as policies
from market.pages import navigation
from search.saved import policy


def wire() -> None:
    policies.register(policy.saved_searches)
    navigation.register(_("我的搜索"), "saved:index", visible=lambda actor: actor.user_id is not None, order=35)
