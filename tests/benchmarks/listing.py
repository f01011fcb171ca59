"""P3, P4: the list endpoint against Django REST framework, and against one statement that makes the JSON.

Ours and the framework's run through the whole application, middleware and all, in this process; the statement runs by
itself, and the database's own time is in none of them. Bodies are compared first.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import override_settings
from django.urls import include, path

from listings.catalog import queries
from listings.catalog.models import Achievement
from market.kernel.actor import ANONYMOUS
from market.kernel.paging import cursor_page
from tests.benchmarks import data, frame, wsgi

OURS, THEIRS = "/api/v1/achievements?limit=20", "/bench/achievements?limit=20"
RAW = """
    SELECT json_build_object('items', json_agg(line))::text FROM (
        SELECT a.id, a.title, a.keywords, a.technology_field, a.local_industry, a.region, a.maturity, a.ip_type,
            a.transfer_modes, a.price::text AS price, a.state, a.published_at, a.version,
            json_build_object('id', o.id, 'name', o.name) AS owner
        FROM catalog_achievement a JOIN accounts_organisation o ON o.id = a.owner_id
        WHERE a.state IN ('published', 'under_negotiation', 'transacted') AND a.disclosure = 'public'
        ORDER BY a.published_at DESC, a.id DESC LIMIT 20
    ) line
"""
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
        if rows_of(ours()) != rows_of(raw()):
            raise RuntimeError("the statement makes another list, so its time means nothing")
        return [
            frame.alternate(name, ours, other, plan)
            for name, other in (("P3", theirs), ("P4", raw))
            if plan.wants(name)
        ]


def raw() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(RAW)
        (body,) = cursor.fetchone() or ("",)
    return str(body).encode()


def rows_of(body: bytes) -> list[dict[str, Any]]:
    """PostgreSQL leaves out the zeros at the end of a fraction of a second."""
    items: list[dict[str, Any]] = orjson.loads(body)["items"]
    return [item | {"published_at": datetime.fromisoformat(item["published_at"])} for item in items]


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
