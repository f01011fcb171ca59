from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class CalendarUnknown(Problem):
    """The State Council's arrangement of that year's holidays is not known here, so working days cannot be counted."""

    status = 409
    code = "calendar_unknown"
    title = _("该年度的节假日安排尚未收录，无法计算工作日")
    fields = ("year",)


class CodeListsFaulty(Problem):
    """The data files contradict themselves; `faults` has a sentence for each."""

    status = 422
    code = "code_lists_faulty"
    title = _("代码表数据有误")
    fields = ("faults",)
