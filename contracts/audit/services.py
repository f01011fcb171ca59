"""Making evidence, as a job: it is long, and its file is kept."""

import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from contracts.audit.policy import require_auditor
from contracts.turnover.evidence import write_evidence
from market.accounts.actors import actor_for
from market.accounts.models import User
from market.kernel import audit, clock, files, jobs
from market.kernel.actor import SYSTEM, Actor
from market.kernel.models import Job

KIND = "audit.evidence"
MEDIA_TYPE = "application/jsonl"
PIECE_BYTES = 1 << 16


@transaction.atomic
def start_evidence(*, actor: Actor, at: datetime) -> Job:
    """Queue a bundle of everything that is committed when the worker begins. Raises NotFound for who is no auditor."""
    require_auditor(actor)
    job = jobs.start(KIND, actor=actor, payload={}, at=at)
    audit.record("evidence.started", actor=actor, subject=job, at=at)
    return job


def make_evidence(run: jobs.Run) -> dict[str, Any]:
    """The worker's side of `start_evidence`."""
    job, at = run.job, clock.now()
    actor = SYSTEM if job.user_id is None else actor_for(User.objects.get(pk=job.user_id), job.organisation_id)
    with tempfile.TemporaryFile(dir=files.scratch()) as draft:
        text = io.TextIOWrapper(draft, encoding="utf-8")
        written = write_evidence(text, at=at)
        text.detach()
        name = f"evidence-{settings.MARKET_CODE}-{clock.local_date(at):%Y%m%d}.jsonl"
        kept = files.store_file(_pieces(draft), name=name, media_type=MEDIA_TYPE, actor=actor, at=at)
    return kept.evidence() | {"rows": written.rows, "entries": written.entries, "head": written.head}


def _pieces(draft: IO[bytes]) -> Iterator[bytes]:
    draft.seek(0)
    while piece := draft.read(PIECE_BYTES):
        yield piece
