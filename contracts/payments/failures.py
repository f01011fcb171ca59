"""Why money did not move, in the reader's language; a provider's own sentence comes in one language only."""

from django.utils.translation import gettext_lazy as _

from market.kernel.marks import labelled

PROOF_REJECTED = "proof_rejected"
SESSION_EXPIRED = "session_expired"
ASYNC_PAYMENT_FAILED = "async_payment_failed"
PROVIDER_REFUSED = "provider_refused"

# The provider's codes by their own names; https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes
LABELS = {
    PROOF_REJECTED: _("收款方退回了凭证"),
    SESSION_EXPIRED: _("支付页面已过期，未付款"),
    ASYNC_PAYMENT_FAILED: _("款项未能到账"),
    PROVIDER_REFUSED: _("支付机构未受理"),
    "amount_too_large": _("金额超过在线支付的上限，请改用对公转账"),
    "amount_too_small": _("金额低于在线支付的下限，请改用对公转账"),
    "authentication_required": _("未通过银行的身份验证"),
    "card_declined": _("发卡行拒绝了这张卡"),
    "charge_already_refunded": _("款项已经退回"),
    "charge_disputed": _("款项在争议中，不能退款"),
    "charge_for_pending_refund_disputed": _("款项在争议中，不能退款"),
    "currency_not_supported": _("这种支付方式不支持该币种"),
    "do_not_honor": _("发卡行拒绝了这张卡"),
    "expired_card": _("这张卡已过期"),
    "expired_or_canceled_card": _("收款的卡已过期或注销"),
    "generic_decline": _("发卡行拒绝了这张卡"),
    "incorrect_cvc": _("卡的安全码不正确"),
    "incorrect_number": _("卡号不正确"),
    "insufficient_funds": _("余额不足"),
    "lost_or_stolen_card": _("收款的卡已挂失"),
    "payment_intent_authentication_failure": _("未通过银行的身份验证"),
    "payment_intent_payment_attempt_expired": _("支付页面已过期，未付款"),
    "processing_error": _("支付机构处理出错，请稍后再试"),
}


def code_of(*candidates: object) -> str:
    """The first of a provider's codes that has words here."""
    return next((str(code) for code in candidates if code in LABELS), PROVIDER_REFUSED)


def words(code: str, said: str) -> str:
    """What a reader is told; what a person wrote, and what no code covers, is added as it was said."""
    if not code:
        return said
    label = str(LABELS.get(code, LABELS[PROVIDER_REFUSED]))
    return labelled(label, said) if said and code in {PROOF_REJECTED, PROVIDER_REFUSED} else label
