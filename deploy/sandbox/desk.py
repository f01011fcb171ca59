"""The page on which a person pays in the demonstration, where Stripe would show its own."""

from decimal import Decimal
from html import escape

from deploy.sandbox.payments import Payments
from deploy.sandbox.store import Object
from deploy.sandbox.wire import Refusal

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action *; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
ACTIONS = {"pay": "支付成功", "decline": "卡被拒绝", "cancel": "取消支付"}
WORDS = {
    "requires_payment_method": "待支付",
    "requires_confirmation": "待确认",
    "requires_action": "待验证",
    "requires_capture": "已授权，待请款",
    "succeeded": "已支付",
    "canceled": "已取消",
}


def act(payments: Payments, intent: Object, action: str) -> None:
    """What the payer pressed; a state that moved on meanwhile is left as it is."""
    try:
        if action == "pay" and intent["status"] == "requires_action":
            payments.charge(intent)
        elif action == "pay":
            payments.confirm(intent["id"], {"payment_method": "pm_card_visa"})
        elif action == "decline":
            payments.confirm(intent["id"], {"payment_method": "pm_card_chargeDeclined"})
        elif action == "cancel":
            payments.cancel(intent["id"], {})
    except Refusal:
        return


def return_url(intent: Object) -> str:
    """Where the product wants its payer back, as it said in the intent's metadata."""
    url = str(intent["metadata"].get("return_url", ""))
    return url if url.startswith(("http://", "https://")) and "\n" not in url and "\r" not in url else ""


def page(intent: Object) -> str:
    amount = f"{Decimal(intent['amount']) / 100:,.2f} {intent['currency'].upper()}"
    is_open = intent["status"] in {"requires_payment_method", "requires_confirmation", "requires_action"}
    buttons = "".join(
        f'<p><button name="action" value="{name}">{label}</button></p>' for name, label in ACTIONS.items()
    )
    back = return_url(intent)
    return (
        '<!doctype html><html lang="zh-hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>演示收银台</title></head><body>'
        "<h1>演示收银台</h1><p><strong>测试环境，不会扣款。</strong></p>"
        f"<p>金额：{escape(amount)}</p><p>事由：{escape(str(intent['description'] or '—'))}</p>"
        f"<p>状态：{WORDS.get(intent['status'], escape(intent['status']))}</p>"
        + (f'<form method="post">{buttons}</form>' if is_open else "")
        + (f'<p><a href="{escape(back, quote=True)}">返回科技大市场</a></p>' if back else "")
        + "</body></html>"
    )
