"""manage.py match_all [--full] [--json]: every open demand with every listing; goes on where it was broken off."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from matching.matches import queue


class Command(BaseCommand):
    help = "Matches demands that are new, changed, or were matched by another model; --full: all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full", action="store_true", help="match also what is matched already")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        began = time.monotonic()
        with tqdm(unit="demand", disable=options["json"]) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            demands, pairs = queue.match_all(is_full=options["full"], progress=progress)
        report = {"demands": demands, "pairs": pairs, "seconds": round(time.monotonic() - began, 1)}
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
