"""What pages and endpoints show of introductions and deals."""

from django.db.models import QuerySet

from market.kernel.actor import Actor
from matching.brokerage import policy
from matching.brokerage.models import Deal, Introduction


def introductions(*, actor: Actor) -> QuerySet[Introduction]:
    """Introductions the actor may know of; the caller orders them."""
    rows = policy.introductions.visible_to(actor)
    return rows.select_related("demand", "achievement", "agency", "broker", "deal")


def deals(*, actor: Actor, stage: str = "") -> QuerySet[Deal]:
    """Deals the actor may know of; the caller orders them."""
    rows = policy.deals.visible_to(actor).select_related("seller", "buyer", "agency", "broker", "introduction")
    return rows.filter(stage=stage) if stage else rows
