from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem, ServiceUnavailable


class PeriodInvalid(Problem):
    """A monthly report needs a month of 1 to 12, a quarterly one a quarter of 1 to 4, a yearly one neither."""

    status = 422
    code = "period_invalid"
    title = _("报告期有误")


class PeriodNotOver(Problem):
    """A report is made when its period is over, in Asia/Shanghai."""

    status = 409
    code = "period_not_over"
    title = _("报告期尚未结束")
    fields = ("last_on",)


class AlreadyDrafted(Problem):
    """The next edition of this period's report is being worked on."""

    status = 409
    code = "report_already_drafted"
    title = _("该期报告已有未发布的版本")
    fields = ("report_id",)


class NotPublished(Problem):
    """Files exist from the publication on."""

    status = 409
    code = "report_not_published"
    title = _("报告尚未发布")


class LedgerBusy(ServiceUnavailable):
    """Somebody is writing the ledger for so long that the snapshot could not be taken."""

    code = "ledger_busy"
    title = _("台账正在写入，请稍后再发布")
