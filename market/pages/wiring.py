"""The operator's own pages in the menu."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation


def wire() -> None:
    navigation.register(_("工作日历"), "reference:calendar", visible=lambda actor: actor.is_operator, order=94)
    navigation.register(_("系统投递"), "pages:deliveries", visible=lambda actor: actor.is_operator, order=95)
