"""manage.py load_plan [FILE] [--json]: a plan's indicators; without a file those of 2020 to 2025 in the room."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from contracts.turnover.services import INDICATORS, load_plan


class Command(BaseCommand):
    help = "Loads the indicators of a five-year science plan from a file, beside the plans that are there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=INDICATORS, help="JSON, as data/indicators.json")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            count = load_plan(path=options["file"])
        except (OSError, ValidationError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(json.dumps({"indicators": count}) if options["json"] else f"{count} indicators")
