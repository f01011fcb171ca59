"""From features to a score and a level: a model of numbers in a data file, read without training code.

The score is in levels of judgement: 1 more is one level more. It compares across lists, since no feature and no
scaling hangs on what else is in the list.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.scoring import features, score_models, vectors

FILE = Path(__file__).resolve().parent / "data" / "ranker.json"
FORMAT, VERSION = "technology-market ranker", 1
LEVELS = (4, 3, 2, 1)

# What the judged pairs lack and our listings have cannot be learned from them, so its part is set, small and bounded,
# in levels of judgement: a fact that agrees lifts a pair a little, one that clashes lowers it, an absent one does
# nothing. Text lifts only: an achievement with a title alone is scored as if it had nothing to add.
PARTS: Mapping[str, tuple[float, float]] = {  # feature → (level per unit, most of it)
    "body_words": (1.0, 0.5),
    "same_field": (0.05, 0.05),
    "same_local_industry": (0.05, 0.05),
    "shared_industry": (0.05, 0.05),
    "shared_ipc": (0.1, 0.1),
    "same_region": (0.02, 0.02),
    "maturity_short": (-0.05, 0.2),
    "price_over": (-0.2, 0.2),
    "years_older": (-0.01, 0.05),
    "owner_record": (0.01, 0.05),
}


class BadRanker(ValueError):
    """The file is missing, damaged, altered, or not a ranker of this version; the message says which."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`P(level ≥ k) = logistic(slope × score − at[k])`, and the least score for each level."""

    slope: float
    at: Mapping[int, float]
    least: Mapping[int, float]

    def levels(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n, 4]: the probabilities of levels 4, 3, 2, 1."""
        above = [1 / (1 + np.exp(self.at[level] - self.slope * scores)) for level in LEVELS[:3]]
        return np.stack([above[0], above[1] - above[0], above[2] - above[1], 1 - above[2]], axis=1)

    def relevance(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n]: the probability of level 3 or more, which counts as relevant."""
        return np.asarray(self.levels(scores)[:, :2].sum(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Ranker:
    """`full` needs every learned feature; `words` only those of words, where there are no vectors."""

    model: str
    full: score_models.Member
    words: score_models.Member
    calibration: Calibration
    report: Mapping[str, Any]
    card: Mapping[str, Any]

    def score(self, found: NDArray[np.float32]) -> NDArray[np.float64]:
        """float64[n] of `features.pair_features`, higher is better; each row by the member that has its features."""
        table = np.asarray(found, dtype=np.float64)
        scores = self.words.score(table)
        has_vectors = np.isfinite(table[:, self.full.columns]).all(axis=1)
        if has_vectors.any():
            scores[has_vectors] = self.full.score(table[has_vectors])
        return np.asarray(scores + adjustments(table).sum(axis=1), dtype=np.float64)

    def levels(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n, 4]: the calibrated probabilities of levels 4, 3, 2, 1."""
        return self.calibration.levels(np.asarray(scores, dtype=np.float64))

    def level(self, score: float) -> int:
        """4 to 1. The bounds give each level as often as it was judged, out of fold."""
        return next((level for level in LEVELS[:3] if score >= self.calibration.least[level]), 1)


def adjustments(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n, len(PARTS)]: what text and facts add, in levels; 0 where a fact is not known."""
    columns = []
    for name, (per_unit, most) in PARTS.items():
        values = np.nan_to_num(table[:, features.NAMES.index(name)], nan=0.0, posinf=0.0, neginf=0.0)
        columns.append(np.clip(per_unit * values, -most, most))
    return np.stack(columns, axis=1)


@cache
def shipped() -> Ranker:
    """The ranker that comes with the code; raises BadRanker."""
    return load(FILE)


def load(file: Path) -> Ranker:
    """Raises BadRanker."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as missing:
        raise BadRanker(f"{file}: {missing.strerror}") from missing
    except (ValueError, RecursionError) as broken:
        raise BadRanker(f"{file} is damaged: {broken}") from broken
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadRanker(f"{file} is not a ranker")
    if content.get("version") != VERSION:
        raise BadRanker(f"{file} is of version {content.get('version')}, not {VERSION}")
    if content.get("sha256") != digest(content):
        raise BadRanker(f"{file} was altered: its content has not the checksum that it names")
    if content.get("vectors") != vectors.model():
        raise BadRanker(f"{file} was fitted to vectors of {content.get('vectors')}, not of {vectors.model()}")
    try:
        return from_content(content)
    except (KeyError, TypeError, ValueError, IndexError) as broken:
        raise BadRanker(f"{file} lacks something or has it in another form: {broken!r}") from broken


def from_content(content: Mapping[str, Any]) -> Ranker:
    calibration = content["calibration"]
    found = Ranker(
        model=str(content["model"]),
        full=score_models.from_content(content["members"]["full"]),
        words=score_models.from_content(content["members"]["words"]),
        calibration=Calibration(
            float(calibration["slope"]),
            {int(level): float(value) for level, value in calibration["at"].items()},
            {int(level): float(value) for level, value in calibration["least"].items()},
        ),
        report=content["report"],
        card=content["card"],
    )
    numbers = [found.calibration.slope]
    for by_level in (found.calibration.at, found.calibration.least):
        numbers += [by_level[level] for level in LEVELS[:3]]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number of the calibration is not finite")
    return found


def digest(content: Mapping[str, Any]) -> str:
    """Of everything but the checksum itself."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
