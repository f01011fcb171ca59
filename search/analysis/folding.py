"""Characters as they are compared: NFKC, lower case, Traditional → Simplified, each where it stood in the original.

Folding looks at one character at a time, so that a document and a query which hold it in different words still agree.
Where the simplified form of a Traditional character depends on the word (附著, 著作), both forms are folded into one.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from opencc import OpenCC

MAX_CHARACTERS = 20_000  # of one field; what lies behind is not searched
# Ideographs of every block, 〇 and 々, radicals, and kana: whatever is written without blanks between words.
HAN = (
    "\u2e80-\u2eff\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAN = re.compile(f"[{HAN}]")
_TOKEN = re.compile(r"[\w .,\-+/%‰°^#]")  # what a token could take in
# Radicals as PDFs give them for characters: Unicode's EquivalentUnifiedIdeograph, those that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺁⺄⺈⺊⺌⺎⺏⺐⺒⺓⺛⺜⺝⺠⺧⺩⺫⺬⺯⺰⺶⻁⻄⻅⻆⻈⻉⻋⻌⻍⻎⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乙刀卜小兀尣尢巳幺旡日月民牛王目示糹纟羊虎西见角讠贝车辶辶辶钅長镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
        strict=True,
    )
)
# A raised digit is no digit of the number before it: 10³ is not 103.
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", (f"^{sign}" for sign in "0123456789+-"), strict=True))
# Characters that OpenCC's table leaves as they are, though in some words they are Traditional.
_VARIANTS = str.maketrans("著瞭衞甦藉敍枱濬睪簷痺俱", "着了卫苏借叙台浚睾檐痹具")
# The same for words of which the single characters have other uses.
_WORDS = {"座标": "坐标", "想像": "想象", "彷佛": "仿佛", "彷彿": "仿佛", "回覆": "回复"}
_WORD = re.compile("|".join(_WORDS))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def fold(character: str) -> str:
    """One character, normalised by itself so that offsets hold; ideographs become simplified ones."""
    if character in _RAISED:
        return _RAISED[character]
    folded = unicodedata.normalize("NFKC", _RADICALS.get(character, character)).lower()
    simplified: str = _converter().convert(folded).translate(_VARIANTS) if _HAN.search(folded) else folded
    return simplified.replace("ς", "σ")  # which of the two lower case gives depends on the word


@cache
def _changing() -> re.Pattern[str]:
    """The characters that folding makes into others than lower case does, where tokens or offsets could tell."""
    characters = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    # One line for each, since looking characters up one by one takes twenty times as long.
    lines = "\n".join(unicodedata.normalize("NFKC", char).lower() if char != "\n" else " " for char in characters)
    simplified = _converter().convert(lines).translate(_VARIANTS).split("\n")
    found = [
        char
        for char, folded in zip(characters, simplified, strict=True)
        if char in _RAISED
        or char in _RADICALS
        or len(lower := char.lower()) != 1
        or len(folded) != 1
        or (folded != lower and _TOKEN.search(folded + lower) is not None)
    ]
    return re.compile(f"[{re.escape(''.join(found))}\U00010000-\U0010ffff]")


def folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as tokens are cut from it, and where each of its characters stands in the original."""
    text = text[:MAX_CHARACTERS]
    whole = _changing().sub(lambda found: fold(found.group()), text).lower().replace("ς", "σ")
    if len(whole) == len(text):  # no character folds to none, so each is still at its own place
        return _in_words(whole), range(len(text))
    places: list[int] = []
    for found in _changing().finditer(text):
        places += range(places[-1] + 1 if places else 0, found.start())
        places += [found.start()] * len(fold(found.group()))
    places += range(places[-1] + 1, len(text))
    return _in_words(whole), places


def _in_words(whole: str) -> str:
    return _WORD.sub(lambda found: _WORDS[found.group()], whole)
