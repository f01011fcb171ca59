"""The broker's agency and both parties see an introduction and its deal; the broker moves them."""

from django.db.models import Q

from market.kernel.actor import Actor
from market.kernel.policy import Policy
from matching.brokerage.models import Deal, Introduction

Stage = Deal.Stage


def visible_introductions(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = actor.organisation_id
    return Q(agency=own) | Q(demand__owner=own) | Q(achievement__owner=own)


def visible_deals(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = actor.organisation_id
    return Q(agency=own) | Q(seller=own) | Q(buyer=own)


def brokers(actor: Actor, row: Introduction | Deal) -> bool:
    return actor.is_broker and actor.acts_for(row.agency_id)


introductions = Policy(Introduction, visible=visible_introductions, verbs={"open_deal": brokers}, scope="introductions")
deals = Policy(
    Deal,
    visible=visible_deals,
    verbs={"advance": brokers, "lose": brokers, "circumvent": brokers, "reopen": brokers},
    scope="deals",
)

# The stages that a broker moves to by hand; later ones follow from the contract.
NEXT: dict[str, tuple[str, ...]] = {
    Stage.INTRODUCED: (Stage.NDA_SIGNED, Stage.DUE_DILIGENCE, Stage.NEGOTIATING),
    Stage.NDA_SIGNED: (Stage.DUE_DILIGENCE, Stage.NEGOTIATING),
    Stage.DUE_DILIGENCE: (Stage.NEGOTIATING,),
    Stage.NEGOTIATING: (Stage.TERMS_AGREED,),
}
BEFORE_SIGNING = (Stage.INTRODUCED, Stage.NDA_SIGNED, Stage.DUE_DILIGENCE, Stage.NEGOTIATING, Stage.TERMS_AGREED)
ENDED = (Stage.COMPLETED, Stage.LOST, Stage.CIRCUMVENTED)


def allowed(actor: Actor, deal: Deal) -> list[str]:
    """The verbs the actor may do to the deal now."""
    states = {
        "advance": deal.stage in NEXT,
        "lose": deal.stage in BEFORE_SIGNING,
        "circumvent": deal.stage in (*BEFORE_SIGNING, Stage.LOST),
        "reopen": deal.stage == Stage.LOST,
    }
    return [verb for verb in deals.allowed_verbs(actor, deal) if states[verb]]
