"""Payment intents, their charges and their refunds."""

import time
from collections.abc import Callable
from typing import Any

from deploy.sandbox.store import Object, Store, new_id
from deploy.sandbox.wire import Params, Refusal, check, currency, invalid, missing, page, whole

Tell = Callable[[str, Object], None]
INTENT = frozenset(
    {
        *("amount", "currency", "description", "metadata", "payment_method_types", "payment_method", "confirm"),
        *("capture_method", "customer", "receipt_email", "statement_descriptor", "transfer_data", "transfer_group"),
        *("application_fee_amount", "automatic_payment_methods", "return_url", "off_session"),
    }
)
CONFIRM = frozenset({"payment_method", "return_url", "off_session", "payment_method_options"})
REFUND = frozenset({"payment_intent", "charge", "amount", "reason", "metadata", "reverse_transfer"})
# Stripe's test cards that do something else than succeed; https://docs.stripe.com/testing
DECLINES = {
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
}
ASKS_BACK = frozenset({"pm_card_authenticationRequired", "pm_card_threeDSecure2Required"})
OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"})


class Payments:
    """What the API does to objects; the caller holds the store's lock, and `tell` makes an event of each change."""

    def __init__(self, store: Store, tell: Tell) -> None:
        self.store, self.tell = store, tell
        # Lever: how the refunds of now on begin; those of some methods take days, and may still fail.
        self.refund_status = "succeeded"

    def create_intent(self, params: Params) -> Object:
        check(params, known=INTENT, required=("amount", "currency"))
        intent = self._keep(
            {
                "id": (key := new_id("pi")),
                "object": "payment_intent",
                "amount": whole(params, "amount"),
                "amount_capturable": 0,
                "amount_received": 0,
                "currency": currency(params),
                "client_secret": new_id(f"{key}_secret"),
                "capture_method": params.get("capture_method", "automatic"),
                "description": params.get("description"),
                "metadata": params.get("metadata") or {},
                "payment_method": params.get("payment_method"),
                "payment_method_types": params.get("payment_method_types") or ["card"],
                "customer": params.get("customer"),
                "transfer_data": params.get("transfer_data"),
                "latest_charge": None,
                "last_payment_error": None,
                "next_action": None,
                "canceled_at": None,
                "cancellation_reason": None,
                "status": "requires_confirmation" if params.get("payment_method") else "requires_payment_method",
                "livemode": False,
                "created": int(time.time()),
            }
        )
        self.tell("payment_intent.created", intent)
        return self.confirm(intent["id"], {}) if params.get("confirm") == "true" else intent

    def intent(self, key: str) -> Object:
        return self._found("payment_intent", key)

    def intents(self, params: Params) -> Object:
        return page(self.store.all("payment_intent"), params, "/v1/payment_intents")

    def update_intent(self, key: str, params: Params) -> Object:
        check(params, known=INTENT - {"confirm"})
        intent = self.intent(key)
        if "amount" in params:
            self._require(intent, OPEN - {"requires_capture"}, "updated")
            intent["amount"] = whole(params, "amount")
        for name in ("description", "payment_method"):
            intent[name] = params.get(name, intent[name])
        intent["metadata"] |= params.get("metadata") or {}
        return self._keep(intent)

    def confirm(self, key: str, params: Params) -> Object:
        check(params, known=CONFIRM)
        intent = self.intent(key)
        self._require(intent, {"requires_payment_method", "requires_confirmation"}, "confirmed")
        method = params.get("payment_method") or intent["payment_method"]
        if not method:
            raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.")
        intent["payment_method"] = method
        if method in DECLINES:
            return self.decline(intent, DECLINES[method])
        if method in ASKS_BACK:
            intent["status"], intent["next_action"] = "requires_action", {"type": "use_stripe_sdk"}
            self.tell("payment_intent.requires_action", self._keep(intent))
            return intent
        return self.charge(intent)

    def charge(self, intent: Object) -> Object:
        """The card is good: money is taken, or held where it is captured by hand."""
        is_held = intent["capture_method"] == "manual"
        charge = self.store.put("charge", self._charge(intent, captured=not is_held))
        intent |= {
            "latest_charge": charge["id"],
            "next_action": None,
            "last_payment_error": None,
            "status": "requires_capture" if is_held else "succeeded",
            "amount_capturable": intent["amount"] if is_held else 0,
            "amount_received": 0 if is_held else intent["amount"],
        }
        self._keep(intent)
        if is_held:
            self.tell("payment_intent.amount_capturable_updated", intent)
        else:
            self.tell("charge.succeeded", charge)
            self.tell("payment_intent.succeeded", intent)
        return intent

    def decline(self, intent: Object, reason: str) -> Object:
        error: dict[str, Any] = {"code": "card_declined", "decline_code": reason, "message": "Your card was declined."}
        intent |= {"status": "requires_payment_method", "last_payment_error": error | {"type": "card_error"}}
        self.tell("payment_intent.payment_failed", self._keep(intent))
        raise Refusal(
            402,
            "card_error",
            error["message"],
            code="card_declined",
            decline_code=reason,
            payment_intent=intent,
        )

    def capture(self, key: str, params: Params) -> Object:
        check(params, known=frozenset({"amount_to_capture"}))
        intent = self.intent(key)
        self._require(intent, {"requires_capture"}, "captured")
        amount = whole(params, "amount_to_capture") if "amount_to_capture" in params else intent["amount"]
        if amount > intent["amount_capturable"]:
            raise invalid("The amount to capture is greater than what is held.", code="amount_too_large")
        charge = self._found("charge", intent["latest_charge"])
        self.store.put("charge", charge | {"captured": True, "amount_captured": amount})
        intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
        self.tell("payment_intent.succeeded", self._keep(intent))
        return intent

    def cancel(self, key: str, params: Params) -> Object:
        check(params, known=frozenset({"cancellation_reason"}))
        intent = self.intent(key)
        self._require(intent, OPEN, "canceled")
        intent |= {"status": "canceled", "canceled_at": int(time.time()), "amount_capturable": 0}
        intent["cancellation_reason"] = params.get("cancellation_reason")
        self.tell("payment_intent.canceled", self._keep(intent))
        return intent

    def create_refund(self, params: Params) -> Object:
        check(params, known=REFUND)
        charge = self._charge_of(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = whole(params, "amount") if "amount" in params else left
        if left == 0:
            raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        if amount > left:
            raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})")
        refunded = charge["amount_refunded"] + amount
        charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
        self.store.put("charge", charge)
        refund = self.store.put(
            "refund",
            {
                "id": new_id("re"),
                "object": "refund",
                "amount": amount,
                "currency": charge["currency"],
                "charge": charge["id"],
                "payment_intent": charge["payment_intent"],
                "reason": params.get("reason"),
                "metadata": params.get("metadata") or {},
                "status": self.refund_status,
                "failure_reason": None,
                "created": int(time.time()),
            },
        )
        self.tell("refund.created", refund)
        self.tell("charge.refunded", charge)
        return refund

    def settle_refund(self, key: str, status: str) -> Object:
        """A refund that was under way has come to its end; one that failed is money that is here again."""
        refund = self.refund(key)
        if status not in {"pending", "succeeded", "failed", "canceled"}:
            raise invalid(f"Invalid status: {status}", param="status")
        if status in {"failed", "canceled"} and refund["status"] not in {"failed", "canceled"}:
            charge = self._found("charge", refund["charge"])
            left = charge["amount_refunded"] - refund["amount"]
            self.store.put("charge", charge | {"amount_refunded": left, "refunded": False})
        refund |= {"status": status, "failure_reason": "lost_or_stolen_card" if status == "failed" else None}
        self.tell("refund.failed" if status == "failed" else "refund.updated", self.store.put("refund", refund))
        return refund

    def refund(self, key: str) -> Object:
        return self._found("refund", key)

    def refunds(self, params: Params) -> Object:
        wanted = params.get("payment_intent")
        rows = [row for row in self.store.all("refund") if wanted in (None, row["payment_intent"])]
        return page(rows, params, "/v1/refunds")

    def charge_object(self, key: str) -> Object:
        return self._found("charge", key)

    def _charge(self, intent: Object, *, captured: bool) -> Object:
        return {
            "id": new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if captured else 0,
            "amount_refunded": 0,
            "captured": captured,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": intent["metadata"],
            "paid": True,
            "refunded": False,
            "status": "succeeded",
            "created": int(time.time()),
        }

    def _charge_of(self, params: Params) -> Object:
        if charge := params.get("charge"):
            return self._found("charge", charge)
        if not params.get("payment_intent"):
            raise invalid("One of the following params should be provided: payment_intent or charge.")
        intent = self.intent(params["payment_intent"])
        if intent["status"] != "succeeded":
            raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        return self._found("charge", intent["latest_charge"])

    def _found(self, kind: str, key: str) -> Object:
        found = self.store.get(kind, key)
        if found is None:
            raise missing(kind, key)
        return found

    def _keep(self, intent: Object) -> Object:
        return self.store.put("payment_intent", intent)

    @staticmethod
    def _require(intent: Object, states: Any, done: str) -> None:
        if intent["status"] not in states:
            message = f"This PaymentIntent could not be {done} because it has a status of {intent['status']}."
            raise invalid(message, code="payment_intent_unexpected_state")
