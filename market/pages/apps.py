from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "market.pages"
    label = "pages"

    def ready(self) -> None:
        from market.pages import navigation

        navigation.add(_("工作日历"), "reference:calendar", visible=lambda actor: actor.is_operator, order=94)
        navigation.add(_("系统投递"), "pages:deliveries", visible=lambda actor: actor.is_operator, order=95)
