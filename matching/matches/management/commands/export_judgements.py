"""manage.py export_judgements --out DIR [--json]: verdicts of parties and brokers as a folder for train_matching."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.matches import verdicts


class Command(BaseCommand):
    help = "Writes judged pairs with their texts, and without who judged; for training on this machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="a folder; made if it is not there")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            count = verdicts.export(options["out"])
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}") from error
        report = {"judgements": count}
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
