"""What results are cut by: names, words for the codes, and which code stands above which."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from market.accounts.models import KIND_LABELS
from market.reference import queries as reference

_CODE = re.compile(r"\w{1,40}", re.ASCII)
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})


def top(code: str) -> str:
    """The parent in a list without levels."""
    return ""


def above_by_length(*lengths: int) -> Callable[[str], str]:
    """The parent in a list whose codes begin with their parent's: H01B below H01 below H."""

    def parent(code: str) -> str:
        return code[: max((length for length in lengths if length < len(code)), default=0)]

    return parent


def below_by_length(*lengths: int) -> Callable[[str], str]:
    """A pattern of the codes directly below one, in such a list; of the first level for the empty code."""

    def pattern(code: str) -> str:
        longer = [length for length in lengths if length > len(code)]
        return code + "." * (min(longer) - len(code)) if longer else code

    return pattern


def region_above(code: str) -> str:
    """GB/T 2260: province, prefecture, county; a municipality's districts stand directly below it."""
    if code.endswith("0000"):
        return ""
    return f"{code[:2]}0000" if code.endswith("00") or code[:2] in MUNICIPALITIES else f"{code[:4]}00"


def region_below(code: str) -> str:
    if not code:
        return "..0000"
    if code[:2] in MUNICIPALITIES or not code.endswith("0000"):
        return f"{code[:2] if code.endswith('0000') else code[:4]}" + "." * (4 if code.endswith("0000") else 2)
    return f"{code[:2]}..00"


@dataclass(frozen=True)
class Facet:
    """A facet; its codes are named by the dictionary `scheme`, or by `names`.

    In a tree, ticking a code takes those below in; `below` gives a pattern of the codes directly below one.
    """

    name: str
    title: Any
    scheme: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)
    parent: Callable[[str], str] = top
    below: Callable[[str], str] | None = None
    is_coded: bool = False

    def counted(self, ticked: Iterable[str]) -> str | None:
        """A pattern of the codes worth counting: of a tree its first level, and what opens below ticked codes."""
        if self.below is None:
            return None
        opened = [code for code in with_ancestors(self.name, ticked) if _CODE.fullmatch(code)]
        return "|".join(sorted({self.below(code) for code in ("", *opened)} | set(opened)))

    def label(self, code: str) -> str:
        """The code in words; of a classification the code as well, which people know by heart."""
        if self.is_coded:
            return (
                f"{code} {reference.label(self.scheme, code)}" if reference.label(self.scheme, code) != code else code
            )
        return str(self.names.get(code, code)) if not self.scheme else reference.label(self.scheme, code)


PRICE_BANDS: tuple[tuple[str, Decimal | None, Any], ...] = (
    ("under_100k", Decimal(100_000), _("10 万元以下")),
    ("under_500k", Decimal(500_000), _("10–50 万元")),
    ("under_1m", Decimal(1_000_000), _("50–100 万元")),
    ("under_5m", Decimal(5_000_000), _("100–500 万元")),
    ("from_5m", None, _("500 万元以上")),
)
NEGOTIABLE = "negotiable"
# By the day on which a search is asked, so these are no field of a document.
FRESHNESS = {"week": timedelta(days=7), "month": timedelta(days=30), "quarter": timedelta(days=90)}

_ALL = (
    Facet("technology_field", _("技术领域"), "technology_field"),
    Facet("local_industry", _("重点产业"), "local_industry"),
    Facet(
        "industry", _("国民经济行业"), "industry", parent=above_by_length(1, 3, 4), below=below_by_length(1, 3, 4, 5)
    ),
    Facet("ipc", _("IPC 分类"), "ipc", parent=above_by_length(1, 3), below=below_by_length(1, 3, 4), is_coded=True),
    Facet("region", _("地区"), "region", parent=region_above, below=region_below),
    Facet("maturity", _("成熟度"), "maturity"),
    Facet("ip_type", _("知识产权类型"), "ip_type"),
    Facet("transfer_mode", _("转化方式"), "transfer_mode"),
    Facet(
        "price_band",
        _("金额区间"),
        names={code: name for code, _limit, name in PRICE_BANDS} | {NEGOTIABLE: _("面议")},
    ),
    Facet("owner_kind", _("单位类型"), names={str(kind): name for kind, name in KIND_LABELS.items()}),
)
FACETS: dict[str, Facet] = {facet.name: facet for facet in _ALL}
RECENT = Facet(
    "freshness", _("发布时间"), names={"week": _("一周内"), "month": _("一个月内"), "quarter": _("三个月内")}
)
ASKED: dict[str, Facet] = FACETS | {RECENT.name: RECENT}


def price_band(amount: Decimal | None) -> str:
    """The band of an amount in yuan; an amount at a limit belongs to the band above it."""
    if amount is None:
        return NEGOTIABLE
    return next(code for code, limit, _name in PRICE_BANDS if limit is None or amount < limit)


def with_ancestors(name: str, codes: Iterable[str]) -> list[str]:
    """The codes and all above them, so that a ticked parent finds what bears its children."""
    parent = FACETS[name].parent
    found: set[str] = set()
    for code in codes:
        while code and code not in found:
            found.add(code)
            code = parent(code)
    return sorted(found)
