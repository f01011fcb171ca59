"""Checkout Sessions: an order with a page of its own, on which the payer pays it, lets it lie or gives it up."""

import time
from typing import Any

from deploy.sandbox.payments import OPEN, Payments, Tell
from deploy.sandbox.store import Object, Store, new_id
from deploy.sandbox.wire import Params, Refusal, check, currency, invalid, missing, page, whole

SESSION = frozenset(
    {
        *("mode", "line_items", "payment_method_types", "payment_method_options", "payment_intent_data", "metadata"),
        *("client_reference_id", "success_url", "cancel_url", "expires_at", "locale", "customer_email"),
    }
)
METHODS = frozenset({"card", "alipay", "wechat_pay"})
LIFE_SECONDS = 24 * 3600
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MOST_MINOR = 99_999_999


class Checkout:
    """The caller holds the store's lock, as in Payments."""

    def __init__(self, store: Store, tell: Tell, payments: Payments, address: str) -> None:
        self.store, self.tell, self.payments, self.address = store, tell, payments, address

    def create(self, params: Params) -> Object:
        check(params, known=SESSION, required=("mode", "line_items", "success_url"))
        self._require_methods(params)
        if params["mode"] != "payment":
            raise invalid("The sandbox knows the mode payment only.", param="mode")
        for name in ("success_url", "cancel_url"):
            if not str(params.get(name, "https://")).startswith(("http://", "https://")):
                raise invalid("Not a valid URL", code="url_invalid", param=name)
        money, total = self._sum(params["line_items"])
        now = int(time.time())
        session = {
            "id": (key := new_id("cs_test")),
            "object": "checkout.session",
            "mode": "payment",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": total,
            "currency": money,
            "client_reference_id": params.get("client_reference_id"),
            "metadata": params.get("metadata") or {},
            "payment_intent": None,
            "payment_intent_data": params.get("payment_intent_data") or {},
            "payment_method_types": params["payment_method_types"],
            "success_url": params["success_url"],
            "cancel_url": params.get("cancel_url"),
            "url": f"{self.address}/_sandbox/checkout/{key}",
            "expires_at": now + LIFE_SECONDS,
            "livemode": False,
            "created": now,
        }
        return self.store.put("checkout.session", session)

    def session(self, key: str) -> Object:
        found = self.store.get("checkout.session", key)
        if found is None:
            raise missing("checkout.session", key)
        return found

    def sessions(self, params: Params) -> Object:
        wanted = params.get("payment_intent")
        rows = [row for row in self.store.all("checkout.session") if wanted in (None, row["payment_intent"])]
        return page(rows, params, "/v1/checkout/sessions")

    def expire(self, key: str, params: Params) -> Object:
        check(params, known=frozenset())
        session = self._open(key)
        session |= {"status": "expired", "url": None}
        if session["payment_intent"] and self.payments.intent(session["payment_intent"])["status"] in OPEN:
            self.payments.cancel(session["payment_intent"], {})
        self.tell("checkout.session.expired", self._keep(session))
        return session

    def pay(self, key: str, method: str) -> Object:
        """The payer chose a way; a card that is declined leaves the page open for another."""
        session = self._open(key)
        intent = self._intent(session)
        if method == "later":
            session |= {"status": "complete", "url": None}
            self.tell("checkout.session.completed", self._keep(session))
            return session
        try:
            self.payments.confirm(intent["id"], {"payment_method": method})
        except Refusal:
            return session
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        self.tell("checkout.session.completed", self._keep(session))
        return session

    def settle(self, key: str, *, is_paid: bool) -> Object:
        """What was promised on the page has come, or has not."""
        session = self.session(key)
        if (session["status"], session["payment_status"]) != ("complete", "unpaid"):
            raise invalid("This session awaits no payment.")
        if is_paid:
            self.payments.charge(self.payments.intent(session["payment_intent"]))
            session["payment_status"] = "paid"
        word = "succeeded" if is_paid else "failed"
        self.tell(f"checkout.session.async_payment_{word}", self._keep(session))
        return session

    def _intent(self, session: Object) -> Object:
        """Made when the payer first tries, as Stripe does it; the session names it from then on."""
        if session["payment_intent"]:
            return self.payments.intent(session["payment_intent"])
        wanted = session["payment_intent_data"] | {
            "amount": str(session["amount_total"]),
            "currency": session["currency"],
            "payment_method_types": session["payment_method_types"],
        }
        intent = self.payments.create_intent(wanted)
        self._keep(session | {"payment_intent": intent["id"]})
        session["payment_intent"] = intent["id"]
        return intent

    def _open(self, key: str) -> Object:
        session = self.session(key)
        if session["status"] != "open":
            message = f"Only Checkout Sessions with a status in [open] can be expired. This one is {session['status']}."
            raise invalid(message)
        return session

    def _keep(self, session: Object) -> Object:
        return self.store.put("checkout.session", session)

    @staticmethod
    def _require_methods(params: Params) -> None:
        methods = params.setdefault("payment_method_types", ["card"])
        if not isinstance(methods, list) or not set(methods) <= METHODS:
            raise invalid("The payment method type provided is invalid.", param="payment_method_types")
        options: Any = params.get("payment_method_options") or {}
        if "wechat_pay" in methods and options.get("wechat_pay", {}).get("client") != "web":
            raise invalid("You must specify `payment_method_options[wechat_pay][client]`: web.")

    @staticmethod
    def _sum(items: Any) -> tuple[str, int]:
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid("Invalid array", param="line_items")
        total, money = 0, ""
        for item in items:
            price = item.get("price_data") or {}
            if not {"currency", "unit_amount"} <= price.keys() or "quantity" not in item:
                raise invalid("Missing required param: line_items[0][price_data][unit_amount].")
            if not (price.get("product_data") or {}).get("name"):
                raise invalid("Missing required param: line_items[0][price_data][product_data][name].")
            money = currency(price)
            total += whole(price, "unit_amount") * whole(item, "quantity")
        if total > MOST_MINOR:
            raise invalid("Amount must be no more than ¥999,999.99", code="amount_too_large", param="line_items")
        return money, total
