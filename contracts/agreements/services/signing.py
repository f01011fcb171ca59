"""Sealing a final text, and how a contract ends."""

from datetime import datetime
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from contracts.agreements import policy
from contracts.agreements.events import ContractCompleted, ContractSigned, ContractTerminated
from contracts.agreements.models import Signature, TechnologyContract
from contracts.agreements.problems import AlreadySealed
from contracts.agreements.services.drafting import conclude, fetch, require, require_agreed_deal
from market.kernel import audit, files, outbox
from market.kernel.actor import Actor, Role
from market.kernel.clock import local_date
from market.notices.services import notify, worded


@transaction.atomic
def sign_contract(
    *, actor: Actor, contract_id: UUID, version: int | None, scan: "File[bytes]", at: datetime
) -> TechnologyContract:
    """Hand in the scan that bears the actor's party's seal; the second seal makes the contract signed and effective.

    The hash of the scan and of the drawn text it is for are both kept.
    Raises AlreadySealed, DealNotReady for a deal that was lost meanwhile, WrongState.
    """
    contract = fetch(actor, contract_id, "sign", version)
    require(can_proceed(contract.sign), contract)
    require_agreed_deal(contract)
    if contract.document is None:
        raise AlreadySealed
    party = policy.party_of(actor, contract)
    stored = files.store(scan, actor=actor, at=at)
    try:
        with transaction.atomic():
            Signature.objects.create(
                contract=contract,
                party=party,
                scan=stored,
                scan_sha256=stored.sha256,
                document_sha256=contract.document.sha256,
                signed_by_id=actor.user_id,
                signed_at=at,
            )
    except IntegrityError as error:
        raise AlreadySealed from error
    changes = stored.evidence() | {"party": party, "document_sha256": contract.document.sha256}
    if contract.signatures.count() < len(Signature.Party.values):
        conclude(contract, actor=actor, action="sealed", at=at, changes=changes)
        return contract
    audit.record("contract.sealed", actor=actor, subject=contract, at=at, changes=changes)
    on = local_date(at)
    contract.sign(on=on)
    contract.take_effect(on=on)
    conclude(contract, actor=actor, action="signed", at=at)
    _publish_signed(contract, at=at)
    return contract


@transaction.atomic
def complete_contract(*, actor: Actor, contract_id: UUID, version: int | None, at: datetime) -> TechnologyContract:
    """Everything that was promised is done."""
    contract = fetch(actor, contract_id, "complete", version)
    require(can_proceed(contract.complete), contract)
    contract.complete(at=at)
    conclude(contract, actor=actor, action="completed", at=at)
    outbox.publish(ContractCompleted(contract.id, contract.deal_id), at=at)
    return contract


@transaction.atomic
def terminate_contract(
    *, actor: Actor, contract_id: UUID, version: int | None, reason: str, at: datetime
) -> TechnologyContract:
    """The parties dissolve the contract; its registration is cancelled at the registry in a step of its own."""
    contract = fetch(actor, contract_id, "terminate", version)
    require(can_proceed(contract.terminate), contract)
    contract.terminate(at=at)
    conclude(contract, actor=actor, action="terminated", at=at, changes={"reason": reason})
    outbox.publish(ContractTerminated(contract.id, contract.deal_id), at=at)
    return contract


def _publish_signed(contract: TechnologyContract, *, at: datetime) -> None:
    introduction = contract.deal.introduction if contract.deal else None
    outbox.publish(
        ContractSigned(
            contract_id=contract.id,
            deal_id=contract.deal_id,
            demand_id=introduction.demand_id if introduction else None,
            achievement_id=introduction.achievement_id if introduction else None,
            seller_id=contract.seller_id,
            buyer_id=contract.buyer_id,
        ),
        at=at,
    )
    for party_id in (contract.seller_id, contract.buyer_id):
        notify(
            organisation_id=party_id,
            roles=(Role.CLERK, Role.MANAGER, Role.FINANCE),
            kind="contract",
            title=worded(lambda: _("合同已签订：%(title)s") % {"title": contract.title}),
            body=worded(lambda: _("请及时申请认定登记，并按约定付款。")),
            url=f"/contracts/{contract.id}/",
            at=at,
        )
