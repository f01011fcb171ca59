"""Short ways to the rows that tests of accounts speak about."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from market.accounts import services
from market.accounts.models import ApiKey, Membership, Organisation
from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.models import AuditRow
from tests.cast import own_address
from tests.conftest import ApiClient


def issue(
    actor: Actor,
    *,
    scopes: Iterable[str] = ("achievements:read",),
    roles: Iterable[str] = ("clerk",),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Issued now, since a key ends after 90 days and a request tells the time itself."""
    return services.issue_api_key(
        actor=actor, name="馆藏系统", roles=list(roles), scopes=list(scopes), expires_at=expires_at, at=clock.now()
    )


def machine(token: str) -> ApiClient:
    """A client that has a key and no session."""
    return ApiClient(headers={"Authorization": f"Bearer {token}"})


def membership(actor: Actor, organisation: Organisation) -> Membership:
    return Membership.objects.get(user=actor.user_id, organisation=organisation, ended_at=None)


def join(actor: Actor, *, manager: Actor, organisation: Organisation, roles: Iterable[str]) -> Membership:
    """Asked by a manager and accepted."""
    invitation = services.invite_member(
        actor=manager, organisation_id=organisation.id, email=own_address(actor), roles=list(roles), at=clock.now()
    )
    return services.accept_invitation(actor=actor, invitation_id=invitation.id, at=clock.now())


def actions(subject: Any) -> list[str]:
    """What the audit says was done to the row, in order."""
    rows = AuditRow.objects.filter(subject_id=str(subject.pk)).order_by("id")
    return list(rows.values_list("action", flat=True))


def refusal(answer: Any) -> tuple[int, str]:
    """Status and stable code of a refusal."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]
