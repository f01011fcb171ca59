from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class OrganisationExists(Problem):
    """The credit code belongs to an organisation that is here already; its manager can add members."""

    status = 409
    code = "organisation_exists"
    title = _("该统一社会信用代码已登记，请联系本单位管理员邀请您加入；如系他人冒用，请联系市场运营方")


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


class TooManyApplications(Problem):
    """A person has registered as many unverified organisations as one may."""

    status = 409
    code = "too_many_applications"
    title = _("您已有多个单位待核验，请等待运营方处理")
    fields = ("limit",)


class TooManyKeys(Problem):
    status = 409
    code = "too_many_keys"
    title = _("有效密钥已达上限，请先停用不再使用的密钥")
    fields = ("limit",)


class InvitationClosed(Problem):
    """Answered, taken back, or past its time."""

    status = 409
    code = "invitation_closed"
    title = _("邀请已失效，请联系邀请方重新发送")


class OperatorConflict(Problem):
    """Who runs the market does not come to manage another organisation on the market's own word."""

    status = 409
    code = "operator_conflict"
    title = _("市场运营方人员不能经运营方推荐管理其他单位")


class OwnAccount(Problem):
    status = 409
    code = "own_account"
    title = _("不能停用自己或本单位")


class SecondFactorRequired(Problem):
    """The role asks for a second factor that the session has not shown."""

    status = 403
    code = "second_factor_required"
    title = _("您的角色须先启用两步验证")
