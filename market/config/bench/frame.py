"""Rounds that alternate, and what they amount to."""

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

from tqdm import tqdm

ROUNDS, WARM_UP = 21, 3
SHORTEST_ROUND_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours against the other side: the median of the rounds' ratios, and the quartiles around it."""

    name: str
    ratio: float
    iqr: tuple[float, float]
    n: int
    ours_us: float
    theirs_us: float

    def as_dict(self) -> dict[str, object]:
        """Ratios without a unit; the two times in microseconds of processor time a call."""
        return {
            "ratio": round(self.ratio, 3),
            "iqr": [round(self.iqr[0], 3), round(self.iqr[1], 3)],
            "n": self.n,
            "ours_us": round(self.ours_us),
            "theirs_us": round(self.theirs_us),
        }


def alternate(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = ROUNDS, quiet: bool = False
) -> Ratio:
    """Processor time of ours over theirs, A B A B …; a noisy neighbour slows both sides of a round."""
    calls = _calls(ours)
    for _ in range(WARM_UP):
        _timed(ours, calls)
        _timed(theirs, calls)
    pairs = []
    for number in tqdm(range(rounds), desc=name, unit="round", disable=quiet):
        # Each side goes first in turn, so that neither always runs on the warmer caches.
        first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        one, two = _timed(first, calls), _timed(second, calls)
        pairs.append((one, two) if number % 2 == 0 else (two, one))
    ratios = sorted(mine / other for mine, other in pairs)
    lower, _median, upper = statistics.quantiles(ratios, n=4)
    return Ratio(
        name=name,
        ratio=statistics.median(ratios),
        iqr=(lower, upper),
        n=rounds,
        ours_us=statistics.median(mine for mine, _other in pairs) / calls * 1e6,
        theirs_us=statistics.median(other for _mine, other in pairs) / calls * 1e6,
    )


def _calls(run: Callable[[], object]) -> int:
    """How many calls make a round long enough for the clock."""
    run()
    return max(5, round(SHORTEST_ROUND_SECONDS / max(_timed(run, 5) / 5, 1e-6)))


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
