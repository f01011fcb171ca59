"""Sealing a final text: each party's scan of the paper, dated as the paper is."""

from datetime import date, datetime
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements import notices, policy, scans
from contracts.agreements.events import ContractSigned
from contracts.agreements.models import Signature, TechnologyContract
from contracts.agreements.problems import AlreadySealed, SigningDate
from contracts.agreements.services.drafting import fetch, require_agreed_deal
from market.kernel import audit, files, outbox
from market.kernel.actor import Actor, Role
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.models import PrivateFile
from market.kernel.problems import require_all
from market.notices.services import lazy_text


@transaction.atomic
def sign_contract(
    *,
    actor: Actor,
    contract_id: UUID,
    version: int | None,
    scan: "File[bytes]",
    signed_on: date,
    at: datetime,
    pages_note: str = "",
) -> TechnologyContract:
    """Hand in the scan that bears the actor's party's seal; the second seal makes the contract signed and effective.

    `signed_on` is the day on the paper: the contract is signed, and takes effect, on the later one of the two.
    `pages_note` says why the scan has not as many pages as the text. The hash of the scan and of the drawn text it is
    for are both kept. Raises AlreadySealed, DealNotReady for a deal that was lost meanwhile, WrongState, SigningDate,
    FileRefused, ScanRefused, ScanUnlike; SeveralProblems where the day is wrong as well as the scan.
    """
    contract = fetch(actor, contract_id, "sign", version)
    require_agreed_deal(contract)
    party = policy.party_of(actor, contract)
    seals = {seal.party: seal for seal in contract.signatures.select_related("scan")}
    if contract.document is None or party in seals:
        raise AlreadySealed
    document, papers = contract.document, list(seals.values())

    def keep_scan() -> tuple[PrivateFile, int]:
        stored = files.store(scan, actor=actor, at=at)
        return stored, _require_sealed_paper(stored, document, papers, note=pages_note)

    stored, pages = require_all(lambda: _require_day(contract, signed_on, at), keep_scan)[1]
    with refuse_on(one_seal_per_party=AlreadySealed):
        seals[party] = Signature.objects.create(
            contract=contract,
            party=party,
            scan=stored,
            scan_sha256=stored.sha256,
            document_sha256=contract.document.sha256,
            pages=pages,
            pages_note=pages_note.strip(),
            signed_on=signed_on,
            signed_by_id=actor.user_id,
            signed_at=at,
        )
    changes = stored.evidence() | {
        "party": party,
        "document_sha256": contract.document.sha256,
        "signed_on": signed_on.isoformat(),
        "pages": pages,
        "pages_note": pages_note.strip(),
    }
    if len(seals) < len(Signature.Party.values):
        save_change(contract, actor=actor, action="contract.sealed", at=at, changes=changes)
        notices.tell(contract, actor=actor, what=lambda: _("对方已盖章，请上传本方盖章扫描件"), at=at)
        return contract
    audit.record("contract.sealed", actor=actor, subject=contract, at=at, changes=changes)
    on = max(seal.signed_on or local_date(seal.signed_at) for seal in seals.values())
    contract.sign(on=on)
    contract.take_effect(on=on)
    save_change(contract, actor=actor, action="contract.signed", at=at)
    _publish_signed(contract, actor=actor, at=at)
    return contract


def _require_day(contract: TechnologyContract, signed_on: date, at: datetime) -> None:
    """Not after today; nor before the introduction, for what was signed earlier did not grow from it."""
    latest = local_date(at)
    earliest = local_date(contract.deal.introduction.introduced_at) if contract.deal else None
    if signed_on > latest or (earliest is not None and signed_on < earliest):
        raise SigningDate(field="signed_on", earliest=earliest, latest=latest)


def _require_sealed_paper(stored: PrivateFile, document: PrivateFile, seals: list[Signature], *, note: str) -> int:
    """How many pages of the scan bear anything; raises ScanRefused, ScanUnlike."""
    scan, text = scans.examine(stored), scans.examine(document)
    other = scans.fingerprints(seals[0].scan) if seals else None
    scans.require_own(scan, text=text, other=other)
    scans.require_complete(scan, text=text, note=note)
    return len(scan.pages)


def _publish_signed(contract: TechnologyContract, *, actor: Actor, at: datetime) -> None:
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
    notices.tell(
        contract,
        actor=actor,
        what=lambda: _("合同已签订"),
        body=lazy_text(lambda: _("请及时申请认定登记，并按约定付款。")),
        roles=(*notices.DESK, Role.FINANCE),
        is_told_to_all=True,
        at=at,
    )
