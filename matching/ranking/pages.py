"""Matches show beside the listings."""

from django.utils.translation import gettext_lazy as _

from market.pages import slots

slots.fill("demand.matches", url_name="ranking:demand-matches", title=_("匹配的科技成果"))
slots.fill("achievement.matches", url_name="ranking:achievement-matches", title=_("可能用得上的需求"))
