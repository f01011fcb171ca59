"""Both parties of the contract see its payments; the buyer pays, the seller's finance confirms."""

from django.db.models import Q

from contracts.payments.models import Payment
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy

State = Payment.State
PAYERS = (Role.FINANCE, Role.CLERK, Role.MANAGER)


def visible_payments(actor: Actor) -> Q:
    if actor.is_operator or actor.has_role(Role.AUDITOR):
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


payments = Policy(
    Payment,
    visible=visible_payments,
    verbs={"submit_proof": pays, "cancel": pays, "confirm": receives, "refund": receives},
    scope="payments",
)

STATES_OF = {
    "submit_proof": {State.AWAITING_PAYMENT, State.PROOF_SUBMITTED},
    "cancel": {State.CREATED, State.AWAITING_PAYMENT, State.PROOF_SUBMITTED},
    "confirm": {State.PROOF_SUBMITTED},
    "refund": {State.SUCCEEDED},
}


def allowed(actor: Actor, payment: Payment) -> list[str]:
    """The verbs the actor may do to the payment now."""
    found = [verb for verb in payments.allowed_verbs(actor, payment) if payment.state in STATES_OF[verb]]
    return [verb for verb in found if verb != "submit_proof" or payment.rail == "bank_transfer"]
