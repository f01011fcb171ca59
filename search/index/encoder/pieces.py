"""Text into the model's pieces: normalisation by its own map, then the likeliest split (SentencePiece, unigram)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from search.index.encoder.weights import Content

SPACE = "\u2581"  # how a blank is written in a piece
UNKNOWN_BELOW = 10.0  # an unknown character is this much less likely than the rarest piece
_BLANKS = re.compile(" {2,}")


class Split(NamedTuple):
    """The ids of prefix and text, and for each the text it stands for; empty for the prefix and for lone blanks."""

    ids: list[int]
    words: list[str]


class Vocabulary:
    """The pieces with their log probabilities."""

    def __init__(self, content: Content) -> None:
        self.begin, self.end, self.unknown = content.marks.begin, content.marks.end, content.marks.unknown
        self._replacements = content.replacements
        scores = content.scores.tolist()
        self._unknown_score = min(scores) - UNKNOWN_BELOW
        self._known: dict[str, tuple[int, float]] = {}
        for at, piece in enumerate(content.pieces):
            if piece and at != self.unknown:
                self._known.setdefault(piece, (at, scores[at]))
        self._longest = max(map(len, self._known))

    def pieces(self, prefix: str, text: str, *, most: int) -> Split:
        """Prefix and text as one, as the model was trained to see them, cut after `most` pieces."""
        # No piece has more than `_longest` characters, so what lies behind cannot reach the cut text.
        wording = self.normalised(prefix + text[: most * self._longest])
        own = len(self.normalised(prefix).rstrip(SPACE))
        split = Split([], [])
        for start, end, piece in self._likeliest(wording)[:most]:
            split.ids.append(piece)
            split.words.append(wording[start:end].strip(SPACE) if start >= own else "")
        return split

    def normalised(self, text: str) -> str:
        """Characters replaced by the map, blanks run together and marked, one at the front."""
        found = _BLANKS.sub(" ", text.translate(self._replacements))
        return (found if found.startswith(" ") else f" {found}").replace(" ", SPACE)

    def _likeliest(self, text: str) -> Sequence[tuple[int, int, int]]:
        """(start, end, id) of each piece of the split with the highest sum of log probabilities (Viterbi)."""
        known, unknown = self._known, self._unknown_score
        size = len(text)
        best = [0.0] + [float("-inf")] * size
        came: list[tuple[int, int]] = [(0, self.unknown)] * (size + 1)
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                found = known.get(text[start:end])
                if found is not None and here + found[1] > best[end]:
                    best[end], came[end] = here + found[1], (start, found[0])
            if here + unknown > best[start + 1]:
                best[start + 1], came[start + 1] = here + unknown, (start, self.unknown)
        path = []
        end = size
        while end > 0:
            start, piece = came[end]
            path.append((start, end, piece))
            end = start
        return path[::-1]
