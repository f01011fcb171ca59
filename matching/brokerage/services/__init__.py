"""What brokers do, and what contracts and payments do to their deals."""

from matching.brokerage.services.deals import (
    advance_deal,
    circumvent_deal,
    lose_deal,
    mark_completed,
    mark_dissolved,
    mark_performing,
    mark_signed,
    open_deal,
    reopen_deal,
)
from matching.brokerage.services.introductions import introduce

__all__ = [
    "advance_deal",
    "circumvent_deal",
    "introduce",
    "lose_deal",
    "mark_completed",
    "mark_dissolved",
    "mark_performing",
    "mark_signed",
    "open_deal",
    "reopen_deal",
]
