"""Objects by id, kept in one SQLite file so that a restarted sandbox knows what it was told."""

import json
import secrets
import sqlite3
import threading
import time
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
            "CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, kind TEXT, created REAL, body TEXT)"
        )

    def put(self, kind: str, value: Object, *, key: str = "") -> Object:
        """Keep the object, new or changed; `key` where it has no id of its own."""
        self._database.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (key or value["id"], kind, time.time(), json.dumps(value)),
        )
        return value

    def get(self, kind: str, key: str) -> Object | None:
        row = self._database.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (key, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Object]:
        """Newest first."""
        rows = self._database.execute(
            "SELECT body FROM objects WHERE kind = ? ORDER BY created DESC, rowid DESC", (kind,)
        )
        return [json.loads(row[0]) for row in rows]
