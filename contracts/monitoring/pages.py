"""Where the room shows itself: the menu, and the eight indicators beneath the figure."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation, slots

navigation.add(_("监测评估"), "monitoring:list", visible=lambda actor: True, order=75)
slots.fill("turnover.indicators", url_name="monitoring:year-part", title=_("规划指标"))
