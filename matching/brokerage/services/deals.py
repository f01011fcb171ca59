"""A deal, opened by the broker, moved step by dated step, and taken over by its contract once that is signed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from market.kernel import audit, files, outbox
from market.kernel.actor import SYSTEM, Actor, Role
from market.kernel.changes import save_change
from market.kernel.constraints import refuse_on
from market.kernel.lifecycle import sources, targets
from market.kernel.models import PrivateFile
from market.kernel.numbering import next_number
from market.kernel.problems import WrongState
from market.notices.services import lazy_text, notify
from matching.brokerage import policy
from matching.brokerage.events import DealLost, DealMoved, DealOpened
from matching.brokerage.models import BEFORE_CONTRACT, BY_HAND, Deal, DealMove
from matching.brokerage.problems import DealExists, ListingClosed, ReasonUnknown, Superseded

Stage = Deal.Stage


class ContractAhead(Exception):
    """A payment or a completion was told before the signing that it follows from."""


@transaction.atomic
def open_deal(*, actor: Actor, introduction_id: UUID, at: datetime) -> Deal:
    """Open the deal of an introduction; raises DealExists, Superseded."""
    introduction = policy.introductions.fetch(
        actor=actor, pk=introduction_id, verb="open_deal", lock=True, related=("demand", "achievement")
    )
    if Deal.objects.filter(introduction=introduction).exists():
        raise DealExists
    if introduction.superseded_at is not None:
        raise Superseded
    with refuse_on(brokerage_deal_introduction_id_key=DealExists):
        deal = Deal.objects.create(
            no=next_number("XM", "deal_no_seq", at),
            introduction=introduction,
            seller_id=introduction.achievement.owner_id,
            buyer_id=introduction.demand.owner_id,
            agency_id=introduction.agency_id,
            broker_id=introduction.broker_id,
            opened_at=at,
            updated_at=at,
        )
    DealMove.objects.create(deal=deal, to_stage=Stage.INTRODUCED, moved_by_id=actor.user_id, moved_at=at)
    audit.record("deal.opened", actor=actor, subject=deal, at=at, changes={"introduction": introduction.id})
    outbox.publish(DealOpened(deal.id, introduction.demand_id, introduction.achievement_id), at=at)
    _tell(deal, actor=actor, title=lazy_text(lambda: _("已立项：%(title)s") % {"title": deal.title}), note="", at=at)
    return deal


@transaction.atomic
def advance_deal(
    *,
    actor: Actor,
    deal_id: UUID,
    version: int | None,
    stage: str,
    note: str,
    at: datetime,
    proof: "File[bytes] | None" = None,
) -> Deal:
    """Move the deal to a later stage before signing, with a note and the paper that proves it. Raises WrongState."""
    deal = _fetch(actor, deal_id, "advance", version)
    move = next((move for move in BY_HAND if stage in targets(move, source=deal.stage)), None)
    if move is None:
        raise WrongState(state=deal.stage)
    stored = files.store(proof, actor=actor, at=at) if proof else None
    _move(deal, partial(move, deal), actor=actor, note=note, proof=stored, at=at)
    return deal


@transaction.atomic
def lose_deal(*, actor: Actor, deal_id: UUID, version: int | None, reason: str, note: str, at: datetime) -> Deal:
    """End the deal without a contract, saying why; the listings are free again. Raises ReasonUnknown, WrongState."""
    deal = _fetch(actor, deal_id, "lose", version)
    if reason not in Deal.LostReason.values:
        raise ReasonUnknown
    _move(deal, lambda *, at: deal.lose(at=at, reason=reason), actor=actor, note=note, proof=None, at=at)
    _release(deal, at)
    return deal


@transaction.atomic
def circumvent_deal(*, actor: Actor, deal_id: UUID, version: int | None, note: str, at: datetime) -> Deal:
    """Record that the parties signed without the broker (跳单, Civil Code art. 965); the listings are free again."""
    deal = _fetch(actor, deal_id, "circumvent", version)
    was_live = deal.stage in BEFORE_CONTRACT
    _move(deal, deal.circumvent, actor=actor, note=note, proof=None, at=at)
    if was_live:
        _release(deal, at)
    return deal


@transaction.atomic
def reopen_deal(*, actor: Actor, deal_id: UUID, version: int | None, note: str, at: datetime) -> Deal:
    """Take a lost deal up again with all that it went through; the broker then says how far it has come.

    Raises WrongState, ListingClosed where one of the two is no longer offered, Superseded.
    """
    deal = _fetch(actor, deal_id, "reopen", version)
    introduction = deal.introduction
    if introduction.superseded_at is not None:
        raise Superseded
    if not (introduction.demand.is_open and introduction.achievement.is_open):
        raise ListingClosed
    _move(deal, deal.reopen, actor=actor, note=note, proof=None, at=at)
    outbox.publish(DealOpened(deal.id, introduction.demand_id, introduction.achievement_id), at=at)
    return deal


def mark_signed(*, deal_id: UUID, at: datetime) -> None:
    """The contract bears both seals."""
    _follow(deal_id, Deal.sign, at)


def mark_performing(*, deal_id: UUID, at: datetime) -> None:
    """The first payment arrived."""
    _follow(deal_id, Deal.perform, at)


def mark_completed(*, deal_id: UUID, at: datetime) -> None:
    """The contract is fulfilled."""
    _follow(deal_id, Deal.complete, at)


@transaction.atomic
def mark_dissolved(*, deal_id: UUID, at: datetime) -> None:
    """The contract was dissolved: the parties may write another, or the broker ends the deal."""
    deal = Deal.objects.select_for_update().get(pk=deal_id)
    if can_proceed(deal.renegotiate):
        note = _("合同已解除，项目回到商务谈判")
        _move(deal, deal.renegotiate, actor=SYSTEM, note=note, proof=None, at=at)


@transaction.atomic
def _follow(deal_id: UUID, move: Callable[..., Any], at: datetime) -> None:
    """What the contract did moves the deal; one that is there already, or was ended meanwhile, stays as it is.

    Raises ContractAhead where the signing has not arrived yet, so that what follows from it is delivered again.
    """
    deal = Deal.objects.select_for_update().get(pk=deal_id)
    if deal.stage in BEFORE_CONTRACT and move is not Deal.sign:
        if deal.moves.filter(from_stage__in=(Stage.SIGNED, Stage.PERFORMING), to_stage=Stage.NEGOTIATING).exists():
            return  # late news of a contract that was dissolved
        raise ContractAhead(f"deal {deal_id} is {deal.stage}")
    if deal.stage in sources(move):
        _move(deal, partial(move, deal), actor=SYSTEM, note="", proof=None, at=at)


def _release(deal: Deal, at: datetime) -> None:
    """Tell which listings are free again; deals that end at once take turns, so that the last one frees them."""
    introduction = deal.introduction
    with connection.cursor() as cursor:
        for listing_id in sorted([introduction.demand_id, introduction.achievement_id]):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [listing_id.int & 0x7FFFFFFFFFFFFFFF])
    holding = Deal.objects.exclude(stage__in=(Stage.LOST, Stage.CIRCUMVENTED)).exclude(pk=deal.pk)
    demand, achievement = introduction.demand_id, introduction.achievement_id
    event = DealLost(
        deal.id,
        None if holding.filter(introduction__demand=demand).exists() else demand,
        None if holding.filter(introduction__achievement=achievement).exists() else achievement,
    )
    outbox.publish(event, at=at)


def _fetch(actor: Actor, deal_id: UUID, verb: str, version: int | None) -> Deal:
    listings = ("introduction__demand", "introduction__achievement")
    return policy.deals.fetch(actor=actor, pk=deal_id, verb=verb, lock=True, version=version, related=listings)


def _move(
    deal: Deal, move: Callable[..., Any], *, actor: Actor, note: str, proof: PrivateFile | None, at: datetime
) -> None:
    before = deal.stage
    move(at=at)
    changes = {"from": before, "to": deal.stage, "note": note} | ({"proof": proof.evidence()} if proof else {})
    event = DealMoved(deal.id, deal.stage)
    save_change(deal, actor=actor, action="deal.moved", at=at, changes=changes, event=event)
    DealMove.objects.create(
        deal=deal,
        from_stage=before,
        to_stage=deal.stage,
        note=note,
        proof=proof,
        moved_by_id=actor.user_id,
        moved_at=at,
    )
    title = lazy_text(lambda: _("%(stage)s：%(title)s") % {"stage": deal.get_stage_display(), "title": deal.title})
    _tell(deal, actor=actor, title=title, note=note, at=at)


def _tell(deal: Deal, *, actor: Actor, title: Any, note: str, at: datetime) -> None:
    """Both parties and the broker, except who did it."""
    body = lazy_text(lambda: "\n".join(part for part in (_("项目编号：%(no)s") % {"no": deal.no}, note) if part))
    common: dict[str, Any] = {"kind": "deal", "title": title, "body": body, "url": f"/deals/{deal.id}/", "at": at}
    for party_id in (deal.seller_id, deal.buyer_id):
        notify(organisation_id=party_id, roles=(Role.CLERK, Role.MANAGER), **common)
    if deal.broker_id != actor.user_id:
        notify(user_ids=(deal.broker_id,), **common)
