"""The room's item of the menu."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation

navigation.add(_("我的搜索"), "saved:index", visible=lambda actor: actor.user_id is not None, order=35)
