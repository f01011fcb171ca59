"""How a contract ends, before it is signed or after; the other side hears of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from contracts.agreements import notices
from contracts.agreements.events import ContractCompleted, ContractTerminated
from contracts.agreements.models import TechnologyContract
from contracts.agreements.services.drafting import fetch, require
from market.kernel.actor import Actor
from market.kernel.changes import save_change


@transaction.atomic
def complete_contract(*, actor: Actor, contract_id: UUID, version: int | None, at: datetime) -> TechnologyContract:
    """Everything that was promised is done."""
    contract = fetch(actor, contract_id, "complete", version)
    require(can_proceed(contract.complete), contract)
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
    require(can_proceed(contract.terminate), contract)
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
    require(can_proceed(contract.withdraw), contract)
    contract.withdraw()
    save_change(contract, actor=actor, action="contract.withdrawn", at=at, changes={"reason": reason})
    notices.tell(contract, actor=actor, what=lambda: _("合同文本已撤回"), body=reason, at=at)
    return contract
