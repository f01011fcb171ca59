"""`/api/v1/searches`."""

from uuid import UUID

from ninja import Router, Status

from market.kernel import clock
from market.kernel.api import ApiRequest, Cursor, Limit, problems
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page
from search.find.query import UnknownFacet, parse
from search.saved import policy, services
from search.saved.models import SavedSearch
from search.saved.problems import NoInbox, QueryNotUnderstood, TooManySavedSearches
from search.saved.schemas import SavedSearchChange, SavedSearchIn, SavedSearchOut, SavedSearchPage

router = Router(tags=["search"])


@router.get("", response={200: SavedSearchPage, **problems(InvalidCursor)})
def list_searches(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> CursorPage[SavedSearch]:
    """The searches that the caller keeps, newest first."""
    rows = policy.saved_searches.visible_to(request.actor)
    return cursor_page(rows, name="searches", order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post(
    "", response={201: SavedSearchOut, **problems(UnknownFacet, NoInbox, QueryNotUnderstood, TooManySavedSearches)}
)
def save_search(request: ApiRequest, payload: SavedSearchIn) -> Status[SavedSearch]:
    """Keep a search; what is published from now on and meets it is told as often as `cadence` says."""
    asked = payload.query
    query = parse(asked.q, kind=asked.kind, facets=asked.facets, sort=asked.sort)
    return Status(
        201,
        services.save_search(
            actor=request.actor, name=payload.name, query=query, cadence=payload.cadence, at=clock.now()
        ),
    )


@router.patch("/{uuid:search_id}", response={200: SavedSearchOut, **problems(NoInbox)})
def update_search(request: ApiRequest, search_id: UUID, payload: SavedSearchChange) -> SavedSearch:
    """Change the name or the cadence; what is asked stays."""
    changes = payload.model_dump(exclude_none=True)
    return services.update_search(actor=request.actor, search_id=search_id, at=clock.now(), **changes)


@router.delete("/{uuid:search_id}", response={204: None, **problems()})
def delete_search(request: ApiRequest, search_id: UUID) -> Status[None]:
    """Forget a search and end its feed."""
    services.delete_search(actor=request.actor, search_id=search_id, at=clock.now())
    return Status(204, None)


@router.post("/{uuid:search_id}/renew-feed", response={200: SavedSearchOut, **problems()})
def renew_feed(request: ApiRequest, search_id: UUID) -> SavedSearch:
    """Give the feed a new address; the old one is gone."""
    return services.renew_feed_token(actor=request.actor, search_id=search_id, at=clock.now())
