"""Who is told what became of a contract: both parties and the deal's broker, except who did it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contracts.agreements.models import TechnologyContract
from market.kernel.actor import Actor, Role
from market.notices.services import lazy_text, notify

DESK = (Role.CLERK, Role.MANAGER)


def tell(
    contract: TechnologyContract,
    *,
    actor: Actor,
    what: Callable[[], str],
    at: datetime,
    body: Any = "",
    roles: Sequence[Role] = DESK,
    is_told_to_all: bool = False,
) -> None:
    """`what` says in the reader's language what was done; the technology's name follows it.

    The actor's own side is left out, unless all are to be told what follows for them.
    """
    common: dict[str, Any] = {
        "kind": "contract",
        "title": lazy_text(lambda: _("%(what)s：%(title)s") % {"what": what(), "title": contract.title}),
        "body": body,
        "url": f"/contracts/{contract.id}/",
        "at": at,
    }
    for party_id in (contract.seller_id, contract.buyer_id):
        if is_told_to_all or party_id != actor.organisation_id:
            notify(organisation_id=party_id, roles=roles, **common)
    deal = contract.deal
    if deal is not None and deal.broker_id != actor.user_id:
        notify(user_ids=(deal.broker_id,), **common)
