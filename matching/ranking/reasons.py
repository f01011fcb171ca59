"""A match's reasons in words: kept as codes and phrases, said in the language of whoever reads them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from market.pages.templatetags.pages import smart_money
from market.reference import queries as reference
from matching.ranking.models import Level

Reasons = Mapping[str, Any]
SAID = 4  # phrases in the one line


def _money(value: str) -> str:
    return smart_money(Decimal(value))


WORDS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "same_industry": lambda fact: _("同属%(name)s产业") % {"name": reference.label("local_industry", fact["code"])},
    "same_field": lambda fact: _("同属%(name)s领域") % {"name": reference.label("technology_field", fact["code"])},
    "same_trade": lambda fact: _("同属%(name)s行业") % {"name": reference.label("industry", fact["code"])},
    "shared_ipc": lambda fact: _("同属专利分类 %(name)s") % {"name": fact["code"]},
    "same_region": lambda fact: _("同在%(name)s") % {"name": reference.label("region", fact["code"])},
    "mature_enough": lambda fact: _("成熟度符合要求"),
    "within_budget": lambda fact: _("价格在预算之内"),
    "immature": lambda fact: (
        _("成熟度不足：要求%(wanted)s，现为%(offered)s")
        % {name: reference.label("maturity", fact[name]) for name in ("wanted", "offered")}
    ),
    "over_budget": lambda fact: (
        _("超出预算：价格 %(price)s，预算 %(budget)s") % {name: _money(fact[name]) for name in ("price", "budget")}
    ),
}


def phrases(reasons: Reasons) -> list[str]:
    return [str(phrase) for phrase in reasons.get("phrases", ())]


def facts(reasons: Reasons, sort: str) -> list[dict[str, str]]:
    """The facts of a sort ("agreements", "clashes"), each with its code and its words."""
    found: Sequence[Mapping[str, str]] = reasons.get(sort, ())
    return [{"code": fact["fact"], "words": WORDS[fact["fact"]](fact)} for fact in found if fact["fact"] in WORDS]


def sentence(reasons: Reasons) -> str:
    """One line that says why: shared phrases, what agrees, and what stands against it."""
    parts = []
    if shared := phrases(reasons)[:SAID]:
        parts.append(_("都提到%(phrases)s") % {"phrases": "、".join(f"“{phrase}”" for phrase in shared)})
    parts += [fact["words"] for fact in facts(reasons, "agreements")]
    if against := [fact["words"] for fact in facts(reasons, "clashes")]:
        parts.append(_("但%(clashes)s") % {"clashes": "、".join(against)})
    return _("；").join(parts) or _("含义相近，用词不同")


def level_name(level: Any) -> str:
    return str(Level(level).label) if level in Level.values else ""


def meaning(level: int) -> str:
    """What a level says of a pair, in the sense in which people judged."""
    return {
        Level.STRONG: _("高度匹配：成果直接针对这项需求，值得马上对接。"),
        Level.FAIR: _("较匹配：成果解决需求的主要部分，或需作一些改造。"),
        Level.WEAK: _("弱匹配：领域相近，能否使用要由双方商谈。"),
        Level.NONE: _("不匹配：没有发现共同之处。"),
    }[Level(level)]
