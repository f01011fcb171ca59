"""The layers of the model (BERT, 12 × 384, 12 heads) as a graph that onnxruntime runs in float32.

The graph is written from the weights that are on this machine, once, and kept in DATA_DIR: about 85 MB. The table of
words is no part of it: a text needs a few hundred rows of its quarter of a million, which are unpacked as they come.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from search.index.encoder.weights import Content, unpacked

Floats = NDArray[np.float32]
FORM = 1  # of the graph; grows with every change of what `write` writes
OPSET = 17
MASKED = np.float32(-1e9)


class Model:
    """The encoder; safe to share between threads, since nothing changes after it is made."""

    def __init__(self, content: Content, file: Path) -> None:
        """`file` holds the graph of this content; it is written where it is not there yet."""
        header = content.header
        self.positions = header.positions
        self._words = content.blocks("emb.word", header.words)
        kind = content.floats("emb.type")[: header.hidden]
        self._places = content.floats("emb.pos").reshape(-1, header.hidden) + kind
        if not file.is_file():
            write(content, file)
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the core alone
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def states(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        """The last state of every token: for each row of ids float32[its length, 384]."""
        lengths = np.array([len(row) for row in ids])
        longest = int(lengths.max())
        padded = np.array([[*row, *[0] * (longest - len(row))] for row in ids])
        used, where = np.unique(padded, return_inverse=True)
        embedded = unpacked(self._words[used])[where.reshape(padded.shape)] + self._places[:longest]
        mask = np.where(np.arange(longest) >= lengths[:, None], MASKED, np.float32(0))[:, None, None, :]
        (states,) = self._session.run(None, {"embedded": embedded, "mask": mask})
        return [row[:length].copy() for row, length in zip(states, lengths, strict=True)]


def write(content: Content, file: Path) -> None:
    """Write the graph in one step, so that whoever comes meanwhile finds all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as written:
        written.write(_Writer(content).model().SerializeToString())
    os.replace(written.name, file)


class _Writer:
    """Collects nodes and weights of the graph."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._header = content.header
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def model(self) -> Any:
        header = self._header
        shape: list[str | int | None] = ["texts", "tokens", header.hidden]
        x = self._normed("embedded", "emb.ln", "emb")
        for at in range(header.layers):
            x = self._layer(x, f"l{at}.")
        self._add("Identity", [x], "states")
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [
                helper.make_tensor_value_info("embedded", TensorProto.FLOAT, shape),
                helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", 1, 1, "tokens"]),
            ],
            [helper.make_tensor_value_info("states", TensorProto.FLOAT, shape)],
            self._weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)

    def _layer(self, x: str, name: str) -> str:
        context = self._attention(x, name)
        out = self._linear(context, f"{name}ao", self._header.hidden)
        x = self._normed(self._add("Add", [x, out], f"{name}attended"), f"{name}aln", f"{name}middle")
        inner = self._activated(self._linear(x, f"{name}fi", self._header.inner), name)
        out = self._linear(inner, f"{name}fo", self._header.hidden)
        return self._normed(self._add("Add", [x, out], f"{name}fed"), f"{name}oln", f"{name}end")

    def _attention(self, x: str, name: str) -> str:
        header = self._header
        size = header.hidden // header.heads
        query, key, value = (self._heads(x, f"{name}{part}", is_key=part == "k") for part in "qkv")
        scores = self._add("MatMul", [query, key], f"{name}products")
        scale = self._constant(f"{name}scale", np.array(size**-0.5, dtype=np.float32))
        masked = self._add("Add", [self._add("Mul", [scores, scale], f"{name}scores"), "mask"], f"{name}masked")
        shares = self._add("Softmax", [masked], f"{name}shares", axis=-1)
        mixed = self._add("MatMul", [shares, value], f"{name}mixed")
        back = self._add("Transpose", [mixed], f"{name}back", perm=[0, 2, 1, 3])
        whole = self._constant(f"{name}whole", np.array([0, 0, header.hidden]))
        return self._add("Reshape", [back, whole], f"{name}context")

    def _heads(self, x: str, name: str, *, is_key: bool) -> str:
        """A projection of x, cut into heads: texts × heads × tokens × 32; of the keys with the last two turned."""
        header = self._header
        shape = self._constant(f"{name}.heads", np.array([0, 0, header.heads, header.hidden // header.heads]))
        split = self._add("Reshape", [self._linear(x, name, header.hidden), shape], f"{name}.split")
        order = [0, 2, 3, 1] if is_key else [0, 2, 1, 3]
        return self._add("Transpose", [split], f"{name}.turned", perm=order)

    def _activated(self, x: str, name: str) -> str:
        """x × Φ(x)."""
        root = self._constant(f"{name}root", np.array(2**-0.5, dtype=np.float32))
        one = self._constant(f"{name}one", np.array(1, dtype=np.float32))
        half = self._constant(f"{name}half", np.array(0.5, dtype=np.float32))
        share = self._add("Erf", [self._add("Mul", [x, root], f"{name}z")], f"{name}erf")
        doubled = self._add("Mul", [x, self._add("Add", [share, one], f"{name}twice")], f"{name}doubled")
        return self._add("Mul", [doubled, half], f"{name}activated")

    def _linear(self, x: str, name: str, rows: int) -> str:
        weight = self._constant(f"{name}.w", np.ascontiguousarray(self._content.matrix(f"{name}.w", rows).T))
        bias = self._constant(f"{name}.b", self._content.floats(f"{name}.b"))
        return self._add("Add", [self._add("MatMul", [x, weight], f"{name}.product"), bias], f"{name}.out")

    def _normed(self, x: str, name: str, output: str) -> str:
        scale = self._constant(f"{name}.w", self._content.floats(f"{name}.w"))
        shift = self._constant(f"{name}.b", self._content.floats(f"{name}.b"))
        return self._add("LayerNormalization", [x, scale, shift], output, axis=-1, epsilon=self._header.epsilon)

    def _add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._weights.append(numpy_helper.from_array(value, name))
        return name
