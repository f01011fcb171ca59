"""The names of the figure's sides, of the dimensions by which it is cut, and of their codes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.turnover.rules import Dimension, Side
from market.accounts.models import Organisation
from market.reference import queries as reference

SIDES: dict[Side, Any] = {
    Side.OUTPUT: gettext_lazy("输出"),
    Side.ABSORPTION: gettext_lazy("吸纳"),
    Side.INTRA: gettext_lazy("本地流动"),
}
NAMES: dict[Dimension, Any] = {
    Dimension.CONTRACT_TYPE: gettext_lazy("合同类型"),
    Dimension.TECHNOLOGY_FIELD: gettext_lazy("技术领域"),
    Dimension.SELLER_KIND: gettext_lazy("卖方性质"),
    Dimension.BUYER_KIND: gettext_lazy("买方性质"),
    Dimension.IP_TYPE: gettext_lazy("知识产权类型"),
    Dimension.PLAN_SOURCE: gettext_lazy("计划来源"),
    Dimension.SIZE_CLASS: gettext_lazy("买方规模"),
    Dimension.SELLER_REGION: gettext_lazy("卖方地区"),
    Dimension.BUYER_REGION: gettext_lazy("买方地区"),
    Dimension.MONTH: gettext_lazy("月份"),
    Dimension.BROKER: gettext_lazy("技术转移机构"),
    Dimension.UNIVERSITY: gettext_lazy("高等院校"),
}
SCHEMES = {
    Dimension.CONTRACT_TYPE: "contract_type",
    Dimension.TECHNOLOGY_FIELD: "technology_field",
    Dimension.SELLER_KIND: "party_nature",
    Dimension.BUYER_KIND: "party_nature",
    Dimension.IP_TYPE: "ip_type",
    Dimension.PLAN_SOURCE: "plan_source",
    Dimension.SIZE_CLASS: "enterprise_scale",
    Dimension.SELLER_REGION: "region",
    Dimension.BUYER_REGION: "region",
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
ORGANISATIONS = frozenset({Dimension.BROKER, Dimension.UNIVERSITY})


def of_codes(dimension: Dimension, codes: Iterable[str]) -> dict[str, str]:
    """Name by code; a code that no list knows is its own name, and an empty one says what its absence means."""
    wanted = sorted(set(codes))
    if dimension in SCHEMES:
        found = {code: reference.label(SCHEMES[dimension], code) for code in wanted if code}
    elif dimension in ORGANISATIONS:
        ids = [code for code in wanted if _is_id(code)]
        found = {str(pk): name for pk, name in Organisation.objects.filter(pk__in=ids).values_list("pk", "name")}
    else:
        found = {code: _("%(month)s 月") % {"month": int(code)} for code in wanted if code.isdecimal()}
    return {code: found.get(code) or (code if code else _empty(dimension)) for code in wanted}


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


def _empty(dimension: Dimension) -> str:
    if dimension == Dimension.BROKER:
        return _("未经市场对接")
    if dimension == Dimension.UNIVERSITY:
        return _("非高校院所")
    return _("未填写")
