"""manage.py bench NAME [--rows N] [--demands N] [--rounds N] [--only P1 …] [--json] | --list: ratios measured here."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.config.bench import (
    chain,
    consuming,
    data,
    growth,
    lagging,
    listing,
    matching,
    reindexing,
    saving,
    searching,
    turnover,
    writing,
)
from market.config.bench.frame import Plan

BENCHES: dict[str, Any] = {
    "chain": chain,
    "events": consuming,
    "growth": growth,
    "lag": lagging,
    "list": listing,
    "match": matching,
    "reindex": reindexing,
    "saved": saving,
    "search": searching,
    "turnover": turnover,
    "write": writing,
}


class Command(BaseCommand):
    help = "Measures one group of ratios; docs/measurements.md keeps what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", choices=sorted(BENCHES))
        parser.add_argument("--list", action="store_true", help="name the groups")
        parser.add_argument("--rows", type=int, default=100_000, help="size of the data (default: %(default)s)")
        parser.add_argument("--demands", type=int, help="how many demands to match (default: a tenth of the rows)")
        parser.add_argument("--rounds", type=int, help="how often each side is measured (default: each bench's own)")
        parser.add_argument("--only", nargs="+", default=[], metavar="RATIO", help="measure these of the group only")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if options["list"]:
            for name, module in sorted(BENCHES.items()):
                self.stdout.write(f"{name:10} {(module.__doc__ or '').splitlines()[0]}")
            return
        if options["name"] is None:
            raise CommandError("name one of: " + ", ".join(sorted(BENCHES)))
        plan = Plan(
            rows=options["rows"],
            demands=options["demands"],
            rounds=options["rounds"],
            only=tuple(options["only"]),
            quiet=bool(options["json"]),
        )
        with data.scratch_database(options["name"]):
            found = BENCHES[options["name"]].run(plan)
        if options["json"]:
            self.stdout.write(json.dumps({item.name: item.as_dict() for item in found}))
            return
        for item in found:
            self.stdout.write(str(item))
