"""The security log: one structured line for each event of accounts, roles, keys and exports.

A line names the event, its outcome and ids; `peer`, `person` and `request_id` come from the request. Neither a link, a
token nor a password ever stands in it, so that who reads logs owns nobody's account.
"""

from functools import partial
from typing import Any

import structlog
from django.db import transaction

log = structlog.get_logger("security")


def note(event: str, *, outcome: str = "done", **facts: Any) -> None:
    """Write the line, once the transaction of the change is committed; a refusal is written at once."""
    plain = {
        name: value if isinstance(value, bool | int | list | None) else str(value) for name, value in facts.items()
    }
    write = partial(log.info, event, security=True, outcome=outcome, **plain)
    if outcome == "done" and transaction.get_connection().in_atomic_block:
        transaction.on_commit(write)
    else:
        write()
