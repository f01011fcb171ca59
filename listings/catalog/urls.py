from collections.abc import Callable
from functools import wraps
from typing import Any

from django.urls import path

from listings.catalog import views
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind

app_name = "catalog"


def of_kind(view: Callable[..., Any], kind: Kind) -> Callable[..., Any]:
    """A view of one kind; the id in its address is called as the API's document has it, `demand_id`."""

    @wraps(view)
    def bound(request: Any, **ids: Any) -> Any:
        return view(request, kind, *ids.values())

    return bound


urlpatterns = [
    *(
        pattern
        for kind in KINDS.values()
        for pattern in (
            path(f"{kind.plural}/", of_kind(views.listings, kind), name=kind.plural),
            path(f"{kind.plural}/new", of_kind(views.new, kind), name=f"new-{kind.code}"),
            path(f"{kind.plural}/<uuid:{kind.code}_id>/", of_kind(views.detail, kind), name=kind.code),
        )
    ),
    path("organisations/<uuid:organisation_id>/", views.organisation, name="organisation"),
    path("my/listings/", views.mine, name="mine"),
    path("my/listings/<str:kind>/<uuid:listing_id>/edit", views.edit, name="edit"),
    path("my/listings/<str:kind>/<uuid:listing_id>/<str:verb>", views.move, name="move"),
]
