"""The names of the figure's sides, of the dimensions by which it is cut, and of their codes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.registration.facts import DIMENSIONS, Dimension
from contracts.turnover.rules import Side
from market.accounts.models import Organisation
from market.reference import queries as reference

SIDES: dict[Side, Any] = {
    Side.OUTPUT: gettext_lazy("输出"),
    Side.ABSORPTION: gettext_lazy("吸纳"),
    Side.INTRA: gettext_lazy("本地流动"),
}
NAMES: dict[Dimension, Any] = {
    by: gettext_lazy("月份") if by == Dimension.MONTH else DIMENSIONS[by].label for by in Dimension
}
# What stands for the parts that a reader is not told apart, and why, by disclosure's reasons.
WITHHELD: dict[str, Any] = {
    "small_cells": gettext_lazy("未单列"),
    "not_published": gettext_lazy("未分项公布"),
}
WITHHELD_BECAUSE: dict[str, Any] = {
    "small_cells": gettext_lazy(
        "少于三项合同的分项会透露单项合同的金额，依照统计法不单独公布；为使其无法从合计中推算，可能另有分项一并不单列。"
    ),
    "not_published": gettext_lazy(
        "为避免从前后两次公布的差额推知单项合同，分项数据只按已结束的年度、按输出公布；合计照常公布。"
    ),
}


def of_codes(dimension: Dimension, codes: Iterable[str]) -> dict[str, str]:
    """Name by code; a code that no list knows is its own name, and an empty one says what its absence means."""
    wanted = sorted(set(codes))
    if dimension == Dimension.MONTH:
        return {code: _("%(month)s 月") % {"month": int(code)} if code.isdecimal() else code for code in wanted}
    fact = DIMENSIONS[dimension]
    found = _organisations(wanted) if fact.is_organisation else {}
    if fact.scheme:
        found = {code: reference.label(fact.scheme, code) for code in wanted if code}
    return {code: found.get(code) or code or str(fact.when_empty) for code in wanted}


def _organisations(codes: Iterable[str]) -> dict[str, str]:
    rows = Organisation.objects.filter(pk__in=[code for code in codes if _is_id(code)])
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def withheld(suppressed: str) -> str:
    return str(WITHHELD[suppressed]) if suppressed else ""


def withheld_because(suppressed: str) -> str:
    """Why, in words for everybody."""
    return str(WITHHELD_BECAUSE[suppressed]) if suppressed else ""


def _is_id(code: str) -> bool:
    try:
        UUID(code)
    except ValueError:
        return False
    return True
