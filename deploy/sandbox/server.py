"""The HTTP side: routes, keys, idempotency, and the levers that tests and demonstrations pull."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from deploy.sandbox import desk, wire
from deploy.sandbox.checkout import Checkout
from deploy.sandbox.delivery import Deliveries
from deploy.sandbox.disputes import Disputes
from deploy.sandbox.payments import Payments
from deploy.sandbox.store import Object, Store, new_id

MOST_BYTES = 1_000_000
Answer = tuple[int, Object]


class Sandbox:
    """The state of one sandbox and what may be asked of it."""

    def __init__(self, *, path: str, secret_key: str, webhook_secret: str, webhook_url: str, address: str) -> None:
        self.secret_key = secret_key
        self.store = Store(path)
        self.deliveries = Deliveries(self.store, url=webhook_url, secret=webhook_secret)
        tell = self.deliveries.tell
        self.payments = Payments(self.store, tell)
        self.checkout = Checkout(self.store, tell, self.payments, address)
        self.disputes = Disputes(self.store, tell, self.payments)
        # Levers: how many of the next answers are lost after the work, or refused before it, and how long each takes.
        self.lose, self.fail, self.fail_status, self.delay_seconds = 0, 0, 500, 0.0
        work, checkout = self.payments, self.checkout
        one = r"([\w-]+)"
        self.routes: list[tuple[str, str, Callable[..., Object]]] = [
            ("POST", r"/v1/payment_intents", work.create_intent),
            ("GET", r"/v1/payment_intents", work.intents),
            ("GET", rf"/v1/payment_intents/{one}", lambda key, _: work.intent(key)),
            ("POST", rf"/v1/payment_intents/{one}", work.update_intent),
            ("POST", rf"/v1/payment_intents/{one}/confirm", work.confirm),
            ("POST", rf"/v1/payment_intents/{one}/capture", work.capture),
            ("POST", rf"/v1/payment_intents/{one}/cancel", work.cancel),
            ("GET", rf"/v1/charges/{one}", lambda key, _: work.charge_object(key)),
            ("POST", r"/v1/refunds", work.create_refund),
            ("GET", r"/v1/refunds", work.refunds),
            ("GET", rf"/v1/refunds/{one}", lambda key, _: work.refund(key)),
            ("POST", r"/v1/checkout/sessions", checkout.create),
            ("GET", r"/v1/checkout/sessions", checkout.sessions),
            ("GET", rf"/v1/checkout/sessions/{one}", lambda key, _: checkout.session(key)),
            ("POST", rf"/v1/checkout/sessions/{one}/expire", checkout.expire),
            ("GET", rf"/v1/disputes/{one}", lambda key, _: self.disputes.dispute(key)),
            ("GET", r"/v1/events", lambda params: wire.page(self.store.all("event"), params, "/v1/events")),
            ("GET", rf"/v1/events/{one}", lambda key, _: self.event(key)),
        ]

    def event(self, key: str) -> Object:
        found = self.store.get("event", key)
        if found is None:
            raise wire.missing("event", key)
        return found

    def is_known(self, authorization: str) -> bool:
        """The SDK sends the key as a bearer token, curl -u as the user's name."""
        kind, _space, word = authorization.partition(" ")
        if kind == "Basic":
            try:
                word = base64.b64decode(word).decode().partition(":")[0]
            except ValueError:
                return False
        return hmac.compare_digest(word.encode(), self.secret_key.encode())

    def answer(self, method: str, path: str, text: str, key: str) -> tuple[Answer, bool]:
        """Status and body, and whether they are the answer that the idempotency key got before."""
        mark = sha256(f"{method} {path} {text}".encode()).hexdigest()
        with self.store.change():
            before = self.store.get("idempotency", key) if key and method == "POST" else None
            if before is not None and before["mark"] != mark:
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                raise wire.Refusal(400, "idempotency_error", message)
            if before is not None:
                return (before["status"], before["body"]), True
            found = self._do(method, path, wire.decode(text))
            # A request that could not begin may be mended and sent again under its key.
            if key and method == "POST" and found[0] in {200, 402}:
                self.store.put("idempotency", {"mark": mark, "status": found[0], "body": found[1]}, key=key)
            return found, False

    def _do(self, method: str, path: str, params: wire.Params) -> Answer:
        for wanted, pattern, run in self.routes:
            if wanted == method and (match := re.fullmatch(pattern, path)):
                try:
                    return 200, run(*match.groups(), params)
                except wire.Refusal as refusal:
                    return refusal.status, refusal.body
        raise wire.invalid(f"Unrecognized request URL ({method}: {path}).", status=404)

    def control(self, name: str, params: wire.Params) -> Object:
        """Levers under /_sandbox/; each answers with the state, or with the object that it moved."""
        levers: dict[str, Callable[[], Object | None]] = {
            "pause": lambda: self.deliveries.pause(True),
            "resume": lambda: self.deliveries.pause(False),
            "reverse": self.deliveries.reverse,
            "redeliver": lambda: self.deliveries.deliver(self.event(str(params.get("event", "")))["id"]),
            "lose": lambda: setattr(self, "lose", wire.whole({"count": "1"} | params, "count", least=0)),
            "fail": lambda: self._fail(params),
            "delay": lambda: self._delay(params),
            "refunds": lambda: setattr(self.payments, "refund_status", str(params.get("status", "succeeded"))),
            "refund": lambda: self.payments.settle_refund(str(params["refund"]), str(params["status"])),
            "expire": lambda: self.checkout.expire(str(params["session"]), {}),
            "settle": lambda: self.checkout.settle(str(params["session"]), is_paid=params["outcome"] == "succeeded"),
            "dispute": lambda: self.disputes.open(str(params["payment_intent"])),
            "close_dispute": lambda: self.disputes.close(str(params["dispute"]), str(params["status"])),
        }
        if name not in levers:
            raise wire.invalid(f"No such lever: {name}", status=404)
        try:
            with self.store.change():
                moved = levers[name]()
        except KeyError as missing:
            raise wire.invalid(f"Missing required param: {missing}.") from missing
        return moved or self.state()

    def _fail(self, params: wire.Params) -> None:
        self.fail = wire.whole({"count": "1"} | params, "count", least=0)
        self.fail_status = wire.whole({"status": "500"} | params, "status", least=400)

    def _delay(self, params: wire.Params) -> None:
        self.delay_seconds = wire.whole({"milliseconds": "0"} | params, "milliseconds", least=0) / 1000

    def state(self) -> Object:
        kinds = ("checkout.session", "payment_intent", "charge", "refund", "dispute", "event")
        with self.store.lock:
            counts = {kind: len(self.store.all(kind)) for kind in kinds}
        waiting = self.deliveries.waiting()
        return {"object": "sandbox", "counts": counts, "paused": self.deliveries.is_paused, "waiting": waiting}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sandbox: Sandbox

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        address = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            return self._json(413, wire.invalid("The body is too long, or of no known length.").body)
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        try:
            if address.path.startswith("/_sandbox/checkout/"):
                return self._pay(method, address.path.removeprefix("/_sandbox/checkout/"), body)
            if address.path.startswith("/_sandbox/") and method == "POST":
                return self._json(200, self.sandbox.control(address.path.removeprefix("/_sandbox/"), wire.decode(body)))
            if not address.path.startswith("/v1/"):
                return self._json(200, self.sandbox.state())
            return self._stripe(method, address.path, body if method == "POST" else address.query)
        except wire.Refusal as refusal:
            return self._json(refusal.status, refusal.body)

    def _stripe(self, method: str, path: str, text: str) -> None:
        sandbox = self.sandbox
        if not sandbox.is_known(self.headers.get("Authorization", "")):
            raise wire.invalid("Invalid API Key provided.", status=401)
        time.sleep(sandbox.delay_seconds)
        with sandbox.store.lock:
            is_failing, is_lost = sandbox.fail > 0, False
            sandbox.fail -= is_failing
            if not is_failing:
                is_lost = sandbox.lose > 0
                sandbox.lose -= is_lost
        if is_failing:
            raise wire.Refusal(sandbox.fail_status, "api_error", "The sandbox was told to fail.")
        (status, body), is_replay = sandbox.answer(method, path, text, self.headers.get("Idempotency-Key", ""))
        if is_lost:
            self.close_connection = True
            return
        self._json(status, body, **({"Idempotent-Replayed": "true"} if is_replay else {}))

    def _pay(self, method: str, key: str, body: str) -> None:
        """The page of a session; who has its address may pay it."""
        checkout = self.sandbox.checkout
        with self.sandbox.store.change():
            session = checkout.session(key)
            back = desk.act(checkout, session, str(wire.decode(body).get("action", ""))) if method == "POST" else ""
        if method == "POST":
            return self._send(303, b"", "text/plain", Location=back or self.path)
        return self._send(200, desk.page(session).encode(), "text/html; charset=utf-8", **desk.HEADERS)

    def _json(self, status: int, body: Object, **headers: str) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", **headers)

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        common = {"Content-Type": kind, "Content-Length": str(len(body)), "Request-Id": new_id("req")}
        for name, value in (common | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """One line a request is enough in the unit's log; secrets stay out of it."""
        print(self.command, urlsplit(self.path).path, args[1] if len(args) > 1 else "", flush=True)


def serve(sandbox: Sandbox, port: int) -> ThreadingHTTPServer:
    """A server on loopback, not yet running."""
    handler = type("SandboxHandler", (Handler,), {"sandbox": sandbox})
    ThreadingHTTPServer.daemon_threads = True
    return ThreadingHTTPServer(("127.0.0.1", port), handler)
