"""Which listings are to be matched again, who is at it, and what became of it.

The database is the queue: a lost message costs a moment, a dead worker its claim's time, and nothing is matched by
two workers at once.
"""

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from market.kernel import clock
from matching.matches import corpus, pairing, scorer
from matching.matches.models import Kind, Match, MatchState
from search.index import engine
from search.index.breaker import EngineAway

BATCH = 8  # listings read together; each brings some six hundred partners with their vectors
REVIVED = 1000
JOB = "matching.match_all"
CLAIM = timedelta(seconds=120)
MAX_ATTEMPTS = 5
Progress = Callable[[int], None]
# A change during the matching moves the moment, by which the worker sees that it is to be done again.
MARK = """
    INSERT INTO ranking_matchstate AS known (kind, listing_id, due_since_at, attempts, last_error, model, is_degraded)
    SELECT kind, listing_id, %s, 0, '', '', false FROM unnest(%s::text[], %s::uuid[]) AS places (kind, listing_id)
    ON CONFLICT (kind, listing_id) DO UPDATE SET attempts = 0, due_since_at = CASE
        WHEN known.claimed_until IS NULL THEN coalesce(known.due_since_at, EXCLUDED.due_since_at)
        ELSE EXCLUDED.due_since_at END
"""


def mark_due(keys: Sequence[tuple[str, UUID]], *, at: datetime) -> None:
    """Have these listings matched again; one that waits already keeps its place, one given up is tried anew."""
    # Oldest first, and in one order, so that two who mark the same wait for each other and no more.
    places = sorted(dict.fromkeys(keys), key=lambda place: (place[1], place[0]))
    with connection.cursor() as cursor:
        cursor.execute(MARK, [at, [kind for kind, _ in places], [listing_id for _, listing_id in places]])


def due(kind: str = "") -> QuerySet[MatchState]:
    """What waits and was not given up."""
    rows = MatchState.objects.filter(due_since_at__isnull=False, attempts__lt=MAX_ATTEMPTS)
    return rows.filter(kind=kind) if kind else rows


def drain(*, kind: str = "", seconds: float = math.inf, progress: Progress = lambda done: None) -> int:
    """Match whatever is due, batch after batch, until nothing is free or the time is up; returns how many were."""
    done, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends and (claimed := _claim(kind)):
        done += _work(claimed)
        progress(done)
    return done


def _claim(kind: str) -> list[MatchState]:
    """A batch, held for a while; one that failed before comes alone, so that it holds up nobody else."""
    now = clock.now()
    with transaction.atomic():
        free = due(kind).filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        first = free.order_by("attempts", "due_since_at", "id").select_for_update(skip_locked=True)
        rows = list(first[:BATCH])
        if rows and rows[0].attempts:
            rows = rows[:1]
        rows = [row for row in rows if row.kind == rows[0].kind and row.attempts == rows[0].attempts]
        MatchState.objects.filter(pk__in=[row.pk for row in rows]).update(
            claimed_until=now + CLAIM, attempts=F("attempts") + 1
        )
    return rows


def _work(claimed: Sequence[MatchState]) -> int:
    kind, ids = claimed[0].kind, [row.listing_id for row in claimed]
    try:
        with transaction.atomic():
            outcome = pairing.match_listings(Kind(kind), ids, at=clock.now())
            for row in claimed:
                _settle(row, outcome)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:1000]
        MatchState.objects.filter(pk__in=[row.pk for row in claimed]).update(claimed_until=None, last_error=reason)
        pairing.log.exception("matching_failed", kind=kind, listings=[str(listing_id) for listing_id in ids])
        return 0
    return len(claimed)


def _settle(row: MatchState, outcome: pairing.Outcome) -> None:
    """Note what was done; a listing that changed meanwhile stays due."""
    mine = MatchState.objects.filter(pk=row.pk)
    mine.filter(due_since_at=row.due_since_at).update(due_since_at=None)
    mine.update(
        claimed_until=None,
        attempts=0,
        last_error="",
        version=outcome.versions.get(row.listing_id),
        model=outcome.model,
        is_degraded=outcome.is_degraded.get(row.listing_id, False),
        matched_at=outcome.at,
    )


def match_all(
    *, is_full: bool = False, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[int, int]:
    """Match every open demand with every listing; returns how many demands were matched, and the pairs that fit.

    Demands that the same model has matched in their present version with the engine there are passed over, unless
    `is_full`: so it costs little when little changed, and goes on where it was broken off.
    """
    at = clock.now()
    if is_full:
        corpus.recount(at=at)
    else:
        corpus.refresh(at=at)
    stale = pairing.stale(Kind.DEMAND, scorer.model_name(), is_full=is_full)
    for start in range(0, len(stale), 1000):
        mark_due([(Kind.DEMAND, listing_id) for listing_id in stale[start : start + 1000]], at=at)
    total = due(Kind.DEMAND).count()
    done = drain(kind=Kind.DEMAND, progress=lambda done: progress(done, max(total, done)))
    return done, Match.objects.count()


def revive(*, at: datetime) -> int:
    """Once the engine is back, have what was matched without it matched again; returns how many listings."""
    poor = MatchState.objects.filter(is_degraded=True, due_since_at__isnull=True)
    keys = list(poor.values_list("kind", "listing_id")[:REVIVED])
    if not keys:
        return 0
    try:
        if engine.current_index() is None:
            return 0
    except EngineAway:
        return 0
    mark_due(keys, at=at)
    return len(keys)


def given_up() -> QuerySet[MatchState]:
    """What failed too often, newest first; an operator hands it on again."""
    return MatchState.objects.filter(due_since_at__isnull=False, attempts__gte=MAX_ATTEMPTS).order_by("-id")
