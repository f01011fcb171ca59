"""What the auditor's desk and the public pages of the chain show."""

from typing import Any
from uuid import UUID

from contracts.audit.policy import require_auditor
from contracts.audit.services import KIND
from contracts.turnover import queries as turnover
from market.kernel import jobs
from market.kernel.actor import Actor
from market.kernel.chain import heads, proofs, sequencer
from market.kernel.models import ChainHead, Job, PrivateFile
from market.kernel.problems import NotFound


def desk(*, actor: Actor) -> dict[str, Any]:
    """How the chain stands, and the bundles that were made for the actor's organisation; raises NotFound."""
    require_auditor(actor)
    made = jobs.policy.visible_to(actor).filter(kind=KIND).order_by("-created_at", "-id")
    return {
        "backlog": sequencer.backlog(),
        "head": heads.latest(),
        "key": heads.public_key(),
        "bundles": made[:5],
    }


def evidence_file(*, actor: Actor, evidence_id: UUID) -> PrivateFile:
    """The bundle that a job made; raises NotFound, also while it is not made yet."""
    require_auditor(actor)
    rows = Job.objects.filter(kind=KIND, state=Job.State.DONE)
    if not actor.is_operator:
        rows = rows.filter(organisation_id=actor.organisation_id)
    job = rows.filter(pk=evidence_id).first()
    if job is None:
        raise NotFound
    return PrivateFile.objects.get(pk=UUID(job.result["file_id"]))


def entry_proof(*, actor: Actor, entry_id: int) -> dict[str, Any]:
    """That an entry which the actor sees is under the newest head; raises NotFound, NotSealedYet."""
    entry = turnover.entry(actor=actor, entry_id=entry_id)
    return proofs.proof("turnover.entry", str(entry.pk))


def head_at(seq: int) -> ChainHead:
    """Raises NotFound where no head was signed for that link."""
    head = heads.heads().filter(seq=seq).first()
    if head is None:
        raise NotFound
    return head
