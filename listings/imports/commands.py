"""What load_patents and load_demands share: the file, the owner, the bar, the summary."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from listings.catalog import policy
from listings.catalog.kinds import kind_named
from listings.imports import services
from listings.imports.encodings import EncodingUnknown, encoding_of
from market.accounts.actors import actor_for
from market.accounts.models import Membership
from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.problems import Problem
from market.reference.identifiers.credit_code import parse_credit_code
from market.reference.identifiers.text import InvalidIdentifier


class LoadCommand(BaseCommand):
    """One JSON object a line; lines that were loaded before are passed over, so a second run resumes the first."""

    kind = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, metavar="CREDIT_CODE", help="the organisation that lists them")
        parser.add_argument("--batch", type=int, default=services.BATCH)
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"no such file: {file}")
        actor = clerk_of(options["owner"], self.kind)
        started = time.monotonic()
        with file.open("rb") as content:
            try:
                encoding = encoding_of(content)
            except EncodingUnknown as problem:
                raise CommandError(f"{problem.code}: {problem.title}") from problem
            total = sum(1 for _ in services.read_lines(content, encoding))
            bar = tqdm(total=total, unit="line", disable=options["json"])
            try:
                outcome = services.import_lines(
                    actor=actor,
                    kind=self.kind,
                    lines=services.read_lines(content, encoding),
                    at=clock.now(),
                    batch=max(1, min(options["batch"], 5000)),
                    tell=lambda line, _outcome: bar.update(line - bar.n) and None,
                )
            except Problem as problem:
                raise CommandError(f"{problem.code}: {problem.title}") from problem
            finally:
                bar.close()
        self.report(outcome, seconds=round(time.monotonic() - started, 1), as_json=options["json"])

    def report(self, outcome: services.Outcome, *, seconds: float, as_json: bool) -> None:
        for refusal in outcome.refusals:
            self.stderr.write(f"line {refusal.line}: {refusal.code}: {refusal.message}")
        counts = {"loaded": outcome.loaded, "skipped": outcome.skipped, "refused": outcome.refused, "seconds": seconds}
        self.stdout.write(json.dumps(counts) if as_json else ", ".join(f"{name} {n}" for name, n in counts.items()))
        if outcome.refused and not outcome.loaded + outcome.skipped:
            raise CommandError("every line was refused")


def clerk_of(credit_code: str, kind: str) -> Actor:
    """A member of the organisation who may list; they are named in the audit row."""
    try:
        code = parse_credit_code(credit_code).value
    except InvalidIdentifier as error:
        raise CommandError(f"{credit_code}: {error.message}") from error
    for actor in _members(code):
        if policy.may_create(actor, kind_named(kind)):
            return actor
    raise CommandError(f"{code}: no such organisation, or nobody there may publish")


def _members(code: str) -> Iterator[Actor]:
    rows = Membership.objects.filter(organisation__credit_code=code, ended_at__isnull=True).select_related("user")
    return (actor_for(row.user, row.organisation_id) for row in rows.order_by("created_at", "id"))
