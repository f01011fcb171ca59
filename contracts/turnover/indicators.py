"""The indicators of the plans in the reader's language; a plan itself is written in Chinese."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from market.reference.codebook import in_active_language

NAMES: dict[str, Any] = {
    "rd_share_of_gdp": _("全社会研发投入占地区生产总值比重"),
    "rd_share_of_industrial_revenue": _("规模以上工业企业R&D经费支出与主营业务收入比重"),
    "high_tech_enterprises": _("累计高新技术企业"),
    "technology_enterprises": _("科技型企业"),
    "invention_patents_per_10000": _("每万人有效发明专利拥有量"),
    "high_tech_share_of_industry": _("高新技术产业增加值占规模以上工业增加值比重"),
    "technology_contract_turnover": _("技术合同成交金额"),
    "provincial_platforms": _("省级以上创新平台载体"),
}
UNITS: dict[str, Any] = {"家": _("家"), "件": _("件"), "个": _("个"), "亿元": _("亿元")}


def name(code: str, printed: str) -> str:
    """As printed in the plan, or what the indicator is called in the language that is active."""
    return in_active_language(printed, str(NAMES.get(code, "")))


def unit(printed: str) -> str:
    return in_active_language(printed, str(UNITS.get(printed, "")))
