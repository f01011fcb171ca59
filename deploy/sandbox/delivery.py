"""Events, and the thread that carries them to the product, signed, again and again until it answers with 2xx."""

import hmac
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from hashlib import sha256

from deploy.sandbox.store import Object, Store, new_id

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, ATTEMPTS = 0.5, 30.0, 40
ANSWER_SECONDS = 10


def signature(secret: str, body: bytes, at: int) -> str:
    """Stripe-Signature as its SDK checks it; https://docs.stripe.com/webhooks#verify-manually"""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliveries:
    """Each event once and again until it was taken; a restarted sandbox goes on with what was left."""

    def __init__(self, store: Store, *, url: str, secret: str) -> None:
        self.store, self.url, self.secret = store, url, secret
        self.is_paused = False
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, str]] = [
            (0.0, 0, event["id"]) for event in reversed(store.all("event")) if event["pending_webhooks"]
        ]

    def tell(self, kind: str, value: Object) -> None:
        event: Object = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": "2026-01-28",
            "type": kind,
            "data": {"object": value},
            "pending_webhooks": 1 if self.url else 0,
            "livemode": False,
            "request": {"id": None, "idempotency_key": None},
            "created": int(time.time()),
        }
        self.store.put("event", event)
        self.deliver(event["id"])

    def deliver(self, event_id: str) -> None:
        if self.url:
            with self._wake:
                self._due.append((0.0, 0, event_id))
                self._wake.notify()

    def reverse(self) -> None:
        """What waits now goes the newest first."""
        with self._wake:
            self._due = [(0.0, attempt, event_id) for _, attempt, event_id in reversed(self._due)]
            self._wake.notify()

    def waiting(self) -> list[str]:
        """The events that are still to be taken, in the order in which they will be sent."""
        with self._wake:
            return [event_id for _, _, event_id in sorted(self._due, key=lambda item: item[0])]

    def pause(self, paused: bool) -> None:
        with self._wake:
            self.is_paused = paused
            self._wake.notify()

    def run(self) -> None:
        """The thread's work, for ever."""
        while True:
            with self._wake:
                wait = self._wait_seconds()
                if wait is None or wait > 0:
                    self._wake.wait(wait)
                    continue
                self._due.sort(key=lambda item: item[0])
                _due_at, attempt, event_id = self._due.pop(0)
            if not self._send(event_id) and attempt < ATTEMPTS:
                seconds = min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS)
                with self._wake:
                    self._due.append((time.monotonic() + seconds, attempt + 1, event_id))

    def _wait_seconds(self) -> float | None:
        if self.is_paused or not self._due:
            return None
        return max(0.0, min(item[0] for item in self._due) - time.monotonic())

    def _send(self, event_id: str) -> bool:
        with self.store.lock:
            event = self.store.get("event", event_id)
        if event is None:
            return True
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(self.secret, body, int(time.time())),
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310  the operator's own address
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                is_taken = 200 <= answer.status < 300
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            is_taken = False
        if is_taken:
            with self.store.lock:
                self.store.put("event", event | {"pending_webhooks": 0})
        return is_taken
