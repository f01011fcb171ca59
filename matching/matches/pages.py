"""Matches show beside the listings; the desk of matching is the operator's, its quality everybody's."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation, slots

slots.fill("demand.matches", url_name="matches:demand-matches", title=_("匹配的科技成果"))
slots.fill("achievement.matches", url_name="matches:achievement-matches", title=_("可能用得上的需求"))
navigation.add(_("匹配运行"), "matches:operating", visible=lambda actor: actor.is_operator, order=92)
