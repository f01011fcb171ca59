"""Matching a batch of listings: who is proposed is read closely, and what fits is stored with its reasons.

Proposed are what the search finds, what already is a match, and what was published a moment ago, which the index may
not show yet: so of two listings that come at the same time at least one finds the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from listings.catalog import policy as catalog
from listings.catalog.models import OPEN_STATES
from matching.matches import corpus, listing_adapter, match_alerts
from matching.matches.models import Kind, Level, Match, MatchState
from matching.matches.scorer import ScoredPair, Scorer
from matching.scoring.preparation import Prepared
from search.find import candidates
from search.find.candidates import Proposal, Seeker

log = structlog.get_logger(__name__)

KEPT = 100  # pairs of one listing
JUST_NOW = timedelta(seconds=60)
MOST_JUST_NOW = 200
STORE_LOCK = 7_302_002  # advisory, of the database; held from a batch's first pair to the end of its transaction


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, by listing: the version that was read (None: it is not open), and whether the engine was away."""

    at: datetime
    model: str
    versions: Mapping[UUID, int | None]
    is_degraded: Mapping[UUID, bool]


def match_listings(kind: Kind, ids: Sequence[UUID], *, at: datetime) -> Outcome:
    """Match these listings with all open ones of the other kind; what is closed or secret loses its matches.

    To be called in a transaction.
    """
    ours = listing_adapter.seeking(kind, ids)
    scorer = Scorer(corpus.statistics(at=at))
    mine = scorer.prepare(kind, ours.values())
    proposals = dict(zip(ours, _proposed(kind, ours, mine), strict=True))
    partners = _partners(kind, ours, proposals, at)
    other = listing_adapter.OTHER[kind]
    theirs = listing_adapter.seeking(other, list({partner for found in partners.values() for partner in found}))
    others = scorer.prepare(other, theirs.values())
    scored: dict[UUID, list[tuple[Any, ScoredPair]]] = {}
    for listing_id, row in ours.items():
        met = [theirs[partner] for partner in partners[listing_id] if partner in theirs]
        met = [partner for partner in met if partner.owner_id != row.owner_id]
        sides = [others[partner.id] for partner in met]
        scored[listing_id] = list(zip(met, scorer.score_side(kind, mine[listing_id], sides), strict=True))
    _take_turns()
    Match.objects.filter(**{f"{kind.value}__in": set(ids) - ours.keys()}).delete()
    for listing_id, found in scored.items():
        _store(kind, ours[listing_id], found, model=scorer.model, at=at)
    return Outcome(
        at=at,
        model=scorer.model,
        versions={listing_id: ours[listing_id].version if listing_id in ours else None for listing_id in ids},
        is_degraded={listing_id: proposal.is_degraded for listing_id, proposal in proposals.items()},
    )


def _take_turns() -> None:
    """Wait until no other batch is stored: one of demands and one of achievements would write their pairs crosswise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORE_LOCK])


def _proposed(kind: Kind, ours: Mapping[UUID, Any], mine: Mapping[UUID, Prepared]) -> list[Proposal]:
    return candidates.propose([seeker_of(kind, row, mine[row.id]) for row in ours.values()])


def seeker_of(kind: Kind, row: Any, prepared: Prepared) -> Seeker:
    """How a listing asks: a demand by the meaning of its whole wording, an achievement by that of its title."""
    return Seeker(
        title=row.title,
        context=prepared.profile.body,
        kind=listing_adapter.OTHER[kind].value,
        exclude_owner=str(row.owner_id or ""),
        embedding=prepared.vectors.sentence.tolist() if prepared.vectors else None,
        codes=listing_adapter.codes_of(row),
    )


def _partners(
    kind: Kind, ours: Iterable[UUID], proposals: Mapping[UUID, Proposal], at: datetime
) -> dict[UUID, dict[UUID, None]]:
    """By listing the ids to be read, each once."""
    other = listing_adapter.OTHER[kind]
    known: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    stored = Match.objects.filter(**{f"{kind.value}__in": list(ours)})
    for own, partner in stored.values_list(f"{kind.value}_id", f"{other.value}_id"):
        known[own][partner] = None
    fresh = listing_adapter.MODELS[other]._default_manager.filter(updated_at__gte=at - JUST_NOW, state__in=OPEN_STATES)
    recent = dict.fromkeys(fresh.order_by("-updated_at", "id").values_list("id", flat=True)[:MOST_JUST_NOW])
    return {own: dict.fromkeys(proposals[own].ids) | known[own] | recent for own in ours}


def _store(kind: Kind, row: Any, found: Sequence[tuple[Any, ScoredPair]], *, model: str, at: datetime) -> None:
    """Keep the best that fit at least weakly, and what the other side keeps of them; what no longer fits goes."""
    other = listing_adapter.OTHER[kind]
    fitting = [(partner, pair) for partner, pair in found if pair.level > Level.NONE]
    fitting.sort(key=lambda fit: (-fit[1].score, str(fit[0].id)))
    mine = Match.objects.filter(**{kind.value: row})
    before = set(mine.values_list(f"{other.value}_id", flat=True))
    kept = [fit for place, fit in enumerate(fitting) if place < KEPT or fit[0].id in before]
    mine.filter(**{f"{other.value}__in": before - {partner.id for partner, _pair in kept}}).delete()
    matches = [_match(kind, row, partner, pair, model, at) for partner, pair in kept]
    Match.objects.bulk_create(
        matches,
        update_conflicts=True,
        unique_fields=["demand", "achievement"],
        update_fields=[
            *("score", "level", "features", "reasons", "model"),
            *("demand_version", "achievement_version", "matched_at"),
        ],
    )
    match_alerts.note(matches, at=at)


def _match(kind: Kind, row: Any, partner: Any, pair: ScoredPair, model: str, at: datetime) -> Match:
    sides = {kind: row, listing_adapter.OTHER[kind]: partner}
    demand, achievement = sides[Kind.DEMAND], sides[Kind.ACHIEVEMENT]
    return Match(
        demand=demand,
        achievement=achievement,
        score=round(pair.score, 6),  # further digits are of the batch it was scored in; who fits alike stays alike
        level=pair.level,
        features=pair.features,
        reasons=pair.reasons(),
        model=model,
        demand_version=demand.version,
        achievement_version=achievement.version,
        matched_at=at,
    )


def stale(kind: Kind, model: str, *, is_full: bool) -> list[UUID]:
    """Open listings that this model has not matched in their present version with the engine there."""
    listings = listing_adapter.MODELS[kind]._default_manager.filter(catalog.OPEN_TO_OTHERS, state__in=OPEN_STATES)
    versions = dict(listings.order_by("id").values_list("id", "version"))
    if is_full:
        return list(versions)
    done = MatchState.objects.filter(kind=kind, model=model, is_degraded=False, due_since_at__isnull=True)
    current = {
        listing_id
        for listing_id, version in done.values_list("listing_id", "version")
        if versions.get(listing_id) == version
    }
    return [listing_id for listing_id in versions if listing_id not in current]
