"""`/api/v1/achievements`, `/api/v1/demands` and their like: the same operations for every kind of listing."""

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from listings.catalog import policy, queries, serializers, services
from listings.catalog.data import ListingData
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind
from listings.catalog.lifecycle import LIFECYCLES
from listings.catalog.schemas import schemas_of
from market.kernel import clock
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, Payload, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import ConfirmationNeeded, Problem
from market.kernel.verb_endpoints import add_verbs

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


def list_listings(kind: Kind, request: ApiRequest, filters: Query[ListFilters]) -> HttpResponse:
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


def create_listing(
    kind: Kind, request: ApiRequest, response: HttpResponse, payload: ListingData
) -> Status[dict[str, Any]]:
    """Write a draft; publishing is a step of its own."""
    row = services.create_listing(actor=request.actor, kind=kind.code, data=payload, at=clock.now())
    response["Location"] = f"/api/v1/{kind.plural}/{row.id}"
    return Status(201, get_listing(kind, request, response, row.id))


def get_listing(kind: Kind, request: ApiRequest, response: HttpResponse, listing_id: UUID) -> dict[str, Any]:
    row = queries.listing(actor=request.actor, kind=kind.code, listing_id=listing_id)
    tag(response, row)
    return serializers.serialize(kind, row, request.actor)


def update_listing(
    kind: Kind, request: ApiRequest, response: HttpResponse, listing_id: UUID, payload: Any
) -> dict[str, Any]:
    """Change the fields that are sent."""
    # The fields that were in the body, where null clears a field that may be empty, and what was confirmed.
    changes = payload.model_dump(exclude_unset=True, exclude={"confirmed"})
    services.update_listing(
        actor=request.actor,
        kind=kind.code,
        listing_id=listing_id,
        version=if_match(request),
        changes=changes,
        confirmed=payload.confirmed,
        at=clock.now(),
    )
    return get_listing(kind, request, response, listing_id)


def operation(view: Callable[..., Any], kind: Kind, name: str, payload: Any = None) -> Callable[..., Any]:
    """A view for one kind, with its body; the id in its address is called as the document has it: `demand_id`."""
    own_id = f"{kind.code}_id"

    @wraps(view)
    def bound(request: ApiRequest, **values: Any) -> Any:
        if own_id in values:
            values["listing_id"] = values.pop(own_id)
        return view(kind, request, **values)

    signature = inspect.signature(view)
    _kind, *parameters = signature.parameters.values()
    renamed = [
        parameter.replace(name=own_id)
        if parameter.name == "listing_id"
        else parameter.replace(annotation=payload)
        if parameter.name == "payload"
        else parameter
        for parameter in parameters
    ]
    bound.__name__ = name
    bound.__signature__ = signature.replace(parameters=renamed)  # type: ignore[attr-defined]
    return bound


def router_of(kind: Kind) -> Router:
    """The operations on a kind's listings."""
    router, code, words = Router(tags=[kind.plural]), kind.code, kind.api
    shapes, one = schemas_of(kind), f"/{{uuid:{code}_id}}"

    def whole(*refusals: type[Problem]) -> dict[int, Any]:
        return {200: shapes.whole, **answers(*refusals)}

    listed = {200: shapes.page, **answers(InvalidCursor)}
    router.get("", response=listed, description=words.list)(operation(list_listings, kind, f"list_{kind.plural}"))
    created = operation(create_listing, kind, f"create_{code}", shapes.data)
    router.post("", response={201: shapes.whole, **answers()})(created)
    router.get(one, response=whole(), description=words.get)(operation(get_listing, kind, f"get_{code}"))
    updated = operation(update_listing, kind, f"update_{code}", shapes.changes)
    router.patch(one, response=whole(*CHANGING, ConfirmationNeeded))(updated)
    add_verbs(router, LIFECYCLES[code], out=shapes.whole, answer=partial(get_listing, kind))
    return router


ROUTERS = {kind.plural: router_of(kind) for kind in KINDS.values()}
