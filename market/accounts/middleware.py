"""Each request knows who asks before anything else looks at it."""

from collections.abc import Callable
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from structlog.contextvars import bound_contextvars

from market.accounts.actors import actor_for, actor_for_key
from market.accounts.models import User
from market.accounts.problems import SecondFactorRequired
from market.kernel import clock, security_log
from market.kernel.actor import ANONYMOUS, Actor, Role
from market.kernel.http import is_machine_path, problem_response
from market.kernel.problems import NotSignedIn

SESSION_ORGANISATION = "organisation_id"
SESSION_SEEN_AT = "seen_at"
# Where a second factor is set up, and what its page needs.
OPEN_WITHOUT_SECOND_FACTOR = ("/accounts/", "/i18n/", "/care", "/livez", "/readyz", "/metrics")
KEY_PATHS = ("/api/", "/exchange/")


class ActorMiddleware:
    """Sets `request.actor` from a bearer key (API paths only) or the session; a wrong key is refused at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        authorization = request.headers.get("Authorization", "")
        if authorization and request.path.startswith(KEY_PATHS):
            scheme, _, token = authorization.partition(" ")
            with bound_contextvars(peer=request.META.get("REMOTE_ADDR", "")):
                actor = actor_for_key(token.strip(), at=clock.now()) if scheme.lower() == "bearer" else None
            if actor is None:
                return problem_response(request, NotSignedIn())
        else:
            actor = self._from_session(request)
            if self._lacks_second_factor(request, actor):
                return self._ask_for_second_factor(request)
        request.actor = actor  # type: ignore[attr-defined]
        with bound_contextvars(**_who(request, actor)):
            return self.get_response(request)

    @staticmethod
    def _from_session(request: HttpRequest) -> Actor:
        user = request.user
        if not isinstance(user, User) or _ended_by_idleness(request):
            return ANONYMOUS
        chosen = request.session.get(SESSION_ORGANISATION)
        return actor_for(user, UUID(chosen) if chosen else None)

    @staticmethod
    def _lacks_second_factor(request: HttpRequest, actor: Actor) -> bool:
        """A role that moves money or the figure is acted in with two factors, on pages and in the API alike."""
        if request.path.startswith(OPEN_WITHOUT_SECOND_FACTOR) or not isinstance(request.user, User):
            return False
        is_asked = actor.has_role(*(Role(role) for role in settings.MFA_ROLES))
        is_asked = is_asked or (bool(settings.MFA_ROLES) and request.user.is_staff)
        return is_asked and not is_mfa_enabled(request.user)

    @staticmethod
    def _ask_for_second_factor(request: HttpRequest) -> HttpResponse:
        if is_machine_path(request.path):
            return problem_response(request, SecondFactorRequired())
        messages.warning(request, SecondFactorRequired.title)
        return redirect("mfa_index")


def _ended_by_idleness(request: HttpRequest) -> bool:
    """Sign out who was away for too long; that somebody is there is noted once a minute."""
    now, seen_at = int(clock.now().timestamp()), request.session.get(SESSION_SEEN_AT)
    if seen_at is not None and now - seen_at > settings.SESSION_IDLE_MINUTES * 60:
        security_log.note("session.idle", outcome="ended", user=request.user.pk)
        logout(request)
        return True
    if seen_at is None or now - seen_at >= 60:
        request.session[SESSION_SEEN_AT] = now
    return False


def _who(request: HttpRequest, actor: Actor) -> dict[str, str]:
    """What every line of the log says of the request."""
    who = {"person": actor.user_id, "key": actor.api_key_id, "organisation": actor.organisation_id}
    named = {name: str(value) for name, value in who.items() if value is not None}
    return named | {"peer": request.META.get("REMOTE_ADDR", "")}
