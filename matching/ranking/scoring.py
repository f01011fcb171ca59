"""From clause scores to a ranking and a reason: pure functions of values."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from search import text

MODEL = "lexical-1"
# Titles say what a listing is about; their bigrams carry most (matching reference: title ×3 + text).
WEIGHTS: Mapping[str, float] = {"title_bi": 3.0, "title_uni": 1.0, "text_bi": 1.0, "text_uni": 0.5, "text": 1.0}


# What a reader does not take for a reason: particles at a phrase's ends, and words that every listing uses.
FUNCTION_CHARACTERS = "的与和及或在于对为以中其等"
SAYS_NOTHING = frozenset(
    {"一种", "技术", "方法", "装置", "系统", "研究", "应用", "工艺", "设备", "产品", "使用", "希望", "方案"}
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reason needs to know of one side."""

    title: str
    text: str
    technology_field: str = ""
    local_industry: str = ""
    region: str = ""


def score(parts: Mapping[str, float]) -> float:
    """The weighted sum of the parts; comparable within one list only."""
    return round(sum(WEIGHTS[name] * value for name, value in parts.items()), 4)


def wording(title: str, body: str, *, most: int = 300) -> str:
    """The text that is matched: the title, and the beginning of the body."""
    return f"{title}\n{body[:most]}"


def shared_phrases(ours: Listing, theirs: Listing) -> list[str]:
    """The technical phrases that both sides use, longest first, none inside another."""
    found = text.phrases(wording(ours.title, ours.text), f"{theirs.title}\n{theirs.text}", most=12)
    trimmed = {phrase.removeprefix("一种").strip(FUNCTION_CHARACTERS) for phrase in found} - SAYS_NOTHING
    kept: list[str] = []
    # A phrase that lost its ends may be shorter than the next, or lie inside it.
    for phrase in sorted(trimmed, key=lambda phrase: (-len(phrase), phrase)):
        if len(phrase) > 1 and not any(phrase in longer for longer in kept):
            kept.append(phrase)
    return kept[:4]


def reason(ours: Listing, theirs: Listing, names: Mapping[str, str]) -> str:
    """One line that says why: shared phrases, then facts that agree. `names` gives the names of codes."""
    parts = []
    if phrases := shared_phrases(ours, theirs):
        parts.append(_("都提到%(phrases)s") % {"phrases": "、".join(f"“{phrase}”" for phrase in phrases)})
    if ours.local_industry and ours.local_industry == theirs.local_industry:
        parts.append(_("同属%(name)s产业") % {"name": names.get(ours.local_industry, ours.local_industry)})
    elif ours.technology_field and ours.technology_field == theirs.technology_field:
        parts.append(_("同属%(name)s领域") % {"name": names.get(ours.technology_field, ours.technology_field)})
    if ours.region and ours.region == theirs.region:
        parts.append(_("同在一地"))
    return _("；").join(parts) or _("用词相近")
