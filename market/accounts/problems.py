from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class OrganisationExists(Problem):
    """The credit code belongs to an organisation that is here already; its manager can add members."""

    status = 409
    code = "organisation_exists"
    title = _("该统一社会信用代码已注册，请联系本单位管理员加入")


class AlreadyMember(Problem):
    status = 409
    code = "already_member"
    title = _("该用户已是本单位成员")


class LastManager(Problem):
    """An organisation keeps at least one manager."""

    status = 409
    code = "last_manager"
    title = _("单位至少保留一名管理员")


class RolesUnfit(Problem):
    """A role that the organisation's kind does not have, or a scope that does not exist."""

    status = 422
    code = "roles_unfit"
    title = _("该类单位不能设置此角色")
