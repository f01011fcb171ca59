"""Where the figure shows itself: the menu, and what a deal or a listing brought to it."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation, slots

navigation.add(_("成交额"), "turnover:dashboard", visible=lambda actor: True, order=70)
slots.fill("deal.story", url_name="turnover:deal-part", title=_("计入成交额"))
slots.fill("achievement.turnover", url_name="turnover:achievement-part", title=_("计入成交额"))
slots.fill("demand.turnover", url_name="turnover:demand-part", title=_("计入成交额"))
