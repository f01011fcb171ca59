"""Which characters the contract's font can draw: a box in the name of a party is no contract."""

import unicodedata
from functools import cache
from pathlib import Path

import manimgx_fonts_cjk

FAMILY = "Noto Sans CJK SC"
# What is not drawn needs no glyph: controls, format and combining marks, spaces, line and paragraph separators.
UNDRAWN = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})


def missing(text: str) -> list[str]:
    """The characters of the text that the font lacks, each once, in the order of the text."""
    return [
        char for char in dict.fromkeys(text) if ord(char) not in _drawn() and unicodedata.category(char) not in UNDRAWN
    ]


@cache
def _drawn() -> frozenset[int]:
    """Every code point of the family, read once a process."""
    from fontTools.ttLib import TTCollection

    for path in sorted(Path(manimgx_fonts_cjk.__file__).parent.rglob("*.ttc")):
        with TTCollection(path, lazy=True) as collection:
            for font in collection.fonts:
                if font["name"].getDebugName(4) == FAMILY:
                    return frozenset(font.getBestCmap())
    raise FileNotFoundError(FAMILY)
