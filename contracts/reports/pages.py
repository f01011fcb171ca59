"""Where the reports show themselves: the menu."""

from django.utils.translation import gettext_lazy as _

from market.pages import navigation

navigation.add(_("统计报告"), "reports:list", visible=lambda actor: True, order=75)
