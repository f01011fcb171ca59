"""What people say of a pair."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from listings.catalog import policy as catalog
from market.kernel import audit, jobs
from market.kernel.actor import Actor
from market.kernel.models import Job
from market.kernel.policy import refusal
from market.kernel.problems import NotFound
from matching.matches import policy, queue
from matching.matches.models import Match, Verdict
from matching.matches.problems import VerdictNeedsNote, VerdictUnknown


@transaction.atomic
def give_verdict(
    *, actor: Actor, demand_id: UUID, achievement_id: UUID, code: str, note: str = "", at: datetime
) -> Verdict:
    """Say of a pair, for the actor's organisation, that it fits or why it does not; a later word replaces it.

    Raises VerdictUnknown, VerdictNeedsNote, NotAllowed for who is neither party nor broker.
    """
    demand = catalog.demands.fetch(actor=actor, pk=demand_id)
    achievement = catalog.achievements.fetch(actor=actor, pk=achievement_id)
    if not policy.judges(actor, demand, achievement) or actor.organisation_id is None:
        raise refusal(actor)
    if code not in Verdict.Code.values:
        raise VerdictUnknown
    if code == Verdict.Code.OTHER and not note.strip():
        raise VerdictNeedsNote
    match = Match.objects.filter(demand=demand, achievement=achievement).first()
    verdict, _created = Verdict.objects.update_or_create(
        demand=demand,
        achievement=achievement,
        organisation_id=actor.organisation_id,
        defaults={
            "code": code,
            "note": note.strip()[:500],
            "given_by_id": actor.user_id,
            "level": match.level if match else None,
            "model": match.model if match else "",
            "given_at": at,
        },
    )
    changes = {"demand": demand.id, "achievement": achievement.id, "code": code}
    audit.record("verdict.given", actor=actor, subject=verdict, at=at, changes=changes)
    return verdict


@transaction.atomic
def withdraw_verdict(*, actor: Actor, demand_id: UUID, achievement_id: UUID, at: datetime) -> None:
    """Take the organisation's word back; raises NotFound where there is none."""
    rows = policy.verdicts.visible_to(actor).filter(demand=demand_id, achievement=achievement_id)
    verdict = rows.select_for_update().first()
    if verdict is None:
        raise NotFound
    policy.verdicts.require(actor, "withdraw", verdict)
    audit.record("verdict.withdrawn", actor=actor, subject=verdict, at=at, changes={"code": verdict.code})
    verdict.delete()


@transaction.atomic
def start_rematch(*, actor: Actor, at: datetime) -> Job:
    """Match everything anew, as a job with progress; for operators."""
    if not actor.is_operator:
        raise NotFound
    job = jobs.start(queue.JOB, actor=actor, payload={}, at=at)
    audit.record("matching.restarted", actor=actor, subject=job, at=at)
    return job


@transaction.atomic
def retry_given_up(*, actor: Actor, at: datetime) -> int:
    """Hand on again what failed too often; for operators. Returns how many listings."""
    if not actor.is_operator:
        raise NotFound
    keys = list(queue.given_up().values_list("kind", "listing_id"))
    queue.mark_due(keys, at=at)
    return len(keys)


def rematch(run: jobs.Run) -> dict[str, int]:
    """What the job does; cancelled, it keeps what is done, and taken up again, it goes on with what is due."""
    is_first = "begun" not in run.checkpoint
    run.advance(0, begun=True)
    demands, pairs = queue.match_all(is_full=is_first, progress=lambda done, total: run.advance(done, total))
    return {"demands": demands, "pairs": pairs}
