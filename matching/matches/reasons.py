"""A match's reasons in words: kept as codes and phrases, said in the language of whoever reads them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from market.kernel.marks import listed, mark
from market.pages.templatetags.pages import smart_money
from market.reference import queries as reference
from matching.matches.models import Level

Reasons = Mapping[str, Any]
SAID = 4  # phrases in the one line


def _money(value: str) -> str:
    return smart_money(Decimal(value))


WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "same_local_industry": lambda fact: (
        _("同属%(name)s产业") % {"name": reference.label("local_industry", fact["code"])}
    ),
    "same_field": lambda fact: _("同属%(name)s领域") % {"name": reference.label("technology_field", fact["code"])},
    "shared_ipc": lambda fact: _("同属专利分类 %(codes)s") % {"codes": listed(fact["codes"])},
    "same_region": lambda fact: _("同在%(name)s") % {"name": reference.label("region", fact["code"])},
    "owner_record": lambda fact: (
        ngettext("成果方已签约 %(signed)s 项", "成果方已签约 %(signed)s 项", fact["signed"])
        % {"signed": fact["signed"]}
    ),
    "years_older": lambda fact: (
        ngettext("成果发布比需求早 %(years)s 年", "成果发布比需求早 %(years)s 年", fact["years"])
        % {"years": fact["years"]}
    ),
    "maturity_short": lambda fact: (
        _("成熟度不足（要求技术就绪度 %(asked)s 级，现为 %(offered)s 级）")
        % {name: fact[name] for name in ("asked", "offered")}
    ),
    "price_over": lambda fact: (
        _("超出预算（价格 %(price)s，预算 %(budget)s）") % {name: _money(fact[name]) for name in ("price", "budget")}
    ),
}


def phrases(reasons: Reasons) -> list[str]:
    return [str(phrase) for phrase in reasons.get("phrases", ())]


def facts(reasons: Reasons, sort: str) -> list[dict[str, str]]:
    """The facts of a sort ("agreements", "clashes"), each with its code and its words."""
    found: Sequence[Mapping[str, Any]] = reasons.get(sort, ())
    return [{"code": fact["fact"], "words": WORDS[fact["fact"]](fact)} for fact in found if fact["fact"] in WORDS]


def sentence(reasons: Reasons) -> str:
    """One line that says why: shared phrases, what agrees, and what stands against it."""
    parts = []
    if shared := phrases(reasons)[:SAID]:
        parts.append(_("都提到%(phrases)s") % {"phrases": listed(f"“{phrase}”" for phrase in shared)})
    parts += [fact["words"] for fact in facts(reasons, "agreements")]
    if against := [fact["words"] for fact in facts(reasons, "clashes")]:
        parts.append(_("但%(clashes)s") % {"clashes": listed(against)})
    return mark("；").join(parts) or _("含义相近，用词不同")


def level_name(level: Any) -> str:
    return str(Level(level).label) if level in Level.values else ""


def meaning(level: int) -> str:
    """What a level says of a pair."""
    meanings = {
        Level.STRONG: _("最像经技术转移人员判定为强相关的一类"),
        Level.FAIR: _("像判定为较强相关的一类，值得联系后核实"),
        Level.WEAK: _("方向相近，是否可用须先了解细节"),
        Level.NONE: _("只有零星相同，暂不推荐"),
    }
    return meanings[Level(level)]
