from django.utils.translation import gettext_lazy as _

from market.kernel.problems import DayOutOfRange, Problem


class AlreadyPaying(Problem):
    """The instalment has a live payment, or is paid."""

    status = 409
    code = "already_paying"
    title = _("该期款项已在支付或已到账")


class RailUnavailable(Problem):
    """The rail is not set up here, or does not take this payment."""

    status = 409
    code = "rail_unavailable"
    title = _("该支付方式暂不可用")


class RefundTooLarge(Problem):
    """More than was paid and not yet given back."""

    status = 409
    code = "refund_too_large"
    title = _("退款金额超过可退金额")
    fields = ("refundable",)


class SignatureInvalid(Problem):
    """The notice was not signed by the provider, or too long ago."""

    status = 400
    code = "signature_invalid"
    title = _("签名无效")


class NoticeMalformed(Problem):
    """The notice is signed by the provider, and yet has not what its kind has."""

    status = 400
    code = "notice_malformed"
    title = _("支付通知的格式不正确")


class PaidOnInvalid(DayOutOfRange):
    code = "paid_on_invalid"
    title = _("付款日期不能早于合同签订日期，也不能晚于今天")
