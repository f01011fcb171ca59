"""Both parties of the contract see its payments; the buyer pays, the seller's finance confirms."""

from django.db.models import Q

from contracts.payments.models import PayeeAccount, Payment
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy

PAYERS = (Role.FINANCE, Role.CLERK, Role.MANAGER)


def visible_payments(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    return (
        Q(contract__seller=actor.organisation_id)
        | Q(contract__buyer=actor.organisation_id)
        | Q(contract__deal__agency=actor.organisation_id)
    )


def pays(actor: Actor, payment: Payment) -> bool:
    return actor.acts_for(payment.contract.buyer_id) and actor.has_role(*PAYERS)


def receives(actor: Actor, payment: Payment) -> bool:
    return actor.acts_for(payment.contract.seller_id) and actor.has_role(Role.FINANCE)


def is_party(actor: Actor, payment: Payment) -> bool:
    """Only the two parties see where the money goes."""
    return actor.acts_for(payment.contract.buyer_id) or actor.acts_for(payment.contract.seller_id)


def sets_account(actor: Actor) -> bool:
    return actor.has_role(Role.FINANCE)


accounts = Policy(
    PayeeAccount,
    visible=lambda actor: Q(organisation=actor.organisation_id) if actor.organisation_id else Q(pk__in=[]),
    verbs={"change": lambda actor, row: actor.acts_for(row.organisation_id) and sets_account(actor)},
    scope="payments",
)
payments = Policy(Payment, visible=visible_payments, lifecycle="contracts.payments.lifecycle", scope="payments")
