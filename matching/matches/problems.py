from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class VerdictNeedsNote(Problem):
    status = 422
    code = "verdict_needs_note"
    title = _("选择“其他原因”时请写明说明")


class VerdictUnknown(Problem):
    status = 422
    code = "verdict_unknown"
    title = _("没有该判断")
