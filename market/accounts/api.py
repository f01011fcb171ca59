"""`/api/v1/me`, `/api/v1/organisations`, `/api/v1/api-keys`."""

from typing import Any
from uuid import UUID

from ninja import Router, Status

from market.accounts import policy, problems, queries, services
from market.accounts.models import ApiKey, Membership, Organisation
from market.accounts.schemas import (
    KeyIn,
    KeyOut,
    MemberIn,
    MemberOut,
    MeOut,
    NewKeyOut,
    OrganisationIn,
    OrganisationOut,
    OrganisationPage,
)
from market.kernel import clock, idempotency
from market.kernel.actor import OrganisationKind
from market.kernel.api import ApiRequest, Cursor, Limit
from market.kernel.api import problems as answers
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page

me_router = Router(tags=["accounts"])
router = Router(tags=["accounts"])
keys_router = Router(tags=["accounts"])


@me_router.get("", response={200: MeOut, **answers()})
def me(request: ApiRequest) -> dict[str, Any]:
    """Who the caller is to the market; an anonymous caller has no organisation and no roles."""
    actor = request.actor
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


@router.post("", response={201: OrganisationOut, **answers(problems.OrganisationExists)})
def create_organisation(request: ApiRequest, payload: OrganisationIn) -> Status[Organisation]:
    """Register an organisation; the operator verifies it."""
    return Status(201, services.create_organisation(actor=request.actor, at=clock.now(), **payload.model_dump()))


@router.get("/{uuid:organisation_id}", response={200: OrganisationOut, **answers()})
def get_organisation(request: ApiRequest, organisation_id: UUID) -> Organisation:
    """One organisation."""
    return policy.organisations.fetch(actor=request.actor, pk=organisation_id)


@router.post("/{uuid:organisation_id}/verify", response={200: OrganisationOut, **answers()})
def verify_organisation(request: ApiRequest, organisation_id: UUID) -> Organisation:
    """Let an organisation publish and sign; for the operator."""
    return services.verify_organisation(actor=request.actor, organisation_id=organisation_id, at=clock.now())


@router.post(
    "/{uuid:organisation_id}/members",
    response={201: MemberOut, **answers(problems.AlreadyMember, problems.RolesUnfit)},
)
def add_member(request: ApiRequest, organisation_id: UUID, payload: MemberIn) -> Status[Membership]:
    """Let a person act for the organisation."""
    return Status(
        201,
        services.add_member(
            actor=request.actor, organisation_id=organisation_id, at=clock.now(), **payload.model_dump()
        ),
    )


@router.post("/members/{uuid:membership_id}/end", response={200: MemberOut, **answers(problems.LastManager)})
def end_membership(request: ApiRequest, membership_id: UUID) -> Membership:
    """End a person's acting for the organisation, at once."""
    return services.end_membership(actor=request.actor, membership_id=membership_id, at=clock.now())


@keys_router.get("", response={200: list[KeyOut], **answers()})
def list_keys(request: ApiRequest) -> list[ApiKey]:
    """The organisation's keys, newest first, at most a hundred."""
    return list(policy.api_keys.visible_to(request.actor).order_by("-created_at", "-id")[:100])


@keys_router.post("", response={201: NewKeyOut, **answers(problems.RolesUnfit)})
def issue_key(request: ApiRequest, payload: KeyIn) -> Status[dict[str, Any]]:
    """A new key; its token is told this once, also where the request bears an Idempotency-Key."""
    idempotency.forget(request)
    key, token = services.issue_api_key(actor=request.actor, at=clock.now(), **payload.model_dump())
    return Status(201, KeyOut.from_orm(key).model_dump() | {"token": token})


@keys_router.post("/{uuid:key_id}/revoke", response={200: KeyOut, **answers()})
def revoke_key(request: ApiRequest, key_id: UUID) -> ApiKey:
    """End a key at once."""
    return services.revoke_api_key(actor=request.actor, key_id=key_id, at=clock.now())
