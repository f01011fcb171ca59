"""A ranker made from judgements: families compared by cross-validation, the simplest that is not worse than the best.

Lists of demands with the same title are held out together, so no figure profits from a title seen before.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring import evaluation, features, measures, vectors
from matching.scoring.evaluation import Measured
from matching.scoring.learners import FAMILIES, Lists, ridge
from matching.scoring.ranker import FORMAT, LEVELS, PARTS, VERSION, Calibration, Ranker, digest, from_content
from matching.scoring.score_models import Floats

FOLDS, REPEATS, SEED = 5, 10, 20261127
NOISE = 1.0  # standard errors of the difference to the best within which a simpler family is preferred
WORDS = tuple(feature.name for feature in features.WORDS)
FULL = WORDS + tuple(feature.name for feature in features.VECTORS)
CARD = {
    "data": "CCF BDCI 2019 「技术需求与技术成果关联度」: pairs judged 1 to 4 by technology-transfer staff",
    "terms": "None stated by the contest: used to measure and to fit these numbers; no text and no id of it is here",
    "use": "Orders achievements for a demand and demands for an achievement; a person decides",
    "limits": "Learned from titles of achievements alone; what body and facts add is set by hand and bounded",
}


class TooFew(ValueError):
    """There are not enough demands to hold some out."""


class Worse(ValueError):
    """The new ranker ranks held judgements worse than the shipped one."""


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of pairs by members that never saw their list: `scores[repeat][list]`."""

    scores: tuple[tuple[Floats, ...], ...]
    ndcg: NDArray[np.float64]  # [repeats, lists], at ten

    @property
    def mean(self) -> float:
        return round(float(self.ndcg.mean()), 4)

    @property
    def spread(self) -> float:
        """Standard deviation of the mean over the repeats."""
        return round(float(self.ndcg.mean(axis=1).std()), 4)


def train(found: Measured, progress: Callable[[Iterable[Any], int], Iterable[Any]]) -> dict[str, Any]:
    """The content of a data file; raises TooFew."""
    if len(set(found.titles)) < 2 * FOLDS:
        raise TooFew(f"{len(set(found.titles))} demands with a gain are too few: {2 * FOLDS} at least")
    lists = lists_of(found)
    has_vectors = all(np.isfinite(table[:, : len(FULL)]).all() for table in found.tables)
    names = FULL if has_vectors else WORDS
    held = {name: cross_validated(found, name, names) for name in progress(FAMILIES, len(FAMILIES))}
    family = chosen(held)
    of_words = cross_validated(found, "ridge", WORDS)
    fitted = calibrated(found, held[family], of_words)
    full, words = FAMILIES[family](lists, names), ridge(lists, WORDS).moved(fitted.shift, fitted.factor)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "vectors": vectors.model(),
        "members": {"full": full.content(), "words": words.content()},
        "calibration": fitted.content(),
        "report": report(found, held, family, fitted.error, of_words, fitted.words_error),
        "card": CARD | {"training_sha256": found.sha256},
    }
    # As a reader of the file will see it, so that checksum and content are of the same digits.
    content = named(json.loads(json.dumps(content, ensure_ascii=False)))
    return content | {"sha256": digest(content)}


def named(content: dict[str, Any]) -> dict[str, Any]:
    """With a name that no ranker of other numbers has: stored matches say by which they were made."""
    parts = {key: content[key] for key in ("vectors", "members", "calibration")} | {"set_by_hand": PARTS}
    return content | {"model": f"{content['report']['family']}-{digest(parts)[:8]}"}


def lists_of(found: Measured) -> Lists:
    return [(table, np.array(judged.gains)) for table, judged in zip(found.tables, found.lists, strict=True)]


def cross_validated(found: Measured, family: str, names: Sequence[str]) -> Held:
    lists = lists_of(found)
    scores, figures = [], []
    for repeat in range(REPEATS):
        folds = folds_of(found.titles, repeat)
        row: list[Floats] = [np.empty(0)] * len(lists)
        for fold in range(FOLDS):
            member = FAMILIES[family]([lists[at] for at in np.flatnonzero(folds != fold).tolist()], names)
            for at in np.flatnonzero(folds == fold).tolist():
                row[at] = member.score(lists[at][0].astype(np.float64))
        scores.append(tuple(row))
        figures.append(ndcgs(found, row))
    return Held(tuple(scores), np.array(figures))


def folds_of(titles: Sequence[str], repeat: int) -> NDArray[np.int64]:
    """The fold of each list; lists with one title are in one fold."""
    distinct = sorted(set(titles))
    order = np.random.default_rng([SEED, repeat]).permutation(len(distinct))
    by_title = {distinct[place]: turn % FOLDS for turn, place in enumerate(order)}
    return np.array([by_title[title] for title in titles])


def ndcgs(found: Measured, scores: Sequence[Floats]) -> list[float]:
    return [measures.ndcg(row, judged.gains, 10) for row, judged in zip(scores, found.lists, strict=True)]


def chosen(held: dict[str, Held]) -> str:
    """The first family, simplest first, that is within the noise of the best."""
    best = max(held.values(), key=lambda row: row.mean).ndcg.mean(axis=0)
    for name, row in held.items():
        gap = best - row.ndcg.mean(axis=0)
        if gap.mean() <= NOISE * gap.std(ddof=1) / np.sqrt(len(gap)):
            return name
    raise AssertionError("the best is within its own noise")


class Calibrated(NamedTuple):
    """One calibration for both members: what brings the scores by words alone onto its scale, and both errors."""

    scale: Calibration
    error: float
    shift: float
    factor: float
    words_error: float

    def content(self) -> dict[str, Any]:
        return {
            "slope": round(self.scale.slope, 6),
            "at": {str(level): round(value, 6) for level, value in self.scale.at.items()},
            "least": {str(level): round(value, 6) for level, value in self.scale.least.items()},
        }


def calibrated(found: Measured, full: Held, words: Held) -> Calibrated:
    """The calibration of the held scores; the errors are those expected where each fold is calibrated on the others."""
    levels = [np.array(judged.levels) for judged in found.lists]
    errors, words_errors = [], []
    for repeat, (scores, by_words) in enumerate(zip(full.scores, words.scores, strict=True)):
        folds = folds_of(found.titles, repeat)
        said: list[Floats] = []
        said_by_words: list[Floats] = []
        happened = []
        for fold in range(FOLDS):
            rest, here = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            judged = np.concatenate([levels[at] for at in rest])
            scale = fit(np.concatenate([scores[at] for at in rest]), judged)
            shift, factor = move(np.concatenate([by_words[at] for at in rest]), judged, scale)
            said += [scale.relevance(scores[at]) for at in here]
            said_by_words += [scale.relevance(shift + factor * by_words[at]) for at in here]
            happened += [levels[at] >= measures.RELEVANT for at in here]
        outcome = np.concatenate(happened)
        errors.append(measures.calibration_error(np.concatenate(said), outcome))
        words_errors.append(measures.calibration_error(np.concatenate(said_by_words), outcome))
    pooled = np.concatenate(levels * REPEATS)
    scale = fit(np.concatenate([np.concatenate(row) for row in full.scores]), pooled)
    moved = move(np.concatenate([np.concatenate(row) for row in words.scores]), pooled, scale)
    return Calibrated(scale, float(np.mean(errors)), *moved, float(np.mean(words_errors)))


def move(scores: Floats, levels: NDArray[np.int64], scale: Calibration) -> tuple[float, float]:
    """The shift and the factor under which a calibration of other scores fits these best, by Newton's method."""
    tops = LEVELS[:3]
    target = np.concatenate([levels >= level for level in tops]).astype(np.float64)
    bounds = np.repeat([scale.at[level] for level in tops], len(scores))
    design = scale.slope * np.stack([np.ones(len(target)), np.tile(scores, len(tops))], axis=1)
    parts = np.array([0.0, 1.0])
    for _step in range(30):
        share = 1 / (1 + np.exp(bounds - design @ parts))
        curve = (design * (share * (1 - share))[:, None]).T @ design + 1e-6 * np.eye(2)
        parts = parts + np.linalg.solve(curve, design.T @ (target - share))
    return float(parts[0]), max(float(parts[1]), 1e-6)


def fit(scores: Floats, levels: NDArray[np.int64]) -> Calibration:
    """Ordinal logistic regression (one slope, three bounds) by Newton's method on each bound and the slope in turn."""
    tops = LEVELS[:3]
    happened = np.stack([levels >= level for level in tops]).astype(np.float64)
    parts = np.array([0.0, *np.log(1 / np.clip(happened.mean(axis=1), 1e-4, 1 - 1e-4) - 1)])  # slope, then bounds
    design = np.zeros((3, len(scores), 4))
    design[:, :, 0] = scores
    for place in range(3):
        design[place, :, place + 1] = -1
    flat, target = design.reshape(-1, 4), happened.reshape(-1)
    for _step in range(30):
        share = 1 / (1 + np.exp(-flat @ parts))
        slope = flat.T @ (target - share) - 1e-3 * parts
        curve = (flat * (share * (1 - share))[:, None]).T @ flat + 1e-3 * np.eye(4)
        parts = parts + np.linalg.solve(curve, slope)
    least = {level: float(np.quantile(scores, 1 - (levels >= level).mean())) for level in tops}
    bounds = np.sort(parts[1:])[::-1]  # level 4 is never likelier than level 3 or more
    return Calibration(max(float(parts[0]), 1e-6), dict(zip(tops, map(float, bounds), strict=True)), least)


def report(
    found: Measured, held: dict[str, Held], family: str, error: float, words: Held, words_error: float
) -> dict[str, Any]:
    """What cross-validation found, for the data file and the page of quality."""
    best = held[family]
    plain = evaluation.summary(evaluation.by_demand(found.lists, found.baseline))
    rows = [evaluation.by_demand(found.lists, scores) for scores in best.scores]
    mean = {name: np.mean([row[name] for row in rows], axis=0) for name in evaluation.FIGURES}
    levels = np.concatenate([judged.levels for judged in found.lists])
    fitted = fit(np.concatenate(best.scores[0]), levels)
    said = np.array([said_of(fitted, score) for score in np.concatenate(best.scores[0])])
    return {
        "folds": FOLDS,
        "repeats": REPEATS,
        "demands": len(found.lists),
        "pairs": len(levels),
        "family": family,
        "cross_validated": evaluation.summary(mean) | {"ece": round(error, 4)},
        "families": {
            name: {"ndcg@10": round(row.mean, 4), "spread": round(row.spread, 4)} for name, row in held.items()
        },
        "words_only": {
            "ndcg@10": round(words.mean, 4),
            "spread": round(words.spread, 4),
            "ece": round(words_error, 4),
        },
        "bands": evaluation.band_table(said, levels),
        "baseline": plain,
    }


def said_of(calibration: Calibration, score: float) -> int:
    return next((level for level in LEVELS[:3] if score >= calibration.least[level]), 1)


def refuse_worse(found: Measured, content: dict[str, Any], shipped: Ranker) -> None:
    """Raises Worse where the new ranker's held figure is below the shipped one's on the same judgements."""
    new = content["report"]["cross_validated"]["ndcg@10"]
    if shipped.card.get("training_sha256") == found.sha256:
        old = shipped.report["cross_validated"]["ndcg@10"]  # on these very judgements, each held out
    else:
        scores = [shipped.score(table) for table in found.tables]
        old = round(float(np.mean(ndcgs(found, scores))), 4)
    if new < old:
        raise Worse(f"nDCG@10 {new} on held judgements, the shipped ranker {shipped.model} has {old}: nothing written")


def write(content: dict[str, Any], file: Path) -> None:
    """The file as a whole or not at all."""
    from_content(content)  # what is written can be read
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(content, opened, ensure_ascii=False, sort_keys=True, indent=1)
            opened.write("\n")
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
