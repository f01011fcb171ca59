"""Files of listings, batch by batch: each batch is one transaction, and a second run goes on where the first ended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from listings.catalog import policy
from listings.catalog import services as catalog
from listings.catalog.services.moves import owner_of_new, require_verified
from listings.imports.records import Record, Refused, read
from market.accounts.actors import actor_for
from market.accounts.models import User
from market.kernel import audit, clock, files, jobs
from market.kernel.actor import Actor
from market.kernel.models import Job, PrivateFile
from market.kernel.problems import NotAllowed

BATCH = 500
KIND = "listings.import"
MOST_REFUSALS = 200


@dataclass(slots=True)
class Outcome:
    """How an import went; of the refused lines the first two hundred are named."""

    loaded: int = 0
    skipped: int = 0
    refused: int = 0
    refusals: list[Refused] = field(default_factory=list)

    def refuse(self, found: Iterable[Refused]) -> None:
        for refusal in found:
            self.refused += 1
            if len(self.refusals) < MOST_REFUSALS:
                self.refusals.append(refusal)

    def as_dict(self) -> dict[str, Any]:
        return {
            "loaded": self.loaded,
            "skipped": self.skipped,
            "refused": self.refused,
            "refusals": [{"line": item.line, "code": item.code, "message": item.message} for item in self.refusals],
        }


def import_lines(
    *,
    actor: Actor,
    kind: str,
    lines: Iterable[str],
    at: datetime,
    after: int = 0,
    batch: int = BATCH,
    tell: Callable[[int, Outcome], None] = lambda line, outcome: None,
) -> Outcome:
    """Publish the listings of a file for the actor's organisation. Raises NotAllowed, NotVerified before any line.

    `after` passes over that many lines. `tell` is called in each batch's transaction with the number of its last line.
    """
    require_verified(owner_of_new(actor, f"{kind}s"))
    outcome = Outcome()
    numbered = ((number, text) for number, text in enumerate(lines, start=1) if number > after)
    while chunk := list(islice(numbered, batch)):
        with transaction.atomic():
            _import_batch(actor, kind, chunk, outcome, at)
            tell(chunk[-1][0], outcome)
    return outcome


@transaction.atomic
def start_import(*, actor: Actor, kind: str, upload: "File[bytes]", at: datetime) -> Job:
    """Keep the file and queue its import; the job's result says what was loaded and which lines were refused.

    Raises NotAllowed, NotVerified, TooLarge, FileRefused.
    """
    if not policy.may_create(actor, f"{kind}s"):
        raise NotAllowed
    require_verified(owner_of_new(actor, f"{kind}s"))
    kept = files.store(upload, actor=actor, at=at, accepted=frozenset({"application/octet-stream"}))
    with files.open_file(kept) as content:
        total = sum(1 for line in content if line.strip())
    job = jobs.start(KIND, actor=actor, payload={"kind": kind, "file": str(kept.id)}, total=total, at=at)
    audit.record("import.started", actor=actor, subject=job, at=at, changes={"kind": kind, "sha256": kept.sha256})
    return job


@jobs.handler(KIND)
def run_import(run: jobs.Run) -> dict[str, Any]:
    """The worker's side of `start_import`; each batch commits with the number of its last line."""
    job = run.job
    if job.user_id is None:
        raise NotAllowed
    actor = actor_for(User.objects.get(pk=job.user_id), job.organisation_id)
    kept = PrivateFile.objects.get(pk=UUID(run.payload["file"]))
    before = run.checkpoint.get("outcome", {"loaded": 0, "skipped": 0, "refused": 0, "refusals": []})

    def summed(outcome: Outcome) -> dict[str, Any]:
        now = outcome.as_dict()
        return {name: before[name] + now[name] for name in now}

    def tell(line: int, outcome: Outcome) -> None:
        run.advance(line, outcome=summed(outcome), line=line)

    with files.open_file(kept) as content:
        outcome = import_lines(
            actor=actor,
            kind=run.payload["kind"],
            lines=_decoded(content),
            after=run.checkpoint.get("line", 0),
            at=clock.now(),
            tell=tell,
        )
    return summed(outcome)


def _import_batch(actor: Actor, kind: str, chunk: list[tuple[int, str]], outcome: Outcome, at: datetime) -> None:
    found = [read(kind, number, text) for number, text in chunk if text.strip()]
    outcome.refuse(item for item in found if isinstance(item, Refused))
    good: dict[str, Record] = {}
    for item in found:
        if not isinstance(item, Record):
            continue
        if errors := catalog.row_errors(item.data, at=at):
            outcome.refuse([Refused(item.line, errors[0]["code"], str(errors[0]["message"])[:200])])
        elif item.key in good:
            outcome.skipped += 1
        else:
            good[item.key] = item
    rows = {key: item.data for key, item in good.items()}
    loaded = catalog.import_listings(actor=actor, kind=kind, rows=rows, source=_source(actor), at=at)
    outcome.loaded += len(loaded)
    outcome.skipped += len(rows) - len(loaded)


def _source(actor: Actor) -> str:
    """Where a row came from: the organisation's own files, so that two owners may use the same ids."""
    return f"file:{str(actor.organisation_id).replace('-', '')}"


def _decoded(content: Any) -> Iterator[str]:
    return (line.decode("utf-8", "replace") for line in content)
