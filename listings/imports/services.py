"""Files of listings, batch by batch: each batch is one transaction, and a second run goes on where the first ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from itertools import islice
from typing import IO, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from listings.catalog import services as catalog
from listings.imports.encodings import EncodingUnknown, encoding_of
from listings.imports.records import Record, Refused, read
from market.accounts.actors import actors_of, actors_of_keys
from market.kernel import audit, clock, files, jobs
from market.kernel.actor import Actor
from market.kernel.models import Job, PrivateFile
from market.kernel.papers import FileRefused
from market.kernel.problems import NotAllowed

BATCH = 500
KIND = "listings.import"
JSON_LINES = "application/jsonl"
MOST_REFUSALS = 200
SKIPS = {
    "id_twice": gettext_lazy("文件中编号相同的前一行已载入"),
    "known_id": gettext_lazy("此前已载入同一编号"),
    "patent_listed": gettext_lazy("本单位已有成果列出该专利"),
}
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """How an import went; of the refused lines, and of those passed over, the first two hundred are named."""

    loaded: int = 0
    skipped: int = 0
    refused: int = 0
    refusals: list[Refused] = field(default_factory=list)
    skips: list[Refused] = field(default_factory=list)

    def refuse(self, found: Iterable[Refused]) -> None:
        for refusal in found:
            self.refused += 1
            if len(self.refusals) < MOST_REFUSALS:
                self.refusals.append(refusal)

    def skip(self, line: int, code: str) -> None:
        """A line that is here already is no fault, but its sender may wonder where it is."""
        self.skipped += 1
        if len(self.skips) < MOST_REFUSALS:
            self.skips.append(Refused(line, code, str(SKIPS[code])))

    def as_dict(self) -> dict[str, Any]:
        return {
            "loaded": self.loaded,
            "skipped": self.skipped,
            "refused": self.refused,
            "refusals": [asdict(item) for item in self.refusals],
            "skips": [asdict(item) for item in self.skips],
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
    catalog.require_importer(actor=actor, kind=kind)
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

    Raises NotAllowed, NotVerified, TooLarge, EncodingUnknown, and FileRefused where no line is a JSON object.
    """
    catalog.require_importer(actor=actor, kind=kind)
    kept = files.store(upload, actor=actor, at=at, accepted=frozenset({"application/octet-stream"}))
    with files.open_file(kept) as content:
        encoding = encoding_of(content)
        beginnings = Counter(line.lstrip()[:1] for line in read_lines(content, encoding) if line.strip())
    if not beginnings["{"]:
        # A table or a text: each of its lines would be refused, hours after the sender was told that all is well.
        raise FileRefused(accepted=[JSON_LINES])
    payload = {
        "kind": kind,
        "file": str(kept.id),
        "encoding": encoding,
        "api_key": str(actor.api_key_id) if actor.api_key_id else "",
        "language": get_language() or "",
    }
    job = jobs.start(KIND, actor=actor, payload=payload, total=beginnings.total(), at=at)
    changes = {"kind": kind, "sha256": kept.sha256, "encoding": encoding}
    audit.record("import.started", actor=actor, subject=job, at=at, changes=changes)
    return job


def run_import(run: jobs.Run) -> dict[str, Any]:
    """The worker's side of `start_import`; each batch commits with the number of its last line."""
    actor = _actor_of(run)
    kept = PrivateFile.objects.get(pk=UUID(run.payload["file"]))
    encoding = run.payload.get("encoding", "utf-8")
    before = Outcome().as_dict() | run.checkpoint.get("outcome", {})

    def summed(outcome: Outcome) -> dict[str, Any]:
        now = outcome.as_dict()
        return {name: before[name] + now[name] for name in now} | {"encoding": encoding}

    def tell(line: int, outcome: Outcome) -> None:
        run.advance(line, outcome=summed(outcome), line=line)

    language = run.payload.get("language") or settings.LANGUAGE_CODE
    with files.open_file(kept) as content, translation.override(language):
        outcome = import_lines(
            actor=actor,
            kind=run.payload["kind"],
            lines=read_lines(content, encoding),
            after=run.checkpoint.get("line", 0),
            at=clock.now(),
            tell=tell,
        )
    return summed(outcome)


def _actor_of(run: jobs.Run) -> Actor:
    """Who started the job, as they may act now: the member, or the live key. Raises NotAllowed."""
    job = run.job
    if run.payload.get("api_key"):
        key_id = UUID(run.payload["api_key"])
        found = actors_of_keys([key_id], at=clock.now()).get(key_id)
    elif job.user_id is not None:
        person = (job.user_id, job.organisation_id)
        found = actors_of([person]).get(person)
    else:
        found = None
    if found is None or found.organisation_id != job.organisation_id:
        raise NotAllowed
    return found


def _import_batch(actor: Actor, kind: str, chunk: list[tuple[int, str]], outcome: Outcome, at: datetime) -> None:
    found = [read(kind, number, text) for number, text in chunk if text.strip()]
    outcome.refuse(item for item in found if isinstance(item, Refused))
    good: dict[str, Record] = {}
    for item in found:
        if not isinstance(item, Record):
            continue
        if errors := catalog.row_errors(kind, item.data, at=at):
            outcome.refuse([Refused(item.line, errors[0]["code"], str(errors[0]["message"])[:200])])
        elif item.key in good:
            outcome.skip(item.line, "id_twice")
        else:
            good[item.key] = item
    source = _source(actor)
    rows = {key: item.data for key, item in good.items()}
    for key, code in catalog.known_keys(actor=actor, kind=kind, rows=rows, source=source).items():
        outcome.skip(good[key].line, code)
        del rows[key]
    publish = partial(catalog.import_listings, actor=actor, kind=kind, source=source, at=at)
    try:
        with transaction.atomic():
            outcome.loaded += len(publish(rows=rows))
    except DatabaseError:
        # One of them is what no rule foresaw: each stands alone then.
        for key, data in rows.items():
            _import_one(publish, key, data, good[key].line, outcome)


def _import_one(publish: Callable[..., list[Any]], key: str, data: Any, line: int, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            outcome.loaded += len(publish(rows={key: data}))
    except DatabaseError:
        log.exception("import_line_refused", line=line)
        outcome.refuse([Refused(line, "not_kept", _("无法保存"))])


def _source(actor: Actor) -> str:
    """Where a row came from: the organisation's own files, so that two owners may use the same ids."""
    return f"file:{str(actor.organisation_id).replace('-', '')}"


def read_lines(content: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines of a file; bytes that are not of the encoding become lone surrogates, by which `read` knows them.

    Raises EncodingUnknown where UTF-16 breaks off: what follows has no lines that could be told apart.
    """
    errors = "strict" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    text = TextIOWrapper(content, encoding=encoding, errors=errors, newline="\n")
    try:
        yield from text
    except UnicodeDecodeError as error:
        raise EncodingUnknown from error
    finally:
        text.detach()
        content.seek(0)
