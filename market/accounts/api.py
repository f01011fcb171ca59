"""`/api/v1/me`, `/api/v1/organisations`, `/api/v1/invitations`, `/api/v1/people`, `/api/v1/api-keys`."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Router, Status
from pydantic import Field

from market.accounts import policy, problems, queries, services
from market.accounts.models import ApiKey, Invitation, Membership, Organisation, User
from market.accounts.schemas import (
    AcceptIn,
    InvitationIn,
    InvitationOut,
    InvitationPage,
    KeyIn,
    KeyOut,
    KeyPage,
    MemberOut,
    MemberPage,
    MeOut,
    NameIn,
    NewKeyOut,
    OrganisationIn,
    OrganisationOut,
    OrganisationPage,
    PersonOut,
    PersonPage,
    ReasonIn,
)
from market.kernel import clock, idempotency
from market.kernel.actor import Actor, OrganisationKind
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page
from market.kernel.problems import TooManyRequests

me_router = Router(tags=["accounts"])
router = Router(tags=["accounts"])
invitations_router = Router(tags=["accounts"])
people_router = Router(tags=["accounts"])
keys_router = Router(tags=["accounts"])


@me_router.get("", response={200: MeOut, **answers()})
def me(request: ApiRequest) -> dict[str, Any]:
    """Who the caller is to the market; an anonymous caller has no organisation and no roles."""
    return _me(request.actor)


@me_router.patch("", response={200: MeOut, **answers()})
def rename_me(request: ApiRequest, payload: NameIn) -> dict[str, Any]:
    """Be called otherwise from now on."""
    user = services.rename(actor=request.actor, name=payload.name, at=clock.now())
    return _me(request.actor) | {"name": user.name}


def _me(actor: Actor) -> dict[str, Any]:
    return {
        "name": actor.name,
        "organisation_id": actor.organisation_id,
        "organisation_name": actor.organisation_name,
        "organisation_kind": actor.organisation_kind,
        "is_verified": actor.is_verified,
        "roles": sorted(actor.roles),
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    }


@router.get("", response={200: OrganisationPage, **answers(InvalidCursor)})
def list_organisations(
    request: ApiRequest, kind: OrganisationKind | None = None, cursor: Cursor = "", limit: Limit = 20
) -> CursorPage[Organisation]:
    """Verified organisations, by name; the operator sees the others as well."""
    rows = queries.organisations(actor=request.actor, kind=kind or "")
    return cursor_page(rows, name="organisations", order=("name", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: OrganisationOut, **answers(problems.OrganisationExists, problems.TooManyApplications)})
def create_organisation(request: ApiRequest, response: HttpResponse, payload: OrganisationIn) -> Status[Organisation]:
    """Register an organisation; the operator verifies it."""
    row = services.create_organisation(actor=request.actor, at=clock.now(), **payload.model_dump())
    return Status(201, _tagged(response, row))


@router.get("/{uuid:organisation_id}", response={200: OrganisationOut, **answers()})
def get_organisation(request: ApiRequest, response: HttpResponse, organisation_id: UUID) -> Organisation:
    """One organisation."""
    return _tagged(response, policy.organisations.fetch(actor=request.actor, pk=organisation_id))


@router.post("/{uuid:organisation_id}/verify", response={200: OrganisationOut, **answers(*CHANGING)})
def verify_organisation(request: ApiRequest, response: HttpResponse, organisation_id: UUID) -> Organisation:
    """Let an organisation publish and sign; for the operator."""
    return _change(request, response, services.verify_organisation, organisation_id)


@router.post("/{uuid:organisation_id}/reject", response={200: OrganisationOut, **answers(*CHANGING)})
def reject_organisation(
    request: ApiRequest, response: HttpResponse, organisation_id: UUID, payload: ReasonIn
) -> Organisation:
    """Refuse an application, with a reason that the applicant is told; for the operator."""
    return _change(request, response, services.reject_organisation, organisation_id, reason=payload.reason)


@router.post(
    "/{uuid:organisation_id}/suspend", response={200: OrganisationOut, **answers(*CHANGING, problems.OwnAccount)}
)
def suspend_organisation(
    request: ApiRequest, response: HttpResponse, organisation_id: UUID, payload: ReasonIn
) -> Organisation:
    """Let nobody act for an organisation, in any session or by any key; for the operator."""
    return _change(request, response, services.suspend_organisation, organisation_id, reason=payload.reason)


@router.post("/{uuid:organisation_id}/reinstate", response={200: OrganisationOut, **answers(*CHANGING)})
def reinstate_organisation(request: ApiRequest, response: HttpResponse, organisation_id: UUID) -> Organisation:
    """Lift an organisation's suspension; for the operator."""
    return _change(request, response, services.reinstate_organisation, organisation_id)


def _change(
    request: ApiRequest, response: HttpResponse, service: Any, organisation_id: UUID, **more: str
) -> Organisation:
    row = service(
        actor=request.actor, organisation_id=organisation_id, version=if_match(request), at=clock.now(), **more
    )
    return _tagged(response, row)


def _tagged(response: HttpResponse, row: Organisation) -> Organisation:
    tag(response, row)
    return row


@router.get("/{uuid:organisation_id}/members", response={200: MemberPage, **answers(InvalidCursor)})
def list_members(
    request: ApiRequest, organisation_id: UUID, cursor: Cursor = "", limit: Limit = 20
) -> CursorPage[Membership]:
    """Who acts for the organisation; for its own people and the operator."""
    rows = queries.members(actor=request.actor, organisation_id=organisation_id)
    return cursor_page(rows, name="members", order=("created_at", "id"), cursor=cursor, limit=limit)


@router.post("/members/{uuid:membership_id}/end", response={200: MemberOut, **answers(problems.LastManager)})
def end_membership(request: ApiRequest, membership_id: UUID) -> Membership:
    """End a person's acting for the organisation, at once: a manager ends any membership, a person their own."""
    return services.end_membership(actor=request.actor, membership_id=membership_id, at=clock.now())


@router.post(
    "/{uuid:organisation_id}/invitations",
    response={201: InvitationOut, **answers(problems.AlreadyMember, problems.RolesUnfit, TooManyRequests)},
)
def invite_member(request: ApiRequest, organisation_id: UUID, payload: InvitationIn) -> Status[Invitation]:
    """Ask the owner of an e-mail address to act for the organisation; the answer never tells who has an account.

    The operator proposes the first manager of an organisation that has none.
    """
    invitation = services.invite_member(
        actor=request.actor,
        organisation_id=organisation_id,
        language=get_language() or "",
        at=clock.now(),
        **payload.model_dump(),
    )
    return Status(201, invitation)


@invitations_router.get("", response={200: InvitationPage, **answers(InvalidCursor)})
def list_invitations(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> CursorPage[Invitation]:
    """Invitations to the caller's own addresses and, for a manager, those of the organisation; newest first."""
    rows = policy.invitations.visible_to(request.actor).select_related("organisation")
    return cursor_page(rows, name="invitations", order=("-created_at", "-id"), cursor=cursor, limit=limit)


@invitations_router.post(
    "/{uuid:invitation_id}/accept",
    response={
        201: MemberOut,
        **answers(problems.InvitationClosed, problems.AlreadyMember, problems.OperatorConflict),
    },
)
def accept_invitation(request: ApiRequest, invitation_id: UUID, payload: AcceptIn) -> Status[Membership]:
    """Begin to act for the organisation, under a name of one's own choice."""
    membership = services.accept_invitation(
        actor=request.actor, invitation_id=invitation_id, name=payload.name, at=clock.now()
    )
    return Status(201, membership)


@invitations_router.post(
    "/{uuid:invitation_id}/decline", response={200: InvitationOut, **answers(problems.InvitationClosed)}
)
def decline_invitation(request: ApiRequest, invitation_id: UUID) -> Invitation:
    """Say no to an invitation."""
    return services.decline_invitation(actor=request.actor, invitation_id=invitation_id, at=clock.now())


@invitations_router.post(
    "/{uuid:invitation_id}/withdraw", response={200: InvitationOut, **answers(problems.InvitationClosed)}
)
def withdraw_invitation(request: ApiRequest, invitation_id: UUID) -> Invitation:
    """Take an invitation back."""
    return services.withdraw_invitation(actor=request.actor, invitation_id=invitation_id, at=clock.now())


@people_router.get("", response={200: PersonPage, **answers(InvalidCursor)})
def list_people(
    request: ApiRequest,
    q: Annotated[str, Field(max_length=100, description="Part of a name or an e-mail address")] = "",
    cursor: Cursor = "",
    limit: Limit = 20,
) -> CursorPage[User]:
    """People with an account, by address; for the operator."""
    rows = queries.people(actor=request.actor, text=q)
    return cursor_page(rows, name="people", order=("email", "id"), cursor=cursor, limit=limit)


@people_router.post("/{uuid:user_id}/suspend", response={200: PersonOut, **answers(problems.OwnAccount)})
def suspend_person(request: ApiRequest, user_id: UUID, payload: ReasonIn) -> User:
    """End every session and key of a person, and let them in no more; for the operator."""
    return services.suspend_person(actor=request.actor, user_id=user_id, reason=payload.reason, at=clock.now())


@people_router.post("/{uuid:user_id}/reinstate", response={200: PersonOut, **answers()})
def reinstate_person(request: ApiRequest, user_id: UUID) -> User:
    """Lift a person's suspension; for the operator."""
    return services.reinstate_person(actor=request.actor, user_id=user_id, at=clock.now())


@keys_router.get("", response={200: KeyPage, **answers(InvalidCursor)})
def list_keys(
    request: ApiRequest,
    live: Annotated[bool | None, Field(description="Only keys that work, or only those that do not")] = None,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> CursorPage[ApiKey]:
    """The organisation's keys, newest first."""
    rows = queries.keys(actor=request.actor, live=live, at=clock.now())
    return cursor_page(rows, name="api-keys", order=("-created_at", "-id"), cursor=cursor, limit=limit)


@keys_router.post("", response={201: NewKeyOut, **answers(problems.RolesUnfit, problems.TooManyKeys)})
def issue_key(request: ApiRequest, payload: KeyIn) -> Status[dict[str, Any]]:
    """A new key; its token is told this once, also where the request bears an Idempotency-Key."""
    idempotency.forget(request)
    key, token = services.issue_api_key(actor=request.actor, at=clock.now(), **payload.model_dump())
    return Status(201, KeyOut.from_orm(key).model_dump() | {"token": token})


@keys_router.post("/{uuid:key_id}/revoke", response={200: KeyOut, **answers()})
def revoke_key(request: ApiRequest, key_id: UUID) -> ApiKey:
    """End a key at once."""
    return services.revoke_api_key(actor=request.actor, key_id=key_id, at=clock.now())
