"""Heads and their proofs are public. Evidence shows every line of the ledger, so it is for those who see every line
and whose work it is to doubt it; a row's proof is for whoever sees the row.
"""

from market.kernel.actor import Actor
from market.kernel.problems import NotFound


def may_audit(actor: Actor) -> bool:
    return actor.reads_everything


def require_auditor(actor: Actor) -> None:
    """Raises NotFound for everybody else: to them there is no such desk."""
    if not may_audit(actor) or (actor.scopes is not None and "audit:read" not in actor.scopes):
        raise NotFound
