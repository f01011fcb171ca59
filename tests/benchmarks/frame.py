"""Rounds that alternate, and what they amount to."""

import gc
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter, process_time
from typing import Any, TypeVar

from tqdm import tqdm

ROUNDS, WARM_UP = 21, 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for: size of the data, rounds (none: the bench's own number), which ratios (none: all).

    `rows` counts achievements, `demands` those (none: a tenth) where a bench has any. `round_seconds` is how long one
    side of a round of processor time lasts at least.
    """

    rows: int = 100_000
    demands: int | None = None
    rounds: int | None = None
    only: Sequence[str] = ()
    quiet: bool = False
    round_seconds: float = 0.2

    def wants(self, *names: str) -> bool:
        return not self.only or any(name in self.only for name in names)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours against the other side: the median of the rounds' ratios, and the quartiles around it.

    `ours` and `theirs` are microseconds a call, unless `unit` says otherwise; `clock` is the processor's, or the one
    on the wall; `more` holds what stands beside the ratio, for orientation.
    """

    name: str
    ratio: float
    iqr: tuple[float, float]
    n: int
    ours: float
    theirs: float
    unit: str = "us"
    clock: str = "processor"
    more: Mapping[str, float] = field(default_factory=dict)

    def with_more(self, **values: float) -> "Ratio":
        """The same with more beside it."""
        return replace(self, more={**self.more, **values})

    def as_dict(self) -> dict[str, object]:
        """The ratio without a unit, and the two sides in theirs."""
        return {
            "ratio": round(self.ratio, 3),
            "iqr": [round(self.iqr[0], 3), round(self.iqr[1], 3)],
            "n": self.n,
            f"ours_{self.unit}": round(self.ours),
            f"theirs_{self.unit}": round(self.theirs),
            "clock": self.clock,
            **{name: round(value, 1) for name, value in self.more.items()},
        }

    def __str__(self) -> str:
        beside = "".join(f"; {name} {value:,.1f}" for name, value in self.more.items())
        return (
            f"{self.name} {self.ratio:.2f} [{self.iqr[0]:.2f}–{self.iqr[1]:.2f}] (n={self.n}): "
            f"ours {self.ours:,.0f} {self.unit}, the other {self.theirs:,.0f} {self.unit} ({self.clock}){beside}"
        )


def alternate(name: str, ours: Callable[[], object], theirs: Callable[[], object], plan: Plan) -> Ratio:
    """Processor time of ours over theirs, A B A B …; a noisy neighbour slows both sides of a round."""
    calls = _calls(ours, plan.round_seconds)
    for _ in range(WARM_UP):
        _timed(ours, calls)
        _timed(theirs, calls)
    pairs = []
    for number in tqdm(range(plan.rounds or ROUNDS), desc=name, unit="round", disable=plan.quiet):
        # Each side goes first in turn, so that neither always runs on the warmer caches.
        first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        one, two = _timed(first, calls), _timed(second, calls)
        pairs.append((one, two) if number % 2 == 0 else (two, one))
    return ratio_of(name, [(mine / calls, other / calls) for mine, other in pairs])


def ratio_of(
    name: str,
    pairs: Sequence[tuple[float, float]],
    *,
    unit: str = "us",
    clock: str = "processor",
    is_rate: bool = False,
    more: Mapping[str, float] | None = None,
) -> Ratio:
    """From both sides of each round, in seconds or KiB; as a rate, theirs over ours: how many times as fast ours is."""
    ratios = [other / mine if is_rate else mine / other for mine, other in pairs]
    lower, _median, upper = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    scale = 1e6 if unit == "us" else 1
    return Ratio(
        name=name,
        ratio=statistics.median(ratios),
        iqr=(lower, upper),
        n=len(pairs),
        ours=statistics.median(mine for mine, _other in pairs) * scale,
        theirs=statistics.median(other for _mine, other in pairs) * scale,
        unit=unit,
        clock=clock,
        more=more or {},
    )


def growth(name: str, few: tuple[int, Sequence[float]], many: tuple[int, Sequence[float]]) -> Ratio:
    """Seconds of each round at many rows over those at few, and a hundred times the exponent by which they grow.

    The sides are not of one moment, since the data must grow between them.
    """
    (from_rows, before), (rows, after) = few, many
    found = ratio_of(name, list(zip(after, before, strict=True)), clock="wall")
    slope = math.log(found.ratio) / math.log(rows / from_rows) if rows > from_rows else 0.0
    return found.with_more(slope_percent=100 * slope, rows=rows, from_rows=from_rows)


def percentiles(
    names: Mapping[str, int],
    items: Sequence[T],
    ours: Callable[[T], object],
    theirs: Callable[[T], object],
    *,
    before: tuple[Callable[[], object], Callable[[], object]] | None = None,
    rounds: int = ROUNDS,
    quiet: bool = False,
) -> list[Ratio]:
    """Wall-clock time, where another process does part of the work: every item on either side, item by item.

    For each name a percentile of a round's items, ours over theirs; beside it the processor time of ours alone.
    `before` prepares the sides, unmeasured.
    """
    ready = before or (int, int)
    sides: tuple[Callable[[T], object], ...] = (ours, theirs)
    taken: list[tuple[list[float], list[float]]] = []
    added = []
    for number in tqdm(range(-1, rounds), desc=" ".join(names), unit="round", disable=quiet):
        wall: tuple[list[float], list[float]] = ([], [])
        spent = [0.0, 0.0]
        for place, item in enumerate(items):
            for side in (0, 1) if (number + place) % 2 == 0 else (1, 0):
                ready[side]()
                processor, began = process_time(), perf_counter()
                sides[side](item)
                wall[side].append(perf_counter() - began)
                spent[side] += process_time() - processor
        if number >= 0:  # the first round warms both sides up
            taken.append(wall)
            added.append((spent[0] - spent[1]) / len(items) * 1e6)
    more = {"added_processor_us": statistics.median(added)}
    return [
        ratio_of(
            name,
            [(percentile(mine, share), percentile(other, share)) for mine, other in taken],
            clock="wall",
            more=more,
        )
        for name, share in names.items()
    ]


def percentile(values: Sequence[float], share: int) -> float:
    """The value below which that share in hundred lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))]


def paces(
    name: str, ours: Callable[[], Any], theirs: Callable[[], Any], *, documents: int, rounds: int, quiet: bool
) -> Ratio:
    """How many times as many documents a second ours does by the clock on the wall, in long runs A B A B …"""
    pairs = []
    for number in tqdm(range(rounds), desc=name, unit="round", disable=quiet):
        seconds = [0.0, 0.0]
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            gc.collect()
            began = perf_counter()
            (ours, theirs)[side]()
            seconds[side] = (perf_counter() - began) / documents
        pairs.append((seconds[0], seconds[1]))
    ratio = ratio_of(name, pairs, clock="wall", is_rate=True)
    return ratio.with_more(ours_per_second=1e6 / ratio.ours, theirs_per_second=1e6 / ratio.theirs)


def _calls(run: Callable[[], object], seconds: float) -> int:
    """How many calls make a round long enough for the clock."""
    run()
    return max(5, round(seconds / max(_timed(run, 5) / 5, 1e-6)))


def _timed(run: Callable[[], object], calls: int) -> float:
    gc.collect()
    gc.disable()
    try:
        started = process_time()
        for _ in range(calls):
            run()
        return process_time() - started
    finally:
        gc.enable()
