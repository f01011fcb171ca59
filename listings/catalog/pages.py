"""The room's items of the menu."""

from django.utils.translation import gettext_lazy as _

from listings.catalog.policy import OWNER_KINDS
from market.pages import navigation

navigation.add(_("科技成果"), "catalog:achievements", visible=lambda actor: True, order=10)
navigation.add(_("技术需求"), "catalog:demands", visible=lambda actor: True, order=20)
navigation.add(_("我的发布"), "catalog:mine", visible=lambda actor: actor.organisation_kind in OWNER_KINDS, order=30)
