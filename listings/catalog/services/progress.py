"""What becomes of a listing in the rooms above: busy while a deal runs, transacted when its contract is signed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django_fsm import can_proceed

from listings.catalog.models import Achievement, Demand
from listings.catalog.services.moves import save_listing
from market.kernel.actor import SYSTEM


def mark_negotiating(*, achievement_id: UUID | None, demand_id: UUID | None, at: datetime) -> None:
    """A deal was opened between the two; both stay visible."""
    _move(achievement_id, demand_id, "negotiate", "negotiating", at)


def mark_released(*, achievement_id: UUID | None, demand_id: UUID | None, at: datetime) -> None:
    """The deal came to nothing; those named are free again."""
    _move(achievement_id, demand_id, "release", "released", at)


def mark_transacted(*, achievement_id: UUID | None, demand_id: UUID | None, at: datetime) -> None:
    """The contract is signed."""
    _move(achievement_id, demand_id, "transact", "transacted", at)


@transaction.atomic
def _move(achievement_id: UUID | None, demand_id: UUID | None, move: str, action: str, at: datetime) -> None:
    """Where the owner has taken a listing back meanwhile it stays as it is: the deal goes on without it."""
    # Always the achievement first, so that two deals never wait for each other.
    listings: list[Achievement | Demand] = [
        *Achievement.objects.select_for_update().filter(pk=achievement_id),
        *Demand.objects.select_for_update().filter(pk=demand_id),
    ]
    for listing in listings:
        step = getattr(listing, move)
        if can_proceed(step):
            step(at=at)
            save_listing(listing, actor=SYSTEM, action=action, at=at)
