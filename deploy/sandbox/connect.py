"""The little of Connect that commissions need: accounts, and transfers to them."""

import time

from deploy.sandbox.payments import Tell
from deploy.sandbox.store import Object, Store, new_id
from deploy.sandbox.wire import Params, check, currency, missing, whole

ACCOUNT = frozenset({"type", "country", "email", "business_type", "capabilities", "metadata", "controller"})
TRANSFER = frozenset(
    {"amount", "currency", "destination", "source_transaction", "transfer_group", "description", "metadata"}
)


class Connect:
    """The caller holds the store's lock, as in Payments."""

    def __init__(self, store: Store, tell: Tell) -> None:
        self.store, self.tell = store, tell

    def create_account(self, params: Params) -> Object:
        check(params, known=ACCOUNT)
        account = {
            "id": new_id("acct"),
            "object": "account",
            "type": params.get("type", "express"),
            "country": params.get("country", "CN"),
            "email": params.get("email"),
            "charges_enabled": True,
            "payouts_enabled": True,
            "metadata": params.get("metadata") or {},
            "created": int(time.time()),
        }
        return self.store.put("account", account)

    def account(self, key: str) -> Object:
        return self._found("account", key)

    def create_transfer(self, params: Params) -> Object:
        check(params, known=TRANSFER, required=("amount", "currency", "destination"))
        self._found("account", params["destination"])
        transfer = {
            "id": new_id("tr"),
            "object": "transfer",
            "amount": whole(params, "amount"),
            "currency": currency(params),
            "destination": params["destination"],
            "source_transaction": params.get("source_transaction"),
            "transfer_group": params.get("transfer_group"),
            "metadata": params.get("metadata") or {},
            "created": int(time.time()),
        }
        self.tell("transfer.created", self.store.put("transfer", transfer))
        return transfer

    def transfer(self, key: str) -> Object:
        return self._found("transfer", key)

    def _found(self, kind: str, key: str) -> Object:
        found = self.store.get(kind, key)
        if found is None:
            raise missing(kind, key)
        return found
