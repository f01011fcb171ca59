"""Bring the code lists and the working-day calendar of the data files into the database."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market.kernel import clock
from market.kernel.actor import SYSTEM
from market.reference import calendar_years, files, services
from market.reference.problems import CodeListsFaulty


class Command(BaseCommand):
    help = (
        "Loads the code lists and the years of the working-day calendar. Codes that are no longer listed end today and "
        "stay, years that an operator entered stay as entered; running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=files.DATA, help="folder of lists.csv and the lists")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lists = files.read_lists(options["data"])
            years = files.read_years(options["data"])
            report = services.load_code_lists(actor=SYSTEM, lists=lists, at=clock.now())
            loaded = calendar_years.load_years(actor=SYSTEM, years=years, at=clock.now())
        except files.UnreadableFile as error:
            raise CommandError(str(error)) from error
        except CodeListsFaulty as refusal:
            raise CommandError("\n".join(refusal.data["faults"])) from refusal
        figures = {"lists": len(lists)} | asdict(report) | {"years": loaded}
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        elif options["verbosity"]:
            self.stdout.write(", ".join(f"{name} {figure}" for name, figure in figures.items()))
