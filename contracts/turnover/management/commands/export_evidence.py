"""manage.py export_evidence --out FILE [--json]: the bundle that `verify_turnover.py` checks offline."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.turnover.evidence import write_evidence
from market.kernel import clock, security_log


class Command(BaseCommand):
    help = "Seals and signs what is committed, and writes one file of evidence for an auditor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, out: Path, **options: Any) -> None:
        draft = out.with_name(out.name + ".part")
        try:
            with draft.open("w", encoding="utf-8") as target:
                written = write_evidence(target, at=clock.now())
            draft.replace(out)
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
        security_log.note("export", outcome="sent", route="export_evidence", of=[out.name])
        if options["json"]:
            self.stdout.write(json.dumps({"entries": written.entries, "rows": written.rows, "head": written.head}))
            return
        signed = "no head is signed (AUDIT_KEY)" if written.head is None else f"signed head {written.head['seq']}"
        self.stdout.write(f"{out}: {written.rows} rows, {written.entries} entries, {signed}")
