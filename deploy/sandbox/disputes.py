"""A cardholder's bank takes a payment back, and may return it."""

import time

from deploy.sandbox.payments import Payments, Tell
from deploy.sandbox.store import Object, Store, new_id
from deploy.sandbox.wire import invalid, missing

ANSWER_SECONDS = 7 * 24 * 3600


class Disputes:
    """The caller holds the store's lock, as in Payments."""

    def __init__(self, store: Store, tell: Tell, payments: Payments) -> None:
        self.store, self.tell, self.payments = store, tell, payments

    def dispute(self, key: str) -> Object:
        found = self.store.get("dispute", key)
        if found is None:
            raise missing("dispute", key)
        return found

    def open(self, intent_id: str) -> Object:
        """The bank asks, and the money goes at once."""
        intent = self.payments.intent(intent_id)
        if intent["status"] != "succeeded":
            raise invalid("Only what was paid can be disputed.")
        now = int(time.time())
        dispute = {
            "id": new_id("du"),
            "object": "dispute",
            "amount": intent["amount_received"],
            "currency": intent["currency"],
            "charge": intent["latest_charge"],
            "payment_intent": intent["id"],
            "reason": "fraudulent",
            "status": "needs_response",
            "evidence_details": {"due_by": now + ANSWER_SECONDS, "has_evidence": False},
            "metadata": {},
            "created": now,
        }
        self.tell("charge.dispute.created", self.store.put("dispute", dispute))
        self.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def close(self, key: str, status: str) -> Object:
        dispute = self.dispute(key)
        if status not in {"won", "lost"}:
            raise invalid(f"Invalid status: {status}", param="status")
        self.store.put("dispute", dispute | {"status": status})
        dispute["status"] = status
        self.tell("charge.dispute.closed", dispute)
        if status == "won":
            self.tell("charge.dispute.funds_reinstated", dispute)
        return dispute
