"""The page on which a person pays in the demonstration, where Stripe would show its own."""

from decimal import Decimal
from html import escape

from deploy.sandbox.checkout import Checkout
from deploy.sandbox.store import Object
from deploy.sandbox.wire import Refusal

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action *; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
ACTIONS = {"pay": "支付成功", "decline": "卡被拒绝", "later": "稍后到账", "cancel": "返回不支付"}
METHODS = {"pay": "pm_card_visa", "decline": "pm_card_chargeDeclinedInsufficientFunds", "later": "later"}
WORDS = {"open": "待支付", "complete": "已完成", "expired": "已过期"}


def act(checkout: Checkout, session: Object, action: str) -> str:
    """Do what the payer pressed; where the browser goes then, empty for the page again."""
    if action == "cancel":
        return address(session["cancel_url"])
    if action in METHODS:
        try:
            session = checkout.pay(session["id"], METHODS[action])
        except Refusal:
            return ""
    return address(session["success_url"]) if session["status"] == "complete" else ""


def address(url: object) -> str:
    """Where the product wants its payer back, fit for a header."""
    text = str(url or "")
    return "" if "\n" in text or "\r" in text else text


def page(session: Object) -> str:
    amount = f"{Decimal(session['amount_total']) / 100:,.2f} {session['currency'].upper()}"
    buttons = "".join(
        f'<p><button name="action" value="{name}">{label}</button></p>' for name, label in ACTIONS.items()
    )
    back = address(session["cancel_url"])
    return (
        '<!doctype html><html lang="zh-hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>演示收银台</title></head><body>'
        "<h1>演示收银台</h1><p><strong>测试环境，不会扣款。</strong></p>"
        f"<p>金额：{escape(amount)}</p><p>订单：{escape(str(session['client_reference_id'] or '—'))}</p>"
        f"<p>状态：{WORDS[session['status']]}</p>"
        + (f'<form method="post">{buttons}</form>' if session["status"] == "open" else "")
        + (f'<p><a href="{escape(back, quote=True)}">返回科技大市场</a></p>' if back else "")
        + "</body></html>"
    )
