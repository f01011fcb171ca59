"""The operator puts nobody into an organisation: a first manager is proposed, accepts, and all concerned are told."""

import pytest

from market.accounts import services
from market.accounts.models import Invitation, Membership
from market.accounts.problems import InvitationClosed
from market.kernel import clock
from market.kernel.actor import Role
from market.notices.models import Notice
from tests.cast import Cast, member, own_address
from tests.market.accounts.desk import refusal
from tests.running import run_workers


def propose(cast: Cast, email: str, organisation=None) -> Invitation:
    return services.invite_member(
        actor=cast.operator,
        organisation_id=(organisation or cast.registry).id,
        email=email,
        roles=["manager"],
        at=clock.now(),
    )


def titles(actor) -> list[str]:
    return list(Notice.objects.filter(user=actor.user_id).order_by("created_at").values_list("title", flat=True))


def test_the_operator_proposes_a_first_manager_who_accepts(cast, api):
    client = api.as_(cast.operator)
    page = client.get("/organisation/directory", {"q": "登记站"}).content.decode()
    assert f"/organisation/{cast.registry.id}/propose" in page

    client.post(f"/organisation/{cast.registry.id}/propose", {"email": own_address(cast.stranger)})
    invitation = Invitation.objects.get()
    services.accept_invitation(actor=cast.stranger, invitation_id=invitation.id, at=clock.now())
    run_workers()

    assert Membership.objects.get(user=cast.stranger.user_id).roles == ["manager"]
    for told in (cast.registrar, cast.approver, cast.operator):
        assert "运营方推荐了示例技术合同登记站的首位管理员" in titles(told)
    assert "stranger已加入示例技术合同登记站" in titles(cast.registrar)


@pytest.mark.parametrize("roles", [["registrar"], ["manager", "registrar"], ["high_value_approver"], ["finance"]])
def test_the_operator_proposes_no_other_role(cast, api, roles):
    body = {"email": own_address(cast.stranger), "roles": roles}

    answer = api.as_(cast.operator).send("post", f"/organisations/{cast.registry.id}/invitations", body)

    assert refusal(answer) == (422, "roles_unfit")


def test_where_there_is_a_manager_the_operator_proposes_nobody(cast, api):
    for organisation in (cast.university, cast.enterprise):
        answer = api.as_(cast.operator).send(
            "post", f"/organisations/{organisation.id}/invitations", {"email": "x@example.com", "roles": ["manager"]}
        )
        assert refusal(answer) == (403, "not_allowed")


def test_the_operators_own_people_do_not_become_its_managers(cast, api):
    """Neither the one who proposes nor a colleague: the city's figure is not theirs to amend."""
    colleague = member(cast.operator_organisation, "colleague", Role.MANAGER)
    for actor in (cast.operator, colleague):
        invitation = propose(cast, own_address(actor))

        answer = api.as_(actor).send("post", f"/invitations/{invitation.id}/accept", {})

        assert refusal(answer) == (409, "operator_conflict")
    assert Membership.objects.filter(organisation=cast.registry).count() == 2


def test_of_two_proposed_managers_the_first_to_accept_is_the_one(cast):
    first, second = propose(cast, own_address(cast.stranger)), propose(cast, own_address(cast.leader))
    services.accept_invitation(actor=cast.stranger, invitation_id=first.id, at=clock.now())

    with pytest.raises(InvitationClosed):
        services.accept_invitation(actor=cast.leader, invitation_id=second.id, at=clock.now())


def test_a_manager_who_takes_in_a_registrar_is_seen_to_do_so(cast):
    manager = member(cast.registry, "chief", Role.MANAGER)
    deputy = member(cast.registry, "deputy", Role.MANAGER)
    invitation = services.invite_member(
        actor=manager,
        organisation_id=cast.registry.id,
        email=own_address(cast.stranger),
        roles=["registrar"],
        at=clock.now(),
    )
    services.accept_invitation(actor=cast.stranger, invitation_id=invitation.id, at=clock.now())

    run_workers()

    assert "stranger已加入示例技术合同登记站" in titles(deputy)
