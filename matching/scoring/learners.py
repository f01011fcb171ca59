"""Ways to learn a member from judged lists, simplest first."""

from collections.abc import Callable, Sequence
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from matching.scoring import features
from matching.scoring.score_models import Floats, Linear, Mean, Member, Tree, Trees, columns_of

RIDGE = 500.0  # on features scaled to 1; the figure is flat from 100 to 1,000
TREES = 200
TREE_SETTINGS = {
    "objective": "regression",
    "num_leaves": 7,
    "learning_rate": 0.03,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 60,
    "lambda_l2": 10.0,
    "deterministic": True,
    "num_threads": 1,
    "seed": 1,
    "verbose": -1,
}

Lists = Sequence[tuple[NDArray[np.float32], NDArray[np.int64]]]  # features and gains of each list


def untrained(lists: Lists, names: Sequence[str]) -> Linear:
    """Every feature counts alike; only its scale, and that of the sum, are from the lists."""
    rows, gains, weights, means, scales = _centred(lists, names)
    whole = rows.sum(axis=1)
    slope = float(weights @ (whole * gains) / max(float(weights @ whole**2), 1e-9))
    return Linear(tuple(names), means, scales, np.array([slope] * len(names), dtype=np.float64))


def ridge(lists: Lists, names: Sequence[str]) -> Linear:
    """Least squares on gains less their list's mean, every list as heavy as another, weights held small."""
    rows, gains, weights, means, scales = _centred(lists, names)
    weighted = rows * weights[:, None]
    found = np.linalg.solve(weighted.T @ rows + RIDGE * np.eye(len(names)), weighted.T @ gains)
    return Linear(tuple(names), means, scales, np.asarray(found, dtype=np.float64))


def trees(lists: Lists, names: Sequence[str]) -> Trees:
    """LightGBM's regression of the same, never falling where a feature rises that speaks for the pair."""
    lightgbm = import_module("lightgbm")  # only for training: the group `train`
    _rows, gains, weights, _means, _scales = _centred(lists, names)
    table = np.concatenate([found[:, columns_of(names)] for found, _gains in lists]).astype(np.float64)
    settings = TREE_SETTINGS | {"monotone_constraints": [feature.direction for feature in _features(names)]}
    booster = lightgbm.train(settings, lightgbm.Dataset(table, gains, weight=weights), TREES)
    return Trees(tuple(names), tuple(_tree(row["tree_structure"]) for row in booster.dump_model()["tree_info"]))


def mean_of_both(lists: Lists, names: Sequence[str]) -> Mean:
    return Mean((ridge(lists, names), trees(lists, names)))


FAMILIES: dict[str, Callable[[Lists, Sequence[str]], Member]] = {
    "sum": untrained,
    "ridge": ridge,
    "trees": trees,
    "ridge+trees": mean_of_both,
}


def _features(names: Sequence[str]) -> list[features.Feature]:
    return [features.FEATURES[column] for column in columns_of(names)]


def _centred(lists: Lists, names: Sequence[str]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Rows and gains less their list's mean, weights of the rows, and the means and scales of the features.

    What tells one list from another (an easy demand, a strict judge) is not to be learned.
    """
    columns = list(columns_of(names))
    tables = [found[:, columns].astype(np.float64) for found, _gains in lists]
    rows = np.concatenate([table - table.mean(axis=0) for table in tables])
    gains = np.concatenate([row - row.mean() for _found, row in lists]).astype(np.float64)
    weights = np.concatenate([np.full(len(row), 1 / len(row)) for _found, row in lists])
    weights *= len(weights) / weights.sum()
    scales = np.maximum(rows.std(axis=0), 1e-6)
    means = np.asarray(np.mean([table.mean(axis=0) for table in tables], axis=0), dtype=np.float64)
    return rows / scales, gains, weights, means, np.asarray(scales, dtype=np.float64)


def _tree(root: dict[str, object]) -> Tree:
    """A tree of LightGBM's dump as arrays, parents before children."""
    rows: list[tuple[int, float, int, int, float]] = []

    def walk(node: dict[str, object]) -> int:
        at = len(rows)
        rows.append((-1, 0.0, 0, 0, 0.0))
        if "split_feature" not in node:
            rows[at] = (-1, 0.0, 0, 0, round(float(str(node["leaf_value"])), 8))
            return at
        left, right = node["left_child"], node["right_child"]
        if not isinstance(left, dict) or not isinstance(right, dict):
            raise TypeError("a node of LightGBM's dump has no children")
        children = walk(left), walk(right)
        rows[at] = (int(str(node["split_feature"])), float(str(node["threshold"])), *children, 0.0)
        return at

    walk(root)
    feature, bound, left, right, value = zip(*rows, strict=True)
    return Tree(np.array(feature), np.array(bound), np.array(left), np.array(right), np.array(value))
