"""A broker brings two parties together."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import policy as catalog
from market.kernel import audit, outbox
from market.kernel.actor import Actor, Role
from market.kernel.clock import local_date, years_later
from market.kernel.constraints import refuse_on
from market.kernel.policy import refusal
from market.notices.services import lazy_text, notify
from matching.brokerage import policy
from matching.brokerage.events import IntroductionMade
from matching.brokerage.models import Deal, Introduction
from matching.brokerage.problems import AlreadyIntroduced, ListingClosed, NoteNeeded, SameOwner
from matching.matches import queries as matches

PROTECTED_YEARS = 1


@transaction.atomic
def introduce(*, actor: Actor, demand_id: UUID, achievement_id: UUID, note: str, at: datetime) -> Introduction:
    """Bring the owners of a demand and an achievement together: dated evidence, with the match as it is today.

    A pair that the market does not match is introduced by hand, with a note that says why. Two whom the agency
    introduced before are introduced anew once their deal has ended, or no deal began while the protection ran.
    Raises ListingClosed, SameOwner, AlreadyIntroduced, NoteNeeded.
    """
    if not actor.is_broker or actor.organisation_id is None or actor.user_id is None:
        raise refusal(actor)
    demand = catalog.demands.fetch(actor=actor, pk=demand_id, related=("owner",))
    achievement = catalog.achievements.fetch(actor=actor, pk=achievement_id, related=("owner",))
    if not (demand.is_open and achievement.is_open):
        raise ListingClosed
    if demand.owner_id == achievement.owner_id:
        raise SameOwner
    match = matches.match_of(actor=actor, demand_id=demand_id, achievement_id=achievement_id)
    if match is None and not note.strip():
        raise NoteNeeded
    _supersede(actor=actor, demand_id=demand.id, achievement_id=achievement.id, at=at)
    with refuse_on(introduced_once_per_agency=AlreadyIntroduced):
        introduction = Introduction.objects.create(
            demand=demand,
            achievement=achievement,
            agency_id=actor.organisation_id,
            broker_id=actor.user_id,
            origin=Introduction.Origin.MATCH if match else Introduction.Origin.BY_HAND,
            match=matches.snapshot(match) if match else {},
            demand_version=demand.version,
            achievement_version=achievement.version,
            note=note,
            introduced_at=at,
            protected_until_on=years_later(local_date(at), PROTECTED_YEARS),
        )
    audit.record(
        "introduction.made",
        actor=actor,
        subject=introduction,
        at=at,
        changes={"demand": demand.id, "achievement": achievement.id, "origin": introduction.origin},
    )
    outbox.publish(IntroductionMade(introduction.id, demand.id, achievement.id), at=at)
    for owner_id in (demand.owner_id, achievement.owner_id):
        notify(
            organisation_id=owner_id,
            roles=(Role.CLERK, Role.MANAGER),
            kind="introduction",
            title=_brought(actor, achievement.title if owner_id == demand.owner_id else demand.title),
            body=note,
            url=f"/introductions/{introduction.id}/",
            at=at,
        )
    return introduction


def _supersede(*, actor: Actor, demand_id: UUID, achievement_id: UUID, at: datetime) -> None:
    """Let the agency's ended introduction of the two make way, with its deal and history; raises AlreadyIntroduced."""
    current = Introduction.objects.filter(
        demand=demand_id, achievement=achievement_id, agency=actor.organisation_id, superseded_at__isnull=True
    )
    # The deal is locked before its introduction, as every verb of a deal does.
    deal = Deal.objects.select_for_update().filter(introduction__in=current).first()
    previous = current.select_for_update().first()
    if previous is None:
        return
    if deal is None and Deal.objects.filter(introduction=previous).exists():
        raise AlreadyIntroduced
    may_go = deal.stage in policy.ENDED if deal else previous.protected_until_on < local_date(at)
    if not may_go:
        raise AlreadyIntroduced
    previous.superseded_at = at
    previous.save(update_fields=["superseded_at"])


def _brought(actor: Actor, title: str) -> Any:
    return lazy_text(lambda: _("%(agency)s 为您对接：%(title)s") % {"agency": actor.organisation_name, "title": title})
