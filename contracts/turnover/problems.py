from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class AssessmentDecided(Problem):
    """What counts from a day on was decided before; a decision for a later day supersedes it."""

    status = 409
    code = "assessment_decided"
    title = _("该日起的考核口径已经确定")
