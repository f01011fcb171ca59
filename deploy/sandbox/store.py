"""Objects by id, kept in one SQLite file so that a restarted sandbox knows what it was told."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Object = dict[str, Any]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


class Store:
    """Everything under one lock: a sandbox serves a handful of people, and must never be in two minds."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS object (kind TEXT, id TEXT, created REAL, body TEXT, PRIMARY KEY (kind, id))"
        )

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of what is put inside, or nothing where the process dies or the work breaks off."""
        with self.lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def put(self, kind: str, value: Object, *, key: str = "") -> Object:
        """Keep the object, new or changed; `key` where it has no id of its own."""
        self._database.execute(
            "INSERT INTO object VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, key or value["id"], time.time(), json.dumps(value)),
        )
        return value

    def get(self, kind: str, key: str) -> Object | None:
        row = self._database.execute("SELECT body FROM object WHERE id = ? AND kind = ?", (key, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Object]:
        """Newest first."""
        rows = self._database.execute(
            "SELECT body FROM object WHERE kind = ? ORDER BY created DESC, rowid DESC", (kind,)
        )
        return [json.loads(row[0]) for row in rows]
