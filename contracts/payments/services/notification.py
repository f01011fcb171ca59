"""Both sides of a contract are told what became of its money."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.payments import policy
from contracts.payments.models import Payment
from market.accounts.models import Organisation
from market.kernel.actor import OrganisationKind, Role
from market.notices.services import lazy_text, notify

Side = Literal["buyer", "seller", "operator"]
BOTH: tuple[Side, ...] = ("buyer", "seller")
EVERYBODY: tuple[Side, ...] = (*BOTH, "operator")


def tell(
    payment: Payment,
    title: Callable[[], str],
    *,
    at: datetime,
    body: Callable[[], str] | None = None,
    to: Iterable[Side] = BOTH,
) -> None:
    """Write to the payer's people, the receiver's finance office and, where asked, the market's operator."""
    organisations: dict[Side, list[tuple[UUID, Sequence[Role]]]] = {
        "buyer": [(payment.contract.buyer_id, policy.PAYERS)],
        "seller": [(payment.contract.seller_id, (Role.FINANCE,))],
        "operator": [
            (operator_id, (Role.OPERATOR,))
            for operator_id in Organisation.objects.filter(kind=OrganisationKind.OPERATOR).values_list("id", flat=True)
        ],
    }
    for organisation_id, roles in (found for side in to for found in organisations[side]):
        notify(
            organisation_id=organisation_id,
            roles=roles,
            kind="payment",
            title=lazy_text(title),
            body=lazy_text(body) if body else payment.contract.title,
            url=f"/payments/{payment.id}/",
            at=at,
        )
