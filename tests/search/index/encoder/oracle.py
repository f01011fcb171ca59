"""The layers of the model (BERT, 12 × 384, 12 heads) in float32 on numpy; weights are unpacked once, about 85 MB."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.index.encoder.weights import Content, Header, unpacked

Floats = NDArray[np.float32]
MASKED = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights transposed for `x @ w`; queries, keys and values in one matrix."""

    attend: Floats
    attend_bias: Floats
    out: Floats
    out_bias: Floats
    out_scale: Floats
    out_shift: Floats
    widen: Floats
    widen_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    end_scale: Floats
    end_shift: Floats


class Model:
    """The encoder; safe to share between threads, since nothing changes after it is made."""

    def __init__(self, content: Content) -> None:
        header = content.header
        self.positions = header.positions
        self._heads, self._epsilon = header.heads, np.float32(header.epsilon)
        self._words = content.blocks("emb.word", header.words)
        kind = content.floats("emb.type")[: header.hidden]
        self._places = content.floats("emb.pos").reshape(-1, header.hidden) + kind
        self._scale, self._shift = content.floats("emb.ln.w"), content.floats("emb.ln.b")
        self._layers = [_layer(content, header, f"l{at}.") for at in range(header.layers)]

    def states(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        """The last state of every token: for each row of ids float32[its length, 384]."""
        lengths = np.array([len(row) for row in ids])
        longest = int(lengths.max())
        padded = np.array([[*row, *[0] * (longest - len(row))] for row in ids])
        used, where = np.unique(padded, return_inverse=True)
        x = unpacked(self._words[used])[where.reshape(padded.shape)] + self._places[:longest]
        x = _normed(x, self._scale, self._shift, self._epsilon)
        is_padding = np.arange(longest) >= lengths[:, None]
        mask = np.where(is_padding, MASKED, np.float32(0))[:, None, None, :] if is_padding.any() else None
        for layer in self._layers:
            x = self._through(layer, x, mask)
        return [row[:length].copy() for row, length in zip(x, lengths, strict=True)]

    def _through(self, layer: Layer, x: Floats, mask: Floats | None) -> Floats:
        context = _attention(x @ layer.attend + layer.attend_bias, self._heads, mask)
        x = _normed(x + context @ layer.out + layer.out_bias, layer.out_scale, layer.out_shift, self._epsilon)
        inner = gelu(x @ layer.widen + layer.widen_bias)
        return _normed(x + inner @ layer.narrow + layer.narrow_bias, layer.end_scale, layer.end_shift, self._epsilon)


def _layer(content: Content, header: Header, name: str) -> Layer:
    def turned(part: str, rows: int) -> Floats:
        return np.ascontiguousarray(content.matrix(name + part, rows).T)

    hidden, inner = header.hidden, header.inner
    return Layer(
        attend=np.ascontiguousarray(np.concatenate([turned(f"{part}.w", hidden) for part in "qkv"], axis=1)),
        attend_bias=np.concatenate([content.floats(f"{name}{part}.b") for part in "qkv"]),
        out=turned("ao.w", hidden),
        out_bias=content.floats(f"{name}ao.b"),
        out_scale=content.floats(f"{name}aln.w"),
        out_shift=content.floats(f"{name}aln.b"),
        widen=turned("fi.w", inner),
        widen_bias=content.floats(f"{name}fi.b"),
        narrow=turned("fo.w", hidden),
        narrow_bias=content.floats(f"{name}fo.b"),
        end_scale=content.floats(f"{name}oln.w"),
        end_shift=content.floats(f"{name}oln.b"),
    )


def _attention(projected: Floats, heads: int, mask: Floats | None) -> Floats:
    """float32[texts, tokens, 3 × 384] → float32[texts, tokens, 384]; `mask` hides what only fills up."""
    texts, tokens, width = projected.shape
    size = width // 3 // heads
    query, key, value = projected.reshape(texts, tokens, 3, heads, size).transpose(2, 0, 3, 1, 4)
    scores = query @ key.swapaxes(-1, -2)
    scores *= np.float32(size**-0.5)
    if mask is not None:
        scores += mask
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return (scores @ value).transpose(0, 2, 1, 3).reshape(texts, tokens, width // 3)


def _normed(x: Floats, scale: Floats, shift: Floats, epsilon: np.float32) -> Floats:
    x = x - x.mean(axis=-1, keepdims=True)
    x /= np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon)
    x *= scale
    x += shift
    return x


def gelu(x: Floats) -> Floats:
    """x × Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26): numpy has none."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = np.float32(1.061405429) * t
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        poly += np.float32(factor)
        poly *= t
    poly *= np.exp(-z * z)  # 1 − erf(|x| / √2)
    return x * np.where(x >= 0, 1 - poly / 2, poly / 2)
