from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from market.kernel.marks import bracketed, listed
from market.kernel.problems import DayOutOfRange, Problem
from matching.brokerage import policy as brokerage
from matching.brokerage.models import Deal


class ScanRefused(Problem):
    """The file is no scan of this party's sealed paper."""

    status = 422
    code = "scan_refused"
    about = "scan"
    title = _("扫描件不符合要求")
    fields = ("reason",)

    class Reason(TextChoices):
        UNREADABLE = "unreadable", _("文件无法打开，请重新扫描")
        BLANK = "blank", _("扫描件是空白页")
        TOO_SMALL = "too_small", _("图片太小，看不清印章，请用更高的分辨率扫描")
        SAME_AS_OTHER_SIDE = "same_as_other_side", _("与对方上传的扫描件相同，请上传加盖本方印章的文本")
        NOT_SEALED = "not_sealed", _("这是未盖章的合同文本，请上传盖章后的扫描件")

    def __init__(self, *, reason: Reason) -> None:
        super().__init__(reason.label, reason=reason.value)


class ScanUnlike(Problem):
    """The scan has not as many pages as the text, and the signer does not say why."""

    status = 422
    code = "scan_unlike"
    about = "pages_note"
    title = _("扫描件的页数与合同文本不同，请补齐或说明原因")
    fields = ("pages", "expected")

    def __init__(self, *, pages: int, expected: int) -> None:
        words = _("扫描件有 %(pages)s 页，合同文本有 %(expected)s 页，请补齐或说明原因")
        super().__init__(words % {"pages": pages, "expected": expected}, pages=pages, expected=expected)


class SigningDate(DayOutOfRange):
    """The day of signing lies before the parties were brought together, or has not come yet."""

    code = "signing_date"
    title = _("签订日期应在双方对接之日与今天之间")


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


class CharactersMissing(Problem):
    """The text has characters that the contract's font cannot draw; each is named."""

    status = 409
    code = "characters_missing"
    title = _("合同文本含有无法印出的字符")
    fields = ("characters",)

    def __init__(self, *, characters: list[str]) -> None:
        named = listed(bracketed(char, f"U+{ord(char):04X}") for char in characters)
        super().__init__(_("无法印出：%(characters)s，请改用其他写法") % {"characters": named}, characters=characters)


class DealNotReady(Problem):
    """A contract is drafted during negotiation and made final once terms are agreed."""

    status = 409
    code = "deal_not_ready"
    title = _("“商务谈判”中可以起草，“达成意向”后可以定稿：请先由技术经纪人推进项目")
    fields = ("stage",)

    def __init__(self, *, stage: Deal.Stage | str) -> None:
        words = _("项目已结束（%(stage)s），合同不能继续；未成交的项目可以由技术经纪人恢复")
        is_over = stage in brokerage.ENDED
        super().__init__(words % {"stage": Deal.Stage(stage).label} if is_over else "", stage=stage)


class ContractExists(Problem):
    status = 409
    code = "contract_exists"
    title = _("该项目已有合同")


class AlreadySealed(Problem):
    """A party seals once; after the first seal the text stays as it is."""

    status = 409
    code = "already_sealed"
    title = _("已有签章，不能重复签署或修改文本")
