"""Why a pair has its level: the phrases on both sides that carried it, and the facts that agreed or clashed."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring import facts, features
from matching.scoring.profiles import Profile
from search.analysis import text

MOST_PHRASES = 4
# What a reader does not take for a reason: particles at a phrase's ends, and words that every listing uses.
FUNCTION_CHARACTERS = "的与和及或在于对为以中其等"
SAYS_NOTHING = frozenset(
    {"一种", "技术", "方法", "装置", "系统", "研究", "应用", "工艺", "设备", "产品", "使用", "希望", "方案"}
    | {"开发", "项目", "关键", "关键技术", "问题", "需要", "制备", "生产", "提高"}
)
YEARS_SAID = 3  # by which an achievement is older before anybody is told
PLACES = (("demand", "title"), ("demand", "text"), ("achievement", "title"), ("achievement", "text"))


class Mark(NamedTuple):
    """Where a phrase stands: characters `start` to `end` (excluded) of this field of this side, as it was written."""

    side: str  # demand, achievement
    field: str  # title, text
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that both sides use; `text` as the demand wrote it."""

    text: str
    marks: tuple[Mark, ...]


class Fact(NamedTuple):
    """`agrees` is False where it speaks against the pair; `values` are what is needed to say it in any language."""

    code: str
    agrees: bool
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """As codes and stretches of text; `matching.matches.reasons` puts them into words."""

    phrases: tuple[Phrase, ...]
    facts: tuple[Fact, ...]


def explain(demand: Profile, achievement: Profile, found: NDArray[np.float32]) -> Explanation:
    """`found` is the pair's row of features."""
    return Explanation(tuple(phrases(demand, achievement)), tuple(_facts(demand, achievement, found)))


def phrases(demand: Profile, achievement: Profile) -> Iterator[Phrase]:
    """The technical phrases that both sides use, longest first, none inside another, where they were read."""
    sides = {"demand": demand, "achievement": achievement}
    fields = {place: _read(sides[place[0]], place[1]) for place in PLACES}
    ours, theirs = ("\n".join(fields[side, part] for part in ("title", "text")) for side in ("demand", "achievement"))
    kept: list[str] = []
    # A phrase that lost its ends may be shorter than the next, or lie inside it.
    for phrase in sorted(set(map(_trimmed, text.phrases(ours, theirs, most=12))), key=lambda one: (-len(one), one)):
        if len(phrase) < 2 or phrase in SAYS_NOTHING or any(phrase in longer for longer in kept):
            continue
        marks = tuple(mark for place in PLACES for mark in _marks(phrase, *place, fields[place]))
        first = next((mark for mark in marks if mark.side == "demand"), None)
        if first is not None:
            kept.append(phrase)
            yield Phrase(fields["demand", first.field][first.start : first.end], marks)
        if len(kept) == MOST_PHRASES:
            return


def _read(profile: Profile, part: str) -> str:
    return profile.title if part == "title" else profile.body


def _trimmed(phrase: str) -> str:
    # A denial at the end has lost what it denies; at the front it is part of a word (不锈钢).
    return phrase.removeprefix("一种").strip(FUNCTION_CHARACTERS).rstrip("不")


def _marks(phrase: str, side: str, part: str, value: str) -> Iterator[Mark]:
    """Every place of a phrase, found as tokens are: whatever width, case or script it was written in."""
    for run in text.runs(value):
        if not run.is_han:
            if run.text == phrase:
                yield Mark(side, part, run.starts[0], run.ends[-1])
            continue
        at = run.text.find(phrase)
        while at >= 0:
            yield Mark(side, part, run.starts[at], run.ends[at + len(phrase) - 1])
            at = run.text.find(phrase, at + len(phrase))


def _facts(demand: Profile, achievement: Profile, found: NDArray[np.float32]) -> Iterator[Fact]:
    values = dict(zip(features.NAMES, found.tolist(), strict=True))
    if values["same_local_industry"] == 1:
        yield Fact("same_local_industry", True, {"code": demand.local_industry})
    elif values["same_field"] == 1:
        yield Fact("same_field", True, {"code": demand.technology_field})
    if values["shared_ipc"] == 1:
        ours = {code[:4] for code in demand.ipc_codes}
        yield Fact("shared_ipc", True, {"codes": sorted(ours & {code[:4] for code in achievement.ipc_codes})})
    if values["same_region"] == 1:
        yield Fact("same_region", True, {"code": demand.region})
    if values["maturity_short"] > 0:
        levels = {"asked": facts.readiness(demand), "offered": facts.readiness(achievement)}
        yield Fact("maturity_short", False, levels)
    if values["price_over"] > 0 and math.isfinite(values["price_over"]):
        yield Fact("price_over", False, {"price": str(achievement.amount), "budget": str(demand.amount)})
    if achievement.signed:
        yield Fact("owner_record", True, {"signed": achievement.signed})
    if values["years_older"] >= YEARS_SAID:
        yield Fact("years_older", False, {"years": int(values["years_older"])})
