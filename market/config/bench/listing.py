"""P3: the list endpoint against the same list written with Django REST framework.

Both run through the whole application, middleware and all, in this process; their bodies are compared first.
"""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings
from django.urls import include, path

from listings.catalog import queries
from listings.catalog.models import Achievement
from market.config.bench import data, frame, wsgi
from market.kernel.actor import ANONYMOUS
from market.kernel.paging import cursor_page

OURS, THEIRS = "/api/v1/achievements?limit=20", "/bench/achievements?limit=20"
urlpatterns: list[Any] = []


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """20 of the achievements, newest first."""
    urlpatterns[:] = [path("bench/achievements", peer()), path("", include("market.config.urls"))]
    with override_settings(ROOT_URLCONF=__name__, RATE_LIMIT=False):
        data.build_listings(plan.rows)
        handler = WSGIHandler()
        ours, theirs = wsgi.caller(handler, OURS), wsgi.caller(handler, THEIRS)
        # Two spellings of UTC are the only difference allowed.
        if orjson.loads(ours().replace(b"+00:00", b"Z")) != orjson.loads(theirs()):
            raise RuntimeError("the two lists differ, so their times mean nothing")
        return [frame.alternate("P3", ours, theirs, rounds=plan.rounds or frame.ROUNDS, quiet=plan.quiet)]


def peer() -> Callable[..., Any]:
    """The same list as its documentation would have it: a model serializer in a generic view."""
    from rest_framework import generics, pagination, renderers, serializers
    from rest_framework.response import Response

    class OwnerSerializer(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        name = serializers.CharField()

    class AchievementSerializer(serializers.ModelSerializer[Achievement]):
        owner = OwnerSerializer()
        published_at = serializers.DateTimeField(default_timezone=UTC)

        class Meta:
            model = Achievement
            fields = (
                *("id", "title", "owner", "keywords", "technology_field", "local_industry", "region", "maturity"),
                *("ip_type", "transfer_modes", "price", "state", "published_at", "version"),
            )

    class Paging(pagination.BasePagination):
        def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
            limit = int(request.query_params.get("limit", 20))
            self.page = cursor_page(
                queryset,
                name="achievements",
                order=queries.ORDER,
                cursor=request.query_params.get("cursor"),
                limit=limit,
            )
            return list(self.page.items)

        def get_paginated_response(self, rows: Any) -> Response:
            return Response({"items": rows, "next": self.page.next})

    class AchievementList(generics.ListAPIView[Achievement]):
        authentication_classes = ()
        permission_classes = ()
        renderer_classes = (renderers.JSONRenderer,)
        pagination_class = Paging
        serializer_class = AchievementSerializer

        def get_queryset(self) -> Any:
            return queries.shown_achievements(actor=ANONYMOUS).select_related("owner")

    return AchievementList.as_view()
