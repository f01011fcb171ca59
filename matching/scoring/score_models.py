"""The forms that a learned score can have in the data file: a weighted sum, or trees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.scoring import features

Floats = NDArray[np.float64]


class Member(Protocol):
    """A score of a row of features; `columns` are the places in `features.NAMES` of those it reads."""

    @property
    def columns(self) -> Sequence[int]: ...

    def score(self, table: Floats) -> Floats:
        """float64[n] of float64[n, len(NAMES)]."""

    def content(self) -> dict[str, Any]:
        """As the data file has it."""


def columns_of(names: Sequence[str]) -> tuple[int, ...]:
    """Raises ValueError for a feature that is not known."""
    return tuple(features.NAMES.index(name) for name in names)


@dataclass(frozen=True, slots=True)
class Linear:
    """Each feature less its mean and by its scale, times its weight."""

    names: tuple[str, ...]
    means: Floats
    scales: Floats
    weights: Floats

    @property
    def columns(self) -> tuple[int, ...]:
        return columns_of(self.names)

    def score(self, table: Floats) -> Floats:
        values = np.nan_to_num((table[:, self.columns] - self.means) / self.scales, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(values @ self.weights, dtype=np.float64)

    def moved(self, shift: float, factor: float) -> "Linear":
        """The same with another score: `shift + factor × score`; the shift is put into the heaviest feature's mean."""
        weights, means = factor * self.weights, self.means.copy()
        heaviest = int(np.argmax(np.abs(weights)))
        means[heaviest] -= shift * self.scales[heaviest] / weights[heaviest]
        return Linear(self.names, means, self.scales, weights)

    def content(self) -> dict[str, Any]:
        parts = zip(self.names, self.means, self.scales, self.weights, strict=True)
        rows = {name: [round(float(value), 8) for value in values] for name, *values in parts}
        return {"kind": "linear", "features": rows}


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes as arrays: go left where the feature is at most the bound; a node without a feature (−1) is a leaf."""

    feature: NDArray[np.int64]
    bound: Floats
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Floats

    def score(self, values: Floats) -> Floats:
        at = np.zeros(len(values), dtype=np.int64)
        rows = np.arange(len(values))
        for _ in range(len(self.feature)):
            is_leaf = self.feature[at] < 0
            if is_leaf.all():
                break
            goes_left = values[rows, np.maximum(self.feature[at], 0)] <= self.bound[at]
            at = np.where(is_leaf, at, np.where(goes_left, self.left[at], self.right[at]))
        return self.value[at]


@dataclass(frozen=True, slots=True)
class Trees:
    """The sum of what each tree gives; a feature that is not known counts as 0."""

    names: tuple[str, ...]
    trees: tuple[Tree, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        return columns_of(self.names)

    def score(self, table: Floats) -> Floats:
        values = np.nan_to_num(table[:, self.columns], nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(sum((tree.score(values) for tree in self.trees), np.zeros(len(values))), dtype=np.float64)

    def content(self) -> dict[str, Any]:
        rows = [
            [tree.feature.tolist(), tree.bound.tolist(), tree.left.tolist(), tree.right.tolist(), tree.value.tolist()]
            for tree in self.trees
        ]
        return {"kind": "trees", "features": list(self.names), "trees": rows}


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of several members of other kinds."""

    parts: tuple[Member, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        return tuple(sorted({column for part in self.parts for column in part.columns}))

    def score(self, table: Floats) -> Floats:
        return np.asarray(np.mean([part.score(table) for part in self.parts], axis=0), dtype=np.float64)

    def content(self) -> dict[str, Any]:
        return {"kind": "mean", "parts": [part.content() for part in self.parts]}


def from_content(content: Mapping[str, Any]) -> Member:
    """Raises ValueError, KeyError or TypeError where the content is not that of a member."""
    kind = content["kind"]
    if kind == "linear":
        names = tuple(content["features"])
        columns_of(names)
        means, scales, weights = np.array(list(content["features"].values()), dtype=np.float64).T
        if not np.isfinite([means, scales, weights]).all() or (scales <= 0).any():
            raise ValueError("a weight is not finite, or a scale not above 0")
        return Linear(names, means, scales, weights)
    if kind == "trees":
        names = tuple(content["features"])
        columns_of(names)
        return Trees(names, tuple(_tree(row, len(names)) for row in content["trees"]))
    if kind == "mean" and content["parts"]:
        return Mean(tuple(from_content(part) for part in content["parts"]))
    raise ValueError(f"no member of the kind {kind}")


def _tree(row: Sequence[Sequence[float]], features_known: int) -> Tree:
    feature, left, right = (np.array(row[at], dtype=np.int64) for at in (0, 2, 3))
    bound, value = (np.array(row[at], dtype=np.float64) for at in (1, 4))
    size = len(feature)
    nodes = np.arange(size)
    inner = feature >= 0
    if not size or any(len(part) != size for part in (bound, left, right, value)) or feature.max() >= features_known:
        raise ValueError("a tree's arrays do not fit together")
    # Children lie behind their parent, so that no walk is endless.
    if ((left <= nodes) | (right <= nodes) | (left >= size) | (right >= size))[inner].any():
        raise ValueError("a tree's nodes do not lead to leaves")
    if not np.isfinite([*bound, *value]).all():
        raise ValueError("a tree's number is not finite")
    return Tree(feature, bound, left, right, value)
