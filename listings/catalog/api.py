"""`/api/v1/achievements` and `/api/v1/demands`."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from listings.catalog import policy, problems, queries, schemas, services, shown
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Demand
from listings.catalog.services.moves import AnyListing
from market.kernel import clock
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, Payload, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import ConfirmationNeeded

achievements = Router(tags=["achievements"])
demands = Router(tags=["demands"])

Code = Annotated[str, Field(max_length=40)]


class ListFilters(Payload):
    """Codes of the dictionaries `technology_field`, `local_industry`, `region`; ids of organisations."""

    technology_field: Code = ""
    local_industry: Code = ""
    region: Code = ""
    owner: UUID | None = None
    cursor: Cursor = ""
    limit: Limit = 20

    @property
    def conditions(self) -> dict[str, Any]:
        return self.model_dump(include={"technology_field", "local_industry", "region", "owner"})


@achievements.get("", response={200: schemas.AchievementPage, **answers(InvalidCursor)})
def list_achievements(request: ApiRequest, filters: Query[ListFilters]) -> HttpResponse:
    """Achievements on show, newest first."""
    rows = queries.shown_achievements(actor=request.actor, **filters.conditions)
    page = cursor_page(
        rows.values(*shown.ACHIEVEMENT_ROW),
        name="achievements",
        order=queries.ORDER,
        cursor=filters.cursor,
        limit=filters.limit,
    )
    return shown.page([shown.achievement_row(row) for row in page.items], page.next)


@achievements.post("", response={201: schemas.AchievementOut, **answers()})
def create_achievement(request: ApiRequest, response: HttpResponse, payload: AchievementData) -> Status[dict[str, Any]]:
    """Write a draft; publishing is a step of its own."""
    row = services.create_achievement(actor=request.actor, data=payload, at=clock.now())
    response["Location"] = f"/api/v1/achievements/{row.id}"
    return Status(201, _achievement(request, response, row.id))


@achievements.get("/{uuid:achievement_id}", response={200: schemas.AchievementOut, **answers()})
def get_achievement(request: ApiRequest, response: HttpResponse, achievement_id: UUID) -> dict[str, Any]:
    """One achievement with its patents."""
    return _achievement(request, response, achievement_id)


@achievements.patch(
    "/{uuid:achievement_id}", response={200: schemas.AchievementOut, **answers(*CHANGING, ConfirmationNeeded)}
)
def update_achievement(
    request: ApiRequest,
    response: HttpResponse,
    achievement_id: UUID,
    payload: schemas.AchievementChanges,  # type: ignore[valid-type]
) -> dict[str, Any]:
    """Change the fields that are sent."""
    services.update_achievement(
        actor=request.actor,
        achievement_id=achievement_id,
        version=if_match(request),
        at=clock.now(),
        **_sent(payload),
    )
    return _achievement(request, response, achievement_id)


@achievements.post(
    "/{uuid:achievement_id}/publish",
    response={200: schemas.AchievementOut, **answers(*CHANGING, problems.NotVerified, problems.PatentLapsed)},
)
def publish_achievement(request: ApiRequest, response: HttpResponse, achievement_id: UUID) -> dict[str, Any]:
    """Offer it on the market."""
    services.publish_achievement(
        actor=request.actor, achievement_id=achievement_id, version=if_match(request), at=clock.now()
    )
    return _achievement(request, response, achievement_id)


@achievements.post("/{uuid:achievement_id}/suspend", response={200: schemas.AchievementOut, **answers(*CHANGING)})
def suspend_achievement(request: ApiRequest, response: HttpResponse, achievement_id: UUID) -> dict[str, Any]:
    """Hide it for a while."""
    _move(request, services.suspend_listing, "achievement", achievement_id)
    return _achievement(request, response, achievement_id)


@achievements.post("/{uuid:achievement_id}/withdraw", response={200: schemas.AchievementOut, **answers(*CHANGING)})
def withdraw_achievement(request: ApiRequest, response: HttpResponse, achievement_id: UUID) -> dict[str, Any]:
    """Take it back for good."""
    _move(request, services.withdraw_listing, "achievement", achievement_id)
    return _achievement(request, response, achievement_id)


@achievements.post("/{uuid:achievement_id}/take-down", response={200: schemas.AchievementOut, **answers(*CHANGING)})
def take_down_achievement(
    request: ApiRequest, response: HttpResponse, achievement_id: UUID, payload: schemas.TakeDownIn
) -> dict[str, Any]:
    """Remove it for breaking the rules; for the operator."""
    _move(request, services.take_down_listing, "achievement", achievement_id, reason=payload.reason)
    return _achievement(request, response, achievement_id)


@demands.get("", response={200: schemas.DemandPage, **answers(InvalidCursor)})
def list_demands(request: ApiRequest, filters: Query[ListFilters]) -> HttpResponse:
    """Demands on show, newest first."""
    rows = queries.shown_demands(actor=request.actor, **filters.conditions).select_related("owner")
    if filters.owner:
        # Filtering by owner must not tell whose an anonymous demand is.
        rows = rows.filter(policy.named_demands(request.actor))
    page = cursor_page(rows, name="demands", order=queries.ORDER, cursor=filters.cursor, limit=filters.limit)
    return shown.page([shown.demand_row(row, request.actor) for row in page.items], page.next)


@demands.post("", response={201: schemas.DemandOut, **answers()})
def create_demand(request: ApiRequest, response: HttpResponse, payload: DemandData) -> Status[dict[str, Any]]:
    """Write a draft; publishing is a step of its own."""
    row = services.create_demand(actor=request.actor, data=payload, at=clock.now())
    response["Location"] = f"/api/v1/demands/{row.id}"
    return Status(201, _demand(request, response, row.id))


@demands.get("/{uuid:demand_id}", response={200: schemas.DemandOut, **answers()})
def get_demand(request: ApiRequest, response: HttpResponse, demand_id: UUID) -> dict[str, Any]:
    """One demand."""
    return _demand(request, response, demand_id)


@demands.patch("/{uuid:demand_id}", response={200: schemas.DemandOut, **answers(*CHANGING, ConfirmationNeeded)})
def update_demand(
    request: ApiRequest,
    response: HttpResponse,
    demand_id: UUID,
    payload: schemas.DemandChanges,  # type: ignore[valid-type]
) -> dict[str, Any]:
    """Change the fields that are sent."""
    services.update_demand(
        actor=request.actor,
        demand_id=demand_id,
        version=if_match(request),
        at=clock.now(),
        **_sent(payload),
    )
    return _demand(request, response, demand_id)


@demands.post(
    "/{uuid:demand_id}/publish", response={200: schemas.DemandOut, **answers(*CHANGING, problems.NotVerified)}
)
def publish_demand(request: ApiRequest, response: HttpResponse, demand_id: UUID) -> dict[str, Any]:
    """Ask the market."""
    services.publish_demand(actor=request.actor, demand_id=demand_id, version=if_match(request), at=clock.now())
    return _demand(request, response, demand_id)


@demands.post("/{uuid:demand_id}/suspend", response={200: schemas.DemandOut, **answers(*CHANGING)})
def suspend_demand(request: ApiRequest, response: HttpResponse, demand_id: UUID) -> dict[str, Any]:
    """Hide it for a while."""
    _move(request, services.suspend_listing, "demand", demand_id)
    return _demand(request, response, demand_id)


@demands.post("/{uuid:demand_id}/withdraw", response={200: schemas.DemandOut, **answers(*CHANGING)})
def withdraw_demand(request: ApiRequest, response: HttpResponse, demand_id: UUID) -> dict[str, Any]:
    """Take it back for good."""
    _move(request, services.withdraw_listing, "demand", demand_id)
    return _demand(request, response, demand_id)


@demands.post("/{uuid:demand_id}/take-down", response={200: schemas.DemandOut, **answers(*CHANGING)})
def take_down_demand(
    request: ApiRequest, response: HttpResponse, demand_id: UUID, payload: schemas.TakeDownIn
) -> dict[str, Any]:
    """Remove it for breaking the rules; for the operator."""
    _move(request, services.take_down_listing, "demand", demand_id, reason=payload.reason)
    return _demand(request, response, demand_id)


def _move(request: ApiRequest, service: Any, kind: str, listing_id: UUID, **more: Any) -> AnyListing:
    row: AnyListing = service(
        actor=request.actor, kind=kind, listing_id=listing_id, version=if_match(request), at=clock.now(), **more
    )
    return row


def _sent(payload: Any) -> dict[str, Any]:
    """The fields that were in the body, where null clears a field that may be empty, and what was confirmed."""
    changes = payload.model_dump(exclude_unset=True, exclude={"confirmed"})
    return {"changes": changes, "confirmed": payload.confirmed}


def _achievement(request: ApiRequest, response: HttpResponse, achievement_id: UUID) -> dict[str, Any]:
    row = queries.achievement(actor=request.actor, achievement_id=achievement_id)
    tag(response, row)
    return shown.achievement(row, request.actor, list(row.patents.order_by("publication_no", "application_no")))


def _demand(request: ApiRequest, response: HttpResponse, demand_id: UUID) -> dict[str, Any]:
    row: Demand = queries.demand(actor=request.actor, demand_id=demand_id)
    tag(response, row)
    return shown.demand(row, request.actor)
