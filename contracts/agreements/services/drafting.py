"""From a deal's terms to a final text."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements import document, notices, policy, rules
from contracts.agreements.data import ContractData, DeductionData, InstalmentData, PatentClause
from contracts.agreements.models import ContractType, Deduction, Instalment, TechnologyContract
from contracts.agreements.problems import (
    AlreadySealed,
    ContentIncomplete,
    ContractExists,
    ContractInvalid,
    DealNotReady,
)
from market.kernel import audit, files
from market.kernel.actor import Actor, Role
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.numbering import next_number
from market.kernel.problems import NotAllowed, require_all
from market.kernel.questions import about_amount, require_confirmed
from matching.brokerage import policy as brokerage
from matching.brokerage.models import Deal

DRAFTABLE = (Deal.Stage.NEGOTIATING, Deal.Stage.TERMS_AGREED)
ROWS = {"deductions", "instalments", "patents"}


@transaction.atomic
def draft_contract(
    *, actor: Actor, deal_id: UUID, data: ContractData, at: datetime, confirmed: Collection[str] = ()
) -> TechnologyContract:
    """Draft the contract of a deal in negotiation, by a clerk of either party or the deal's broker.

    A deal whose contract was dissolved or withdrawn gets another; the former ones stay with it.

    Raises DealNotReady, ContractExists, ContractInvalid with every ground, ConfirmationNeeded, SeveralProblems.
    """
    listings = ("introduction__achievement", "introduction__demand")
    deal = brokerage.deals.fetch(actor=actor, pk=deal_id, lock=True, related=listings)
    if not may_draft(actor, deal):
        raise NotAllowed
    if deal.stage not in DRAFTABLE:
        raise DealNotReady(stage=deal.stage)
    _require_sound(data, known=_talked_of(deal), confirmed=confirmed, at=at)
    with refuse_on(one_live_contract_per_deal=ContractExists):
        contract = TechnologyContract.objects.create(
            no=next_number("HT", "contract_no_seq", at),
            deal=deal,
            seller_id=deal.seller_id,
            buyer_id=deal.buyer_id,
            created_at=at,
            updated_at=at,
            **_columns(data),
        )
    _write_rows(contract, data)
    changes = {"contract_amount": data.contract_amount, "technology_amount": data.technology_amount}
    audit.record("contract.drafted", actor=actor, subject=contract, at=at, changes=changes)
    notices.tell(contract, actor=actor, what=lambda: _("合同草稿已起草"), at=at)
    return contract


@transaction.atomic
def update_contract(
    *,
    actor: Actor,
    contract_id: UUID,
    version: int | None,
    data: ContractData,
    at: datetime,
    confirmed: Collection[str] = (),
) -> TechnologyContract:
    """Write a draft anew; raises WrongState once it is final, ContractInvalid, ConfirmationNeeded or both."""
    contract = fetch(actor, contract_id, "update", version)
    known: dict[str, Decimal | None] = {}
    if data.contract_amount != contract.contract_amount:
        known = {_("草稿原成交额"): contract.contract_amount, **(_talked_of(contract.deal) if contract.deal else {})}
    _require_sound(data, known=known, confirmed=confirmed, at=at)
    for name, value in _columns(data).items():
        setattr(contract, name, value)
    contract.deductions.all().delete()
    contract.instalments.all().delete()
    _write_rows(contract, data)
    changes = {"contract_amount": data.contract_amount, "technology_amount": data.technology_amount}
    save_change(contract, actor=actor, action="contract.updated", at=at, changes=changes)
    return contract


@transaction.atomic
def finalise_contract(*, actor: Actor, contract_id: UUID, version: int | None, at: datetime) -> TechnologyContract:
    """Close the text and draw it, once the deal's terms are agreed.

    Raises ContentIncomplete with every clause that is missing, DealNotReady, CharactersMissing; SeveralProblems.
    """
    contract = fetch(actor, contract_id, "finalise", version)
    require_finalisable(contract)
    pdf = document.draw(contract)
    stored = files.store_bytes(pdf, name=f"{contract.no}.pdf", media_type="application/pdf", actor=actor, at=at)
    contract.finalise(document=stored)
    save_change(contract, actor=actor, action="contract.finalised", at=at, changes=stored.evidence())
    notices.tell(contract, actor=actor, what=lambda: _("合同已定稿，请核对后盖章"), at=at)
    return contract


@transaction.atomic
def reopen_contract(*, actor: Actor, contract_id: UUID, version: int | None, at: datetime) -> TechnologyContract:
    """Take a final text back for changes; raises AlreadySealed after the first seal."""
    contract = fetch(actor, contract_id, "reopen", version)
    if contract.signatures.exists():
        raise AlreadySealed
    contract.reopen()
    save_change(contract, actor=actor, action="contract.reopened", at=at)
    notices.tell(contract, actor=actor, what=lambda: _("合同已退回修改"), at=at)
    return contract


def current_data(contract: TechnologyContract) -> ContractData:
    """The contract as its drafters would type it."""
    values = {name: getattr(contract, name) for name in ContractData.model_fields if name not in ROWS}
    mode = "" if contract.is_license_mode_defaulted else contract.license_mode
    values["license_mode"] = TechnologyContract.LicenseMode(mode) if mode else None
    values["contract_type"] = ContractType(contract.contract_type)
    values["payment_method"] = TechnologyContract.PaymentMethod(contract.payment_method)
    return ContractData.model_construct(
        **values,
        patents=[_kept(patent) for patent in contract.patents],
        deductions=[
            DeductionData.model_construct(
                kind=Deduction.Kind(row.kind),
                description=row.description,
                amount=row.amount,
                carrier_amount=row.carrier_amount,
            )
            for row in contract.deductions.order_by("id")
        ],
        instalments=[
            InstalmentData.model_construct(amount=row.amount, due_on=row.due_on, condition=row.condition)
            for row in contract.instalments.order_by("position")
        ],
    )


def _kept(patent: Mapping[str, Any]) -> PatentClause:
    """A patent as it stands in the row, also one from before its number was checked."""
    days = {name: date.fromisoformat(patent[name]) if patent.get(name) else None for name in ("filed_on", "expires_on")}
    return PatentClause.model_construct(**{**patent, **days})


def fetch(actor: Actor, contract_id: UUID, verb: str, version: int | None) -> TechnologyContract:
    return policy.contracts.fetch(
        actor=actor,
        pk=contract_id,
        verb=verb,
        lock=True,
        version=version,
        related=("seller", "buyer", "deal__introduction", "document"),
    )


def missing_content(contract: TechnologyContract) -> list[rules.Ground]:
    """What the law asks for and the draft lacks."""
    return rules.missing_content(current_data(contract), involves_patents=contract.ip_type.endswith("patent"))


def require_finalisable(contract: TechnologyContract) -> None:
    """Raise all that keeps a draft from being final: DealNotReady, ContentIncomplete, CharactersMissing."""

    def require_content() -> None:
        if grounds := missing_content(contract):
            raise ContentIncomplete(grounds=grounds)

    require_all(lambda: require_agreed_deal(contract), require_content, lambda: document.require_drawable(contract))


def require_agreed_deal(contract: TechnologyContract) -> None:
    """Raise DealNotReady unless the deal stands at agreed terms; its lock keeps it from being lost meanwhile."""
    if contract.deal_id is None:
        return
    deal = Deal.objects.select_for_update(no_key=True).get(pk=contract.deal_id)
    if deal.stage != Deal.Stage.TERMS_AGREED:
        raise DealNotReady(stage=deal.stage)


def may_draft(actor: Actor, deal: Deal) -> bool:
    """A clerk of either party, or the deal's broker."""
    if actor.acts_for(deal.agency_id):
        return actor.has_role(Role.BROKER)
    is_party = actor.acts_for(deal.seller_id) or actor.acts_for(deal.buyer_id)
    return is_party and actor.has_role(*policy.EDITORS)


def _require_sound(
    data: ContractData, *, known: Mapping[str, Decimal | None], confirmed: Collection[str], at: datetime
) -> None:
    """Raise ContractInvalid, and ConfirmationNeeded for an amount far off the known ones; SeveralProblems for both."""

    def require_valid() -> None:
        if grounds := rules.draft_grounds(data, on=local_date(at)):
            raise ContractInvalid(grounds=grounds)

    require_all(require_valid, lambda: require_confirmed(confirmed, about_amount(data.contract_amount, known)))


def _talked_of(deal: Deal) -> dict[str, Decimal | None]:
    """The amounts that the two listings of a deal name, and that of its contract which was dissolved or withdrawn."""
    introduction = deal.introduction
    former = deal.contracts.filter(state__in=TechnologyContract.OVER).order_by("created_at", "id").last()
    return {
        _("成果意向价格"): introduction.achievement.price,
        _("需求预期投入"): introduction.demand.budget,
        _("前一份合同成交额"): former.contract_amount if former else None,
    }


def _columns(data: ContractData) -> dict[str, Any]:
    values = data.model_dump(exclude=ROWS)
    is_license = data.contract_type == ContractType.LICENSE
    values["license_mode"] = data.license_mode or ("ordinary" if is_license else "")
    values["is_license_mode_defaulted"] = is_license and data.license_mode is None
    values["patents"] = [patent.model_dump(mode="json") for patent in data.patents]
    return values


def _write_rows(contract: TechnologyContract, data: ContractData) -> None:
    Deduction.objects.bulk_create(Deduction(contract=contract, **row.model_dump()) for row in data.deductions)
    Instalment.objects.bulk_create(
        Instalment(contract=contract, position=position, **row.model_dump())
        for position, row in enumerate(data.instalments, start=1)
    )
