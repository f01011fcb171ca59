from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class ContractInvalid(Problem):
    """Amounts, dates or codes that contradict each other; every one is named."""

    status = 422
    code = "contract_invalid"
    title = _("合同内容有误")
    fields = ("grounds",)


class ContentIncomplete(Problem):
    """The contract lacks clauses that the law asks for; every one is named."""

    status = 409
    code = "content_incomplete"
    title = _("合同缺少必备条款")
    fields = ("grounds",)


class DealNotReady(Problem):
    """A contract is drafted during negotiation and made final once terms are agreed."""

    status = 409
    code = "deal_not_ready"
    title = _("项目尚未进入可起草或定稿的阶段")
    fields = ("stage",)


class ContractExists(Problem):
    status = 409
    code = "contract_exists"
    title = _("该项目已有合同")


class AlreadySealed(Problem):
    """A party seals once; after the first seal the text stays as it is."""

    status = 409
    code = "already_sealed"
    title = _("已有签章，不能重复签署或修改文本")
