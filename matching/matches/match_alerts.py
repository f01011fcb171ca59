"""Being told when a listing gets new matches: in the inbox and by e-mail, of pairs that the person may see.

A pair is news to a person once, at the moment when they may see both sides: a pair that was found while one side was a
draft is news when it is published. The people who edit for a demand's owner are told of whatever fits it fairly or
better, unless they said no; whoever else watches a listing is told of every match. One letter holds all that a person
is to be told, and the next one comes a day later at the soonest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from listings.catalog.models import OPEN_STATES, Demand
from market.accounts.actors import actors_of
from market.accounts.models import Membership, User
from market.kernel.actor import Actor, Role
from market.kernel.marks import labelled
from market.kernel.problems import NotAllowed, NotSignedIn
from market.notices.models import Notice, Words
from market.notices.services import OutgoingNotice, in_every_language, send_notices
from matching.matches.models import Kind, Level, Match, MatchNews, MatchWatch

NOTICE = "match"
MOST_LISTED = 10
PAUSE = timedelta(days=1)
TOLD_UNASKED = Level.FAIR
OWNER_ROLES = (Role.CLERK, Role.MANAGER)
OTHER = {Kind.DEMAND.value: Kind.ACHIEVEMENT.value, Kind.ACHIEVEMENT.value: Kind.DEMAND.value}
Listing = tuple[str, UUID]
Reader = tuple[UUID, UUID]  # a person and the organisation acted for


class Section(NamedTuple):
    """What a letter says of one listing."""

    listing: Listing
    title: str
    partners: list[tuple[Level, str]]


@transaction.atomic
def watch(*, actor: Actor, kind: Kind, listing_id: UUID, at: datetime) -> None:
    """Tell the person of new matches of a listing that it sees; what is there already is no news.

    Raises NotSignedIn, NotAllowed, NotFound.
    """
    reader = _reader(actor)
    _fetch(actor, kind, listing_id)
    _set(reader, kind, listing_id, is_on=True, at=at)
    partner = f"{OTHER[kind.value]}_id"
    known = Match.objects.filter(**{f"{kind.value}_id": listing_id}).values_list(partner, flat=True)
    seen = _visible(actor, OTHER[kind.value], known)
    _keep([_news(reader, (kind.value, listing_id), partner_id, at, told_at=at) for partner_id in seen])


@transaction.atomic
def unwatch(*, actor: Actor, kind: Kind, listing_id: UUID, at: datetime) -> None:
    """Tell the person no longer; raises NotSignedIn, NotAllowed, NotFound."""
    reader = _reader(actor)
    _fetch(actor, kind, listing_id)
    _set(reader, kind, listing_id, is_on=False, at=at)
    MatchNews.objects.filter(user=actor.user_id, kind=kind, listing_id=listing_id, told_at__isnull=True).delete()


def _reader(actor: Actor) -> Reader:
    """Whoever is told acts for an organisation: what may be seen, and so told, depends on it."""
    if actor.user_id is None:
        raise NotSignedIn
    if actor.organisation_id is None:
        raise NotAllowed
    return actor.user_id, actor.organisation_id


def is_watching(*, actor: Actor, kind: Kind, listing_id: UUID) -> bool:
    """Whether the person is told: as it said, and otherwise as an owner of a demand."""
    if actor.user_id is None:
        return False
    said = MatchWatch.objects.filter(kind=kind, listing_id=listing_id, user=actor.user_id).first()
    if said is not None:
        return said.is_on
    if kind != Kind.DEMAND or not actor.has_role(*OWNER_ROLES) or actor.organisation_id is None:
        return False
    return Demand.objects.filter(pk=listing_id, owner=actor.organisation_id).exists()


def note(matches: Sequence[Match], *, at: datetime) -> None:
    """Keep what is news to those who watch either side, and tell whoever was told nothing for a day.

    To be called in the transaction that stores the pairs.
    """
    wanted: dict[Reader, dict[Listing, dict[UUID, Match]]] = defaultdict(lambda: defaultdict(dict))
    for listing, reader, is_asked in _readers(matches):
        for match in matches:
            sides = {"demand": match.demand_id, "achievement": match.achievement_id}
            if sides[listing[0]] == listing[1] and (is_asked or match.level >= TOLD_UNASKED):
                wanted[reader][listing][sides[OTHER[listing[0]]]] = match
    actors = actors_of(wanted)
    rows: list[MatchNews] = []
    for reader, by_listing in wanted.items():
        actor = actors.get(reader)
        if actor is None:
            continue
        for kind in Kind.values:
            mine = {listing_id: partners for (of, listing_id), partners in by_listing.items() if of == kind}
            open_ones = _visible(actor, kind, mine)
            others = _visible(actor, OTHER[kind], {partner for partners in mine.values() for partner in partners})
            rows += [
                _news(reader, (kind, listing_id), partner_id, at)
                for listing_id in mine.keys() & open_ones.keys()
                for partner_id in mine[listing_id].keys() & others.keys()
            ]
    if rows:
        _keep(rows)
        tell_due(at=at, among={row.user_id for row in rows})


def tell_due(*, at: datetime, among: Collection[UUID] | None = None) -> int:
    """Write to everybody who has news and was written to a day ago or more; returns how many letters.

    Whom somebody else is telling at this moment is left to them.
    """
    untold = MatchNews.objects.filter(user=OuterRef("pk"), told_at__isnull=True)
    lately = Notice.objects.filter(user=OuterRef("pk"), kind=NOTICE, created_at__gt=at - PAUSE)
    people = User.objects.filter(Exists(untold), ~Exists(lately), is_active=True)
    if among is not None:
        people = people.filter(id__in=among)
    with transaction.atomic():
        due = people.order_by("id").select_for_update(skip_locked=True, no_key=True)
        return _tell(list(due.values_list("id", flat=True)), at=at)


def _tell(people: Sequence[UUID], *, at: datetime) -> int:
    rows = list(MatchNews.objects.filter(user__in=people, told_at__isnull=True).order_by("id"))
    actors = actors_of({(row.user_id, row.organisation_id) for row in rows})
    by_user: dict[UUID, dict[Listing, list[MatchNews]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_user[row.user_id][row.kind, row.listing_id].append(row)
    letters = []
    for user_id, news in by_user.items():
        letters += _letter(user_id, news, actors)
    # What vanished meanwhile is no news any more, and none to be told of later.
    MatchNews.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=at)
    send_notices(letters, at=at)
    return len(letters)


def _letter(
    user_id: UUID, news: Mapping[Listing, Sequence[MatchNews]], actors: Mapping[tuple[UUID, UUID | None], Actor]
) -> list[OutgoingNotice]:
    """One letter of all listings that have something; none where the person sees nothing of it (any more)."""
    sections: list[Section] = []
    for (kind, listing_id), rows in news.items():
        actor = actors.get((user_id, rows[0].organisation_id))
        title = actor and _visible(actor, kind, [listing_id]).get(listing_id)
        if actor is None or not title:
            continue
        titles = _visible(actor, OTHER[kind], [row.partner_id for row in rows])
        if titles:
            sections.append(Section((kind, listing_id), title, _partners(kind, listing_id, titles)))
    if not sections:
        return []
    kind, listing_id = sections[0].listing
    url = reverse(f"catalog:{kind}", args=[listing_id])
    return [OutgoingNotice(user_id=user_id, kind=NOTICE, words=in_every_language(lambda: _words(sections)), url=url)]


def _words(sections: Sequence[Section]) -> Words:
    headings = [
        ngettext("“%(title)s”有 %(count)s 项新的匹配", "“%(title)s”有 %(count)s 项新的匹配", len(section.partners))
        % {"title": Truncator(section.title).chars(40), "count": len(section.partners)}
        for section in sections
    ]
    lists = [
        [labelled(level.label, Truncator(title).chars(60)) for level, title in section.partners[:MOST_LISTED]]
        for section in sections
    ]
    if len(sections) == 1:
        return Words(headings[0], "\n".join(lists[0]))
    count = sum(len(section.partners) for section in sections)
    heading = _("您关注的 %(listings)s 项信息有 %(count)s 项新的匹配") % {"listings": len(sections), "count": count}
    parts = zip(headings, lists, strict=True)
    return Words(heading, "\n".join(line for head, lines in parts for line in (head, *lines)))


def _partners(kind: str, listing_id: UUID, titles: Mapping[UUID, str]) -> list[tuple[Level, str]]:
    """The partners' levels and titles, best first; those that do not fit any more are left out."""
    partner = OTHER[kind]
    found = Match.objects.filter(**{f"{kind}_id": listing_id, f"{partner}_id__in": titles})
    levels = dict(found.values_list(f"{partner}_id", "level"))
    best = sorted(levels, key=lambda partner_id: (-levels[partner_id], str(partner_id)))
    return [(Level(levels[partner_id]), titles[partner_id]) for partner_id in best]


def _readers(matches: Sequence[Match]) -> Iterable[tuple[Listing, Reader, bool]]:
    """Each listing of the pairs with each person who is told of it, and whether that person has asked to be."""
    by_kind = {
        Kind.DEMAND.value: {match.demand_id for match in matches},
        Kind.ACHIEVEMENT.value: {match.achievement_id for match in matches},
    }
    said: set[tuple[UUID, UUID]] = set()
    for row in MatchWatch.objects.filter(listing_id__in=by_kind["demand"] | by_kind["achievement"]):
        said.add((row.listing_id, row.user_id))
        if row.is_on and row.listing_id in by_kind[row.kind]:
            yield (row.kind, row.listing_id), (row.user_id, row.organisation_id), True
    fair = {match.demand_id for match in matches if match.level >= TOLD_UNASKED}
    owners = dict(Demand.objects.filter(pk__in=fair, state__in=OPEN_STATES).values_list("id", "owner"))
    members = Membership.objects.filter(
        organisation__in=set(owners.values()),
        ended_at__isnull=True,
        roles__overlap=[role.value for role in OWNER_ROLES],
    )
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for organisation_id, user_id in members.order_by("id").values_list("organisation", "user"):
        people[organisation_id].append(user_id)
    for demand_id, owner_id in owners.items():
        for user_id in people[owner_id]:
            if (demand_id, user_id) not in said:
                yield (Kind.DEMAND.value, demand_id), (user_id, owner_id), False


def _fetch(actor: Actor, kind: Kind, listing_id: UUID) -> None:
    listings.listing(actor=actor, kind=kind.value, listing_id=listing_id)


def _set(reader: Reader, kind: Kind, listing_id: UUID, *, is_on: bool, at: datetime) -> None:
    MatchWatch.objects.update_or_create(
        kind=kind,
        listing_id=listing_id,
        user_id=reader[0],
        defaults={"organisation_id": reader[1], "created_at": at, "is_on": is_on},
    )


def _visible(actor: Actor, kind: str, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Titles of those that are open and that the actor may see."""
    rows = catalog.policy_of(kind).visible_to(actor).filter(id__in=list(ids), state__in=OPEN_STATES)
    return dict(rows.values_list("id", "title"))


def _news(
    reader: Reader, listing: Listing, partner_id: UUID, at: datetime, *, told_at: datetime | None = None
) -> MatchNews:
    (user_id, organisation_id), (kind, listing_id) = reader, listing
    return MatchNews(
        user_id=user_id,
        organisation_id=organisation_id,
        kind=kind,
        listing_id=listing_id,
        partner_id=partner_id,
        found_at=at,
        told_at=told_at,
    )


def _keep(rows: Sequence[MatchNews]) -> None:
    """Write what is not there yet: a pair is news once."""
    MatchNews.objects.bulk_create(rows, ignore_conflicts=True)
