"""manage.py bench NAME [--rows N] [--json] | --list: ratios measured side by side on this machine."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.config.bench import listing

BENCHES = {"list": listing}


class Command(BaseCommand):
    help = "Measures one group of ratios; docs/measurements.md keeps what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", choices=sorted(BENCHES))
        parser.add_argument("--list", action="store_true", help="name the groups")
        parser.add_argument("--rows", type=int, default=100_000, help="size of the data (default: %(default)s)")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if options["list"]:
            for name, module in sorted(BENCHES.items()):
                self.stdout.write(f"{name:10} {(module.__doc__ or '').splitlines()[0]}")
            return
        if options["name"] is None:
            raise CommandError("name one of: " + ", ".join(sorted(BENCHES)))
        found = BENCHES[options["name"]].run(rows=options["rows"], quiet=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps({item.name: item.as_dict() for item in found}))
            return
        for item in found:
            lower, upper = item.iqr
            self.stdout.write(
                f"{item.name} {item.ratio:.2f} [{lower:.2f}–{upper:.2f}] (n={item.n}): "
                f"ours {item.ours_us:.0f} µs, the other {item.theirs_us:.0f} µs of processor time a call"
            )
