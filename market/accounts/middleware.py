"""Each request knows who asks before anything else looks at it."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from market.accounts.actors import actor_for, actor_for_key
from market.accounts.models import User
from market.kernel import clock
from market.kernel.actor import ANONYMOUS, Actor
from market.kernel.http import problem_response
from market.kernel.problems import NotSignedIn

SESSION_ORGANISATION = "organisation_id"
KEY_PATHS = ("/api/", "/exchange/")


class ActorMiddleware:
    """Sets `request.actor` from a bearer key (API paths only) or the session; a wrong key is refused at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        authorization = request.headers.get("Authorization", "")
        if authorization and request.path.startswith(KEY_PATHS):
            scheme, _, token = authorization.partition(" ")
            actor = actor_for_key(token.strip(), at=clock.now()) if scheme.lower() == "bearer" else None
            if actor is None:
                return problem_response(request, NotSignedIn())
        else:
            actor = self._from_session(request)
        request.actor = actor  # type: ignore[attr-defined]
        return self.get_response(request)

    @staticmethod
    def _from_session(request: HttpRequest) -> Actor:
        user = request.user
        if not isinstance(user, User):
            return ANONYMOUS
        chosen = request.session.get(SESSION_ORGANISATION)
        return actor_for(user, UUID(chosen) if chosen else None)
