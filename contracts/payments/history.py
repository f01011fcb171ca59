"""What became of a payment, step by step."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from contracts.payments import failures
from contracts.payments.models import Payment
from market.accounts.history import Step, steps_of
from market.kernel.actor import Actor

LABELS = {
    "payment.started": _("发起付款"),
    "payment.prepared": _("已建立支付页"),
    "payment.proof_submitted": _("提交转账凭证"),
    "payment.proof_rejected": _("退回凭证"),
    "payment.succeeded": _("确认到账"),
    "payment.failed": _("支付未成功"),
    "payment.cancelled": _("取消付款"),
    "payment.arrived_cancelled": _("取消后款项到账，原路退回"),
    "payment.refunded": _("已全部退回"),
}


def history_of(payment: Payment, *, actor: Actor) -> list[Step]:
    """Every step, oldest first, with the reason that was given."""
    steps = steps_of(payment, actor=actor, labels=LABELS)
    said = ((step, step.changes.get("code", ""), step.changes.get("reason", "")) for step in steps)
    return [replace(step, detail=failures.words(code, reason)) for step, code, reason in said]
