"""`/api/v1/introductions` and `/api/v1/deals`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.api import ApiRequest, Cursor, Limit, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import NotFound
from market.kernel.verb_endpoints import add_verbs
from matching.brokerage import lifecycle, policy, problems, queries, services
from matching.brokerage import schemas as wire
from matching.brokerage.models import Deal, Introduction

introductions = Router(tags=["introductions"])
router = Router(tags=["deals"])


@introductions.get("", response={200: wire.IntroductionPage, **answers(InvalidCursor)})
def list_introductions(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> dict[str, Any]:
    """Introductions the reader may see, newest first."""
    rows = queries.introductions(actor=request.actor)
    page = cursor_page(rows, name="introductions", order=("-introduced_at", "-id"), cursor=cursor, limit=limit)
    return {"items": [introduction_shown(row) for row in page.items], "next": page.next}


@introductions.post(
    "",
    response={
        201: wire.IntroductionOut,
        **answers(problems.AlreadyIntroduced, problems.ListingClosed, problems.SameOwner, problems.NoteNeeded),
    },
)
def introduce(request: ApiRequest, response: HttpResponse, payload: wire.IntroduceIn) -> Status[dict[str, Any]]:
    """Bring two parties together; for brokers."""
    row = services.introduce(actor=request.actor, at=clock.now(), **payload.model_dump())
    response["Location"] = f"/api/v1/introductions/{row.id}"
    return Status(201, introduction_shown(_introduction(request.actor, row.id)))


@introductions.get("/{uuid:introduction_id}", response={200: wire.IntroductionOut, **answers()})
def get_introduction(request: ApiRequest, introduction_id: UUID) -> dict[str, Any]:
    """One introduction."""
    return introduction_shown(_introduction(request.actor, introduction_id))


@router.get("", response={200: wire.DealPage, **answers(InvalidCursor)})
def list_deals(
    request: ApiRequest, stage: Deal.Stage | None = None, cursor: Cursor = "", limit: Limit = 20
) -> dict[str, Any]:
    """Deals the reader may see, newest first."""
    rows = queries.deals(actor=request.actor, stage=stage or "")
    page = cursor_page(rows, name="deals", order=("-opened_at", "-id"), cursor=cursor, limit=limit)
    return {"items": [serialize_deal(row, request.actor) for row in page.items], "next": page.next}


@router.post("", response={201: wire.DealDetail, **answers(problems.DealExists, problems.Superseded)})
def open_deal(request: ApiRequest, response: HttpResponse, payload: wire.OpenIn) -> Status[dict[str, Any]]:
    """Open the deal of an introduction."""
    row = services.open_deal(actor=request.actor, introduction_id=payload.introduction_id, at=clock.now())
    response["Location"] = f"/api/v1/deals/{row.id}"
    return Status(201, _answer(request, response, row.id))


@router.get("/{uuid:deal_id}", response={200: wire.DealDetail, **answers()})
def get_deal(request: ApiRequest, response: HttpResponse, deal_id: UUID) -> dict[str, Any]:
    """One deal with its dated moves."""
    return _answer(request, response, deal_id)


def _introduction(actor: Actor, introduction_id: UUID) -> Introduction:
    row = queries.introductions(actor=actor).filter(pk=introduction_id).first()
    if row is None:
        raise NotFound
    return row


def introduction_shown(row: Introduction) -> dict[str, Any]:
    """The row as the wire has it."""
    deal = getattr(row, "deal", None)
    return {
        "id": row.id,
        "demand": {"id": row.demand_id, "name": row.demand.title},
        "achievement": {"id": row.achievement_id, "name": row.achievement.title},
        "agency": {"id": row.agency_id, "name": row.agency.name},
        "broker": row.broker.name,
        "origin": row.origin,
        "match": row.match,
        "note": row.note,
        "introduced_at": row.introduced_at,
        "protected_until_on": row.protected_until_on,
        "superseded_at": row.superseded_at,
        "deal_id": deal.id if deal else None,
    }


def _answer(request: ApiRequest, response: HttpResponse, deal_id: UUID) -> dict[str, Any]:
    row = queries.deals(actor=request.actor).filter(pk=deal_id).first()
    if row is None:
        raise NotFound
    tag(response, row)
    moves = row.moves.order_by("moved_at", "id").values("from_stage", "to_stage", "note", "moved_at")
    return serialize_deal(row, request.actor) | {"moves": list(moves)}


def serialize_deal(row: Deal, actor: Actor) -> dict[str, Any]:
    """The row as the wire has it."""
    return {
        "id": row.id,
        "no": row.no,
        "introduction_id": row.introduction_id,
        "demand_id": row.introduction.demand_id,
        "achievement_id": row.introduction.achievement_id,
        "seller": {"id": row.seller_id, "name": row.seller.name},
        "buyer": {"id": row.buyer_id, "name": row.buyer.name},
        "agency": {"id": row.agency_id, "name": row.agency.name},
        "broker": row.broker.name,
        "stage": row.stage,
        "lost_reason": row.lost_reason,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
        "version": row.version,
        "allowed": policy.deals.allowed(actor, row),
    }


add_verbs(router, lifecycle.DEALS, out=wire.DealDetail, answer=_answer)
