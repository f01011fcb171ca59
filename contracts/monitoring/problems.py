from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class FedByLedger(Problem):
    """The turnover is a sum over the ledger; nobody types it."""

    status = 409
    code = "fed_by_ledger"
    title = _("技术合同成交额由登记分录自动汇总，不能录入")


class YearOutsidePlan(Problem):
    """The plan promises nothing for the year, or the year has not begun."""

    status = 422
    code = "year_outside_plan"
    title = _("该年度不在规划期内或尚未开始")
    fields = ("errors",)


class ValueUnfit(Problem):
    """The value cannot be one of the indicator's unit."""

    status = 422
    code = "value_unfit"
    title = _("数值不符合该指标的计量单位")
    fields = ("errors",)


class ValueAwaits(Problem):
    """A value of the year waits for its second person."""

    status = 409
    code = "value_awaits_confirmation"
    title = _("该年度已有待复核的数值，请先复核或退回")


class OfficeUnfit(Problem):
    """Only a verified government organisation answers for an indicator."""

    status = 422
    code = "office_unfit"
    title = _("责任单位须为已核验的政府部门")
