"""P5: creating an achievement against the same with Django REST framework; P5-validation: reading and checking alone.

Both go through the whole application with the same API key, check the same codes and answer with the same fields.
Ours also writes the audit row and the event with its deliveries; the other side only saves the row.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test.utils import override_settings
from django.urls import include, path

from listings.catalog.data import AchievementData, ListingData, errors_of
from listings.catalog.kinds import ACHIEVEMENT
from listings.catalog.models import Achievement
from market.accounts import services as accounts
from market.accounts.actors import actor_for
from market.accounts.models import Membership, User
from market.kernel import clock
from market.kernel.actor import Role
from market.reference import queries as reference
from tests.benchmarks import data, frame, wsgi

OURS, THEIRS = "/api/v1/achievements", "/api/bench/achievements"
BODY: Mapping[str, Any] = {
    "title": data.title_of(1),
    "keywords": ["连续铸造", "接触线"],
    "technology_field": "05",
    "industries": ["C3251"],
    "local_industry": "copper_and_cable",
    "region": "360100",
    "disclosure": "public",
    "contact_name": "张三",
    "contact_phone": "0791-88888888",
    "summary": data.text_of(1),
    "applications": "轨道交通、电力系统",
    "indicators": "导电率不低于 98% IACS",
    "advantages": "成品率高，能耗低",
    "requirements": "具备连铸条件的企业",
    "maturity": "pilot",
    "readiness_level": 6,
    "ip_type": "invention_patent",
    "transfer_modes": ["assignment", "license"],
    "price": "800000.00",
    "completed_by": "示例大学1",
    "contributors": ["李四", "王五"],
    "research_started_on": "2023-03-01",
    "research_ended_on": "2026-02-28",
}
urlpatterns: list[Any] = []


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """A body of 23 fields."""
    call_command("load_reference", verbosity=0)
    serializer = peer_serializer()
    urlpatterns[:] = [path("api/bench/achievements", peer_view(serializer)), path("", include("market.config.urls"))]
    body = orjson.dumps(BODY)
    sides: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {}
    with override_settings(ROOT_URLCONF=__name__, RATE_LIMIT=False):
        handler, token = WSGIHandler(), key()
        ours = wsgi.caller(handler, OURS, body=body, token=token, status=201)
        theirs = wsgi.caller(handler, THEIRS, body=body, token=token, status=201)
        if (mine := stored(ours())) != (other := stored(theirs())) or mine["title"] != BODY["title"]:
            raise RuntimeError(f"the two write different rows, so their times mean nothing: {mine} {other}")
        sides["P5"] = ours, theirs
        sides["P5-validation"] = lambda: checked(body), lambda: peer_checked(serializer, body)
        return [frame.alternate(name, *pair, plan) for name, pair in sides.items() if plan.wants(name)]


def key() -> str:
    """The token of a key of the first university that may write achievements."""
    owner = data.university(1)
    user = User.objects.create(email="bench@example.com")
    Membership.objects.create(user=user, organisation=owner, roles=[Role.MANAGER.value, Role.CLERK.value])
    at = clock.now()
    _key, token = accounts.issue_api_key(
        actor=actor_for(user),
        name="bench",
        roles=[Role.CLERK.value],
        scopes=["achievements:read", "achievements:write"],
        expires_at=at + timedelta(days=1),
        at=at,
    )
    return token


def stored(answer: bytes) -> dict[str, Any]:
    """What was sent, as it stands in the row."""
    return Achievement.objects.values(*BODY, "owner_id", "state").get(id=orjson.loads(answer)["id"])


def checked(body: bytes) -> ListingData:
    found: ListingData = AchievementData.model_validate(orjson.loads(body))
    if errors_of(ACHIEVEMENT, found, on=clock.today()):
        raise ValueError(body)
    return found


def peer_checked(serializer: Any, body: bytes) -> Any:
    from rest_framework.parsers import JSONParser

    found = serializer(data=JSONParser().parse(BytesIO(body)))
    found.is_valid(raise_exception=True)
    return found


def peer_serializer() -> Any:
    """As its documentation would have it, with the dictionaries checked in `validate`."""
    from rest_framework import serializers

    class AchievementSerializer(serializers.ModelSerializer[Achievement]):
        class Meta:
            model = Achievement
            fields = ("id", *BODY)

        def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
            for field, scheme in ACHIEVEMENT.schemes.items():
                value = attrs.get(field) or []
                codes = value if isinstance(value, list) else [value]
                if unknown := reference.unknown_codes(scheme, codes, clock.today()):
                    raise serializers.ValidationError({field: unknown})
            return attrs

    return AchievementSerializer


def peer_view(serializer: Any) -> Callable[..., Any]:
    from rest_framework import generics, renderers

    class AchievementCreate(generics.CreateAPIView[Achievement]):
        authentication_classes = ()
        permission_classes = ()
        renderer_classes = (renderers.JSONRenderer,)
        serializer_class = serializer

        def perform_create(self, serializer: Any) -> None:
            at = clock.now()
            serializer.save(owner_id=self.request._request.actor.organisation_id, created_at=at, updated_at=at)

    return AchievementCreate.as_view()
