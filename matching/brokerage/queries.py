"""What pages and endpoints show of introductions and deals."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, QuerySet

from market.kernel.actor import Actor
from matching.brokerage import policy
from matching.brokerage.models import Deal, Introduction

Stage = Deal.Stage


def introductions(*, actor: Actor) -> QuerySet[Introduction]:
    """Introductions the actor may know of; the caller orders them."""
    rows = policy.introductions.visible_to(actor)
    return rows.select_related("demand", "achievement", "agency", "broker", "deal")


def deals(*, actor: Actor, stage: str = "") -> QuerySet[Deal]:
    """Deals the actor may know of; the caller orders them."""
    rows = policy.deals.visible_to(actor).select_related("seller", "buyer", "agency", "broker", "introduction")
    return rows.filter(stage=stage) if stage else rows


def signed_by(organisation_ids: Collection[UUID]) -> dict[UUID, int]:
    """By organisation the deals that it brought to a contract as seller; for the ranker, which tells nobody whose."""
    signed = Deal.objects.filter(
        seller__in=organisation_ids, stage__in=(Stage.SIGNED, Stage.PERFORMING, Stage.COMPLETED)
    )
    return dict(signed.values_list("seller").annotate(count=Count("id")))
