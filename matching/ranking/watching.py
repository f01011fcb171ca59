"""Being told when a listing gets new matches: in the inbox and by e-mail, of pairs that the person may see."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from listings.catalog.models import OPEN_STATES
from market.accounts.actors import actors_of
from market.accounts.models import User
from market.kernel.actor import Actor
from market.kernel.problems import NotSignedIn
from market.notices.services import Letter, send_letters
from matching.ranking.models import Kind, Level, Match, MatchWatch

MOST_LISTED = 10


@transaction.atomic
def watch(*, actor: Actor, kind: Kind, listing_id: UUID, at: datetime) -> None:
    """Tell the person of new matches of a listing that it sees; raises NotSignedIn, NotFound."""
    if actor.user_id is None or actor.organisation_id is None:
        raise NotSignedIn
    fetch = listings.demand if kind == Kind.DEMAND else listings.achievement
    fetch(actor=actor, **{f"{kind.value}_id": listing_id})
    MatchWatch.objects.update_or_create(
        kind=kind,
        listing_id=listing_id,
        user_id=actor.user_id,
        defaults={"organisation_id": actor.organisation_id, "created_at": at},
    )


def unwatch(*, actor: Actor, kind: Kind, listing_id: UUID, at: datetime) -> None:
    """Tell the person no longer; raises NotSignedIn."""
    if actor.user_id is None:
        raise NotSignedIn
    MatchWatch.objects.filter(kind=kind, listing_id=listing_id, user=actor.user_id).delete()


def is_watching(*, actor: Actor, kind: Kind, listing_id: UUID) -> bool:
    if actor.user_id is None:
        return False
    return MatchWatch.objects.filter(kind=kind, listing_id=listing_id, user=actor.user_id).exists()


def tell(fresh: Iterable[Match], *, at: datetime) -> int:
    """Tell the watchers of either side of pairs that fit for the first time; returns how many letters were sent.

    To be called in the transaction that stores the pairs, so that each is told once.
    """
    by_listing: dict[tuple[str, UUID], list[Match]] = defaultdict(list)
    for match in fresh:
        by_listing[Kind.DEMAND, match.demand_id].append(match)
        by_listing[Kind.ACHIEVEMENT, match.achievement_id].append(match)
    watches = [
        row
        for row in MatchWatch.objects.filter(listing_id__in={listing_id for _kind, listing_id in by_listing})
        if (row.kind, row.listing_id) in by_listing
    ]
    actors = actors_of((row.user_id, row.organisation_id) for row in watches)
    languages = dict(User.objects.filter(id__in={row.user_id for row in watches}).values_list("id", "language"))
    letters = []
    for row in watches:
        actor = actors.get((row.user_id, row.organisation_id))
        if actor is None:
            continue
        with translation.override(languages[row.user_id]):
            letters += _letter(actor, row, by_listing[row.kind, row.listing_id])
    send_letters(letters, at=at)
    return len(letters)


def _letter(actor: Actor, row: MatchWatch, matches: list[Match]) -> list[Letter]:
    """None where the person sees none of the pairs (any more)."""
    is_demand = row.kind == Kind.DEMAND
    ids = {match.achievement_id if is_demand else match.demand_id: match.level for match in matches}
    others = (catalog.achievements if is_demand else catalog.demands).visible_to(actor)
    titles = dict(others.filter(id__in=ids, state__in=OPEN_STATES).values_list("id", "title"))
    own = (catalog.demands if is_demand else catalog.achievements).visible_to(actor)
    title = own.filter(pk=row.listing_id).values_list("title", flat=True).first()
    if title is None or not titles:
        return []
    best = sorted(titles, key=lambda listing_id: (-ids[listing_id], str(listing_id)))[:MOST_LISTED]
    lines = [f"{Level(ids[listing_id]).label}：{Truncator(titles[listing_id]).chars(60)}" for listing_id in best]
    return [
        Letter(
            user_id=row.user_id,
            kind="match",
            title=_("“%(title)s”有 %(count)s 项新的匹配") % {"title": Truncator(title).chars(40), "count": len(titles)},
            body="\n".join(lines),
            url=reverse(f"catalog:{row.kind}", args=[row.listing_id]),
        )
    ]
