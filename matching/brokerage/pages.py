"""Where the room shows itself: beside matches and listings, and in the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor, OrganisationKind
from market.pages import navigation, slots

PARTIES = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY})


def has_deals(actor: Actor) -> bool:
    return actor.organisation_kind in PARTIES or actor.reads_everything


slots.fill("match.actions", url_name="brokerage:introduce", title=_("发起对接"), visible=lambda actor: actor.is_broker)
slots.fill(
    "demand.story", url_name="brokerage:demand-story", title=_("对接与项目"), visible=lambda actor: actor.is_signed_in
)
slots.fill(
    "achievement.story",
    url_name="brokerage:achievement-story",
    title=_("对接与项目"),
    visible=lambda actor: actor.is_signed_in,
)
navigation.add(_("对接"), "brokerage:introductions", visible=has_deals, order=40)
navigation.add(_("交易项目"), "brokerage:deals", visible=has_deals, order=45)
