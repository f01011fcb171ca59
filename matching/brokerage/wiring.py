"""Deals move their listings, count as track record, and stand beside matches and listings and in the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel import outbox
from market.kernel import policy as policies
from market.kernel.actor import Actor
from market.pages import navigation, slots
from matching.brokerage import consumers, policy, queries
from matching.brokerage.events import DealLost, DealOpened
from matching.matches import track_record


def is_signed_in(actor: Actor) -> bool:
    return actor.is_signed_in


def wire() -> None:
    policies.register(policy.introductions, policy.deals)
    outbox.register("catalog.progress", DealOpened, consumers.hold_listings)
    outbox.register("catalog.progress", DealLost, consumers.release_listings)
    track_record.register(queries.signed_by)
    slots.register(
        "match.actions",
        url_name="brokerage:introduce",
        title=_("发起对接"),
        visible=lambda actor: actor.is_broker,
    )
    slots.register("demand.story", url_name="brokerage:demand-story", title=_("对接与项目"), visible=is_signed_in)
    slots.register(
        "achievement.story", url_name="brokerage:achievement-story", title=_("对接与项目"), visible=is_signed_in
    )
    navigation.register(_("对接"), "brokerage:introductions", visible=policy.has_deals, order=40)
    navigation.register(_("交易项目"), "brokerage:deals", visible=policy.has_deals, order=45)
