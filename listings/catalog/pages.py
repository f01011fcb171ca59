"""The room's items of the menu."""

from django.utils.translation import gettext_lazy as _

from listings.catalog.kinds import KINDS
from listings.catalog.policy import OWNER_KINDS
from market.pages import navigation

for place, kind in enumerate(KINDS.values(), 1):
    navigation.add(kind.phrases.title, f"catalog:{kind.plural}", visible=lambda actor: True, order=9 + place)
navigation.add(_("我的发布"), "catalog:mine", visible=lambda actor: actor.organisation_kind in OWNER_KINDS, order=30)
