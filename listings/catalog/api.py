"""`/api/v1/achievements`, `/api/v1/demands` and their like: the same operations for every kind of listing."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from listings.catalog import policy, problems, queries, serializers, services
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind
from listings.catalog.schemas import TakeDownIn, schemas_of
from market.kernel import clock
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, Payload, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import ConfirmationNeeded, SeveralProblems

Code = Annotated[str, Field(max_length=40)]
PUBLISHING = (problems.NotVerified, problems.ListingExpired, problems.ListingIncomplete, SeveralProblems)


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


def router_of(kind: Kind) -> Router:
    """The operations on a kind's listings."""
    router, shapes, one = Router(tags=[kind.plural]), schemas_of(kind), f"/{{uuid:{kind.code}_id}}"
    whole = shapes.whole

    @router.get("", response={200: shapes.page, **answers(InvalidCursor)}, description=kind.api.list)
    @called(kind, "list", kind.plural)
    def list_listings(request: ApiRequest, filters: Query[ListFilters]) -> HttpResponse:
        rows = queries.shown_listings(actor=request.actor, kind=kind.code, **filters.conditions)
        if filters.owner:
            # Filtering by owner must not tell whose an anonymous listing is.
            rows = rows.filter(policy.named(request.actor, kind))
        page = cursor_page(
            rows.values(*serializers.row_columns(kind)),
            name=kind.plural,
            order=queries.ORDER,
            cursor=filters.cursor,
            limit=filters.limit,
        )
        return serializers.page(serializers.serialize_rows(kind, page.items, request.actor), page.next)

    @router.post("", response={201: whole, **answers()})
    @called(kind, "create")
    def create(
        request: ApiRequest,
        response: HttpResponse,
        payload: shapes.data,  # type: ignore[name-defined]
    ) -> Status[dict[str, Any]]:
        """Write a draft; publishing is a step of its own."""
        row = services.create_listing(actor=request.actor, kind=kind.code, data=payload, at=clock.now())
        response["Location"] = f"/api/v1/{kind.plural}/{row.id}"
        return Status(201, _whole(kind, request, response, row.id))

    @router.get(one, response={200: whole, **answers()}, description=kind.api.get)
    @called(kind, "get")
    def get(request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
        return _whole(kind, request, response, listing_id)

    @router.patch(one, response={200: whole, **answers(*CHANGING, ConfirmationNeeded)})
    @called(kind, "update")
    def update(
        request: ApiRequest,
        response: HttpResponse,
        listing_id: UUID,
        payload: shapes.changes,  # type: ignore[name-defined]
    ) -> dict[str, Any]:
        """Change the fields that are sent."""
        # The fields that were in the body, where null clears a field that may be empty, and what was confirmed.
        changes = payload.model_dump(exclude_unset=True, exclude={"confirmed"})
        _do(services.update_listing, kind, request, listing_id, changes=changes, confirmed=payload.confirmed)
        return _whole(kind, request, response, listing_id)

    refusals = answers(*CHANGING, *PUBLISHING, *kind.refusals)

    @router.post(f"{one}/publish", response={200: whole, **refusals}, description=kind.api.publish)
    @called(kind, "publish")
    def publish(request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
        _do(services.publish_listing, kind, request, listing_id)
        return _whole(kind, request, response, listing_id)

    @router.post(f"{one}/suspend", response={200: whole, **answers(*CHANGING)})
    @called(kind, "suspend")
    def suspend(request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
        """Hide it for a while."""
        _do(services.suspend_listing, kind, request, listing_id)
        return _whole(kind, request, response, listing_id)

    @router.post(f"{one}/withdraw", response={200: whole, **answers(*CHANGING)})
    @called(kind, "withdraw")
    def withdraw(request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
        """Take it back for good."""
        _do(services.withdraw_listing, kind, request, listing_id)
        return _whole(kind, request, response, listing_id)

    @router.post(f"{one}/take-down", response={200: whole, **answers(*CHANGING)})
    @called(kind, "take_down")
    def take_down(request: ApiRequest, response: HttpResponse, listing_id: UUID, payload: TakeDownIn) -> dict[str, Any]:
        """Remove it for breaking the rules; for the operator."""
        _do(services.take_down_listing, kind, request, listing_id, reason=payload.reason)
        return _whole(kind, request, response, listing_id)

    return router


def called(kind: Kind, verb: str, noun: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name an operation, and the id in its address, as the API's document has it: `publish_demand`, `demand_id`."""

    def rename(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def renamed(request: ApiRequest, **values: Any) -> Any:
            if (name := f"{kind.code}_id") in values:
                values["listing_id"] = values.pop(name)
            return view(request, **values)

        signature = inspect.signature(view)
        parameters = [
            parameter.replace(name=f"{kind.code}_id") if parameter.name == "listing_id" else parameter
            for parameter in signature.parameters.values()
        ]
        renamed.__name__ = f"{verb}_{noun or kind.code}"
        renamed.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return renamed

    return rename


def _do(service: Callable[..., Any], kind: Kind, request: ApiRequest, listing_id: UUID, **more: Any) -> None:
    service(
        actor=request.actor, kind=kind.code, listing_id=listing_id, version=if_match(request), at=clock.now(), **more
    )


def _whole(kind: Kind, request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
    row = queries.listing(actor=request.actor, kind=kind.code, listing_id=listing_id)
    tag(response, row)
    return serializers.serialize(kind, row, request.actor)


ROUTERS = {kind.plural: router_of(kind) for kind in KINDS.values()}
