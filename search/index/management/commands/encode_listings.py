"""manage.py encode_listings [--json]: the vectors of all listings that lack one; goes on where it was broken off."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from market.kernel import clock
from search.index import encoder, encoding


class Command(BaseCommand):
    help = "Computes what the titles of listings mean, for matching by meaning."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if not encoder.is_available():
            raise CommandError("the language model is not installed on this machine; matching goes by words alone")
        began = time.monotonic()
        with tqdm(unit="listing", disable=options["json"]) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            encoded = encoding.encode_all(at=clock.now(), progress=progress)
        report = {"encoded": encoded, "seconds": round(time.monotonic() - began, 1)}
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
