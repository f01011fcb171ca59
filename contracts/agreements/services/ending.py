"""How a contract ends, before it is signed or after; the other side hears of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements import notices
from contracts.agreements.events import ContractCompleted, ContractTerminated
from contracts.agreements.models import TechnologyContract
from contracts.agreements.services.drafting import fetch
from market.kernel.actor import SYSTEM, Actor
from market.kernel.changes import save_change
from market.notices.services import lazy_text


@transaction.atomic
def complete_contract(*, actor: Actor, contract_id: UUID, version: int | None, at: datetime) -> TechnologyContract:
    """Everything that was promised is done."""
    contract = fetch(actor, contract_id, "complete", version)
    contract.complete(at=at)
    event = ContractCompleted(contract.id, contract.deal_id)
    save_change(contract, actor=actor, action="contract.completed", at=at, event=event)
    notices.tell(contract, actor=actor, what=lambda: _("合同已履行完毕"), at=at)
    return contract


@transaction.atomic
def terminate_contract(
    *, actor: Actor, contract_id: UUID, version: int | None, reason: str, at: datetime
) -> TechnologyContract:
    """The parties dissolve the contract; its registration is cancelled at the registry in a step of its own.

    The deal goes back to negotiation, where another contract may be drafted.
    """
    contract = fetch(actor, contract_id, "terminate", version)
    contract.terminate(at=at)
    event = ContractTerminated(contract.id, contract.deal_id)
    save_change(contract, actor=actor, action="contract.terminated", at=at, changes={"reason": reason}, event=event)
    notices.tell(contract, actor=actor, what=lambda: _("合同已解除"), body=reason, at=at)
    return contract


@transaction.atomic
def withdraw_contract(
    *, actor: Actor, contract_id: UUID, version: int | None, reason: str, at: datetime
) -> TechnologyContract:
    """Give up a text that was not signed by both, even where one party sealed it; another may be drafted."""
    contract = fetch(actor, contract_id, "withdraw", version)
    contract.withdraw()
    save_change(contract, actor=actor, action="contract.withdrawn", at=at, changes={"reason": reason})
    notices.tell(contract, actor=actor, what=lambda: _("合同文本已撤回"), body=reason, at=at)
    return contract


@transaction.atomic
def withdraw_abandoned(*, deal_id: UUID, at: datetime) -> None:
    """Give up the unsigned text of a deal that its parties took elsewhere (跳单); a lost deal keeps its own."""
    state = TechnologyContract.State
    rows = TechnologyContract.objects.select_for_update(of=("self",)).select_related("deal")
    contract = rows.filter(deal=deal_id, state__in=(state.DRAFTING, state.FINAL)).first()
    if contract is None:
        return
    contract.withdraw()
    save_change(contract, actor=SYSTEM, action="contract.withdrawn", at=at, changes={"reason": "circumvented"})
    body = lazy_text(lambda: _("交易项目已记为跳单，未签署的文本随之撤回。"))
    notices.tell(contract, actor=SYSTEM, what=lambda: _("合同文本已撤回"), body=body, at=at)
