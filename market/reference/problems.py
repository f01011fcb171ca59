from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class ArrangementInvalid(Problem):
    """The text is no arrangement of a year's holidays; `detail` says what is wrong with it."""

    status = 422
    code = "arrangement_invalid"
    title = _("节假日安排有误")


class CodeListsFaulty(Problem):
    """The data files contradict themselves; `faults` has a sentence for each."""

    status = 422
    code = "code_lists_faulty"
    title = _("代码表数据有误")
    fields = ("faults",)
