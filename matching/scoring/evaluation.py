"""A ranker measured on a folder of judged pairs, beside plain BM25; needs no server and no database."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.scoring import features, measures, vectors
from matching.scoring.judgements import Folder, Judged
from matching.scoring.preparation import Prepared
from matching.scoring.profiles import Profile
from matching.scoring.ranker import Ranker
from matching.scoring.statistics import Statistics
from search.index import encoder

T = TypeVar("T")
Progress = Callable[[Iterable[T], int], Iterable[T]]  # of so many
FIGURES = ("ndcg@1", "ndcg@5", "ndcg@10", "precision@5", "map")
BATCH = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """A folder's lists, each with the features of its pairs and the scores of the baseline."""

    lists: tuple[Judged, ...]
    tables: tuple[NDArray[np.float32], ...]
    baseline: tuple[NDArray[np.float64], ...]
    titles: tuple[str, ...]  # of the demands: groups of cross-validation
    sha256: str


def evaluate(folder: Folder, ranker: Ranker, progress: Progress[Any]) -> dict[str, Any]:
    """The figures under their names, with intervals, and the same of the baseline."""
    return figures(measured(folder, progress), ranker)


def measured(folder: Folder, progress: Progress[Any]) -> Measured:
    """Features of every judged pair; the statistics are those of the folder's own achievements."""
    places = {key: place for place, key in enumerate(folder.achievements)}
    documents = [document(profile) for profile in folder.achievements.values()]
    statistics = Statistics.of(documents)
    offered = dict(zip(places, _prepared(list(folder.achievements.values()), False, progress), strict=True))
    wanted = {judged.demand: folder.demands[judged.demand] for judged in folder.counted}
    asked = dict(zip(wanted, _prepared(list(wanted.values()), True, progress), strict=True))
    plain = measures.Bm25(documents)
    tables, baseline = [], []
    for judged in folder.counted:
        demand = asked[judged.demand]
        tables.append(features.pair_features(demand, [offered[key] for key in judged.achievements], statistics))
        wording = measures.baseline_wording(demand.profile.title, demand.profile.text)
        baseline.append(plain.scores(wording, [places[key] for key in judged.achievements]))
    titles = tuple(wanted[judged.demand].title for judged in folder.counted)
    return Measured(folder.counted, tuple(tables), tuple(baseline), titles, folder.sha256)


def document(profile: Profile) -> str:
    """A listing as statistics count it."""
    return f"{profile.title}\n{profile.body}"


def _prepared(profiles: Sequence[Profile], are_demands: bool, progress: Progress[Any]) -> list[Prepared]:
    if not encoder.is_available():
        return [Prepared.of(profile) for profile in profiles]
    made = vectors.of_demands if are_demands else vectors.of_achievements
    # Alike lengths go through the model together; numpy lets go of the interpreter, so threads use every core.
    places = sorted(range(len(profiles)), key=lambda at: len(profiles[at].wording))
    batches = [places[at : at + BATCH] for at in range(0, len(places), BATCH)]
    found: dict[int, Prepared] = {}
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        results = threads.map(lambda batch: made([profiles[at] for at in batch]), batches)
        for batch, done in progress(zip(batches, results, strict=True), len(batches)):
            found |= {at: Prepared.of(profiles[at], one) for at, one in zip(batch, done, strict=True)}
    return [found[at] for at in range(len(profiles))]


def figures(found: Measured, ranker: Ranker) -> dict[str, Any]:
    scores = [ranker.score(table) for table in found.tables]
    probabilities = np.concatenate([ranker.calibration.relevance(row) for row in scores])
    happened = np.concatenate([np.array(judged.levels) >= measures.RELEVANT for judged in found.lists])
    return {
        **summary(by_demand(found.lists, scores)),
        "ece": round(measures.calibration_error(probabilities, happened), 4),
        "demands": len(found.lists),
        "pairs": len(happened),
        "model": ranker.model,
        "has_vectors": encoder.is_available(),
        "in_sample": ranker.card.get("training_sha256") == found.sha256,
        "bands": bands(ranker, scores, found.lists),
        "baseline": summary(by_demand(found.lists, found.baseline)),
    }


def by_demand(lists: Sequence[Judged], scores: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Each figure for each list; `map` is NaN for a list without a hit."""
    rows = []
    for judged, row in zip(lists, scores, strict=True):
        found = [measures.ndcg(row, judged.gains, depth) for depth in (1, 5, 10)]
        found += [measures.precision(row, judged.levels, 5), measures.average_precision(row, judged.levels)]
        rows.append(found)
    return dict(zip(FIGURES, np.array(rows, dtype=np.float64).T, strict=True))


def summary(values: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Means over demands, and under `intervals` the middle 95 % of resampled means; None where nothing counts."""
    found: dict[str, Any] = {}
    intervals: dict[str, list[float]] = {}
    for name, row in values.items():
        known = row[np.isfinite(row)]
        found[name] = round(float(known.mean()), 4) if len(known) else None
        if len(known):
            intervals[name] = [round(bound, 4) for bound in measures.interval(known)]
    return found | {"intervals": intervals}


def bands(
    ranker: Ranker, scores: Sequence[NDArray[np.float64]], lists: Sequence[Judged]
) -> dict[str, dict[str, float]]:
    """For each level that is said: how many pairs, and what share of them was judged at least 3 and at least 2."""
    said = np.array([ranker.level(score) for row in scores for score in row])
    judged = np.array([level for row in lists for level in row.levels])
    return band_table(said, judged)


def band_table(said: NDArray[np.int64], judged: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    found = {}
    for level in (4, 3, 2, 1):
        here = judged[said == level]
        found[str(level)] = {
            "pairs": len(here),
            "judged": int((judged == level).sum()),
            "at_least_3": round(float((here >= 3).mean()), 4) if len(here) else 0.0,
            "at_least_2": round(float((here >= 2).mean()), 4) if len(here) else 0.0,
        }
    return found
