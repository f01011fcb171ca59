from django.utils.translation import gettext_lazy as _

from market.kernel.problems import DayOutOfRange, Problem


class RegistrationGrounds(Problem):
    """The registry would refuse; every ground is named, not only the first."""

    status = 409
    code = "registration_grounds"
    title = _("合同暂不符合登记条件")
    fields = ("grounds",)


class AlreadyApplied(Problem):
    """A contract has at most one live application (同一项技术合同不得重复登记)."""

    status = 409
    code = "already_applied"
    title = _("该合同已有进行中或已完成的登记")


class RegistrationRevoked(Problem):
    """The registration of the contract was revoked; it is not applied for again."""

    status = 409
    code = "registration_revoked"
    title = _("该合同的登记已被撤销，不能再次申请；对撤销有异议的，请向登记机构提出")


class NumberTaken(Problem):
    """Another registration carries this number."""

    status = 409
    code = "registration_no_taken"
    about = "registration_no"
    title = _("该登记编号已被使用")


class NumberInvalid(Problem):
    """Not sixteen digits; the number comes from the national system and is never made up."""

    status = 422
    code = "registration_no_invalid"
    about = "registration_no"
    title = _("登记编号应为 16 位数字")


class AmountsInvalid(Problem):
    """Both amounts are positive and the technology amount is within the contract amount."""

    status = 422
    code = "amounts_invalid"
    about = "technology_amount"
    title = _("技术交易额须大于零且不超过成交额")


class DateInvalid(DayOutOfRange):
    """The date lies before the acceptance, the registration or an earlier event of it, or after today."""

    code = "date_invalid"


class GroundsUnknown(Problem):
    """At least one known ground must be named."""

    status = 422
    code = "grounds_unknown"
    about = "grounds"
    title = _("请选择原因")


class NothingToCorrect(Problem):
    """Every value given is the one that was registered."""

    status = 422
    code = "nothing_to_correct"
    title = _("更正内容与已登记内容相同")


class NothingToAmend(Problem):
    """Both amounts are those that are recognised already."""

    status = 422
    code = "nothing_to_amend"
    title = _("变更后金额与现有认定金额相同，没有需要变更的内容")


class CorrectionOpen(Problem):
    """One correction of a registration is decided before the next is proposed."""

    status = 409
    code = "correction_open"
    title = _("该登记已有待复核的更正")


class AmountAboveContract(Problem):
    """What is recognised may not exceed what the contract says."""

    status = 409
    code = "amount_above_contract"
    about = "contract_amount"
    title = _("认定成交额不得超过合同成交额")
    fields = ("contract_amount",)


class DifferenceUnexplained(Problem):
    """Each yuan between the contract's text and what is recognised has a reason, item by item."""

    status = 422
    code = "difference_unexplained"
    about = "differences"
    title = _("认定金额与合同不一致，请逐项说明差额，各项合计应等于差额")
    fields = ("difference",)


class ChangeOpen(Problem):
    """One change of a registration is decided before the next is proposed."""

    status = 409
    code = "change_open"
    title = _("该登记已有待复审的变更、注销或撤销")
