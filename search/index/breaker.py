"""After failures in a row nobody waits for the engine any more; one probe at a time finds out whether it is back."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from market.kernel import outbox

T = TypeVar("T")


class EngineAway(outbox.Away):
    """Elasticsearch does not answer, or not in time, or not wholly."""


class Breaker:
    """Closed: calls pass. Open: calls are refused at once. Half open: one call probes, the others are refused."""

    def __init__(self, *, failures: int = 3, open_seconds: float = 5.0) -> None:
        self.limit, self.open_seconds = failures, open_seconds
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """As new: closed, with nothing held against the engine."""
        self._failures = 0
        self._opened_at = 0.0
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        return self._failures >= self.limit

    def call(self, function: Callable[[], T]) -> T:
        """The function's answer; raises EngineAway without calling while the engine is taken to be away."""
        self._enter()
        try:
            answer = function()
        except EngineAway:
            self._failed()
            raise
        except Exception:  # it answered, if only to refuse
            self._succeeded()
            raise
        except BaseException:
            self._is_probing = False
            raise
        self._succeeded()
        return answer

    def _enter(self) -> None:
        with self._lock:
            if not self.is_open:
                return
            if self._is_probing or time.monotonic() - self._opened_at < self.open_seconds:
                raise EngineAway("breaker open")
            self._is_probing = True

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._opened_at = time.monotonic()
            self._is_probing = False

    def _succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._is_probing = False
