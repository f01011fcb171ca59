"""manage.py load_plan [--json]: the plan's indicators, from the data file in the room."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.turnover.services import load_plan


class Command(BaseCommand):
    help = "Loads the plan's indicators (table 2-1 of the city's five-year science plan)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        count = load_plan()
        if options["verbosity"]:
            self.stdout.write(json.dumps({"indicators": count}) if options["json"] else f"{count} indicators")
