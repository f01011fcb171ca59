"""Ratios measured here: NAME [--rows N] [--demands N] [--rounds N] [--only P1 …] [--json] | --list."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import (
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
from tests.benchmarks.frame import Plan

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


def parser() -> ArgumentParser:
    found = ArgumentParser(
        "python -m tests.benchmarks",
        description="Measures one group of ratios; docs/measurements.md keeps what was found.",
    )
    found.add_argument("name", nargs="?", choices=sorted(BENCHES))
    found.add_argument("--list", action="store_true", help="name the groups")
    found.add_argument("--rows", type=int, default=100_000, help="size of the data (default: %(default)s)")
    found.add_argument("--demands", type=int, help="how many demands to match (default: a tenth of the rows)")
    found.add_argument("--rounds", type=int, help="how often each side is measured (default: each bench's own)")
    found.add_argument("--only", nargs="+", default=[], metavar="RATIO", help="measure these of the group only")
    found.add_argument("--json", action="store_true")
    return found


def run(words: Sequence[str] | None = None) -> None:
    """Measure what the words of the command line ask for, and print it."""
    asked = parser().parse_args(words)
    if asked.list:
        for name, module in sorted(BENCHES.items()):
            print(f"{name:10} {(module.__doc__ or '').splitlines()[0]}")
    elif asked.name is None:
        parser().error("name one of: " + ", ".join(sorted(BENCHES)))
    else:
        measure(asked)


def measure(asked: Namespace) -> None:
    plan = Plan(rows=asked.rows, demands=asked.demands, rounds=asked.rounds, only=tuple(asked.only), quiet=asked.json)
    with data.scratch_database(asked.name):
        ratios = BENCHES[asked.name].run(plan)
    if asked.json:
        print(json.dumps({ratio.name: ratio.as_dict() for ratio in ratios}))
        return
    for ratio in ratios:
        print(ratio)
