"""Asking somebody to act for an organisation: the letter, one answer for known and unknown, and who may accept."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from market.accounts import letters, rules, services
from market.accounts.actors import actor_for
from market.accounts.models import Invitation, Membership, User
from market.accounts.problems import InvitationClosed
from market.kernel import clock
from market.notices.models import Notice
from tests.cast import MONDAY, Cast
from tests.market.accounts.desk import actions, own_address, refusal
from tests.market.accounts.test_sign_in import PASSWORD, visitor
from tests.running import run_workers

ANSWER = "/organisation/invitation"
UNKNOWN = "colleague@example.com"


def path(cast: Cast) -> str:
    return f"/organisations/{cast.university.id}/invitations"


def invite(cast: Cast, email: str = UNKNOWN, roles=("clerk",), at=None) -> Invitation:
    return services.invite_member(
        actor=cast.university_clerk,
        organisation_id=cast.university.id,
        email=email,
        roles=list(roles),
        at=at or clock.now(),
    )


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(cast, api):
    """Neither an id of a person, nor a name, nor a membership comes back, and no account is made."""
    client = api.as_(cast.university_clerk)
    known = own_address(cast.leader)

    answers = [client.send("post", path(cast), {"email": email, "roles": ["clerk"]}) for email in (known, UNKNOWN)]

    assert [answer.status_code for answer in answers] == [201, 201]
    own = {"id", "email", "created_at", "expires_at"}
    told = [{name: value for name, value in answer.json().items() if name not in own} for answer in answers]
    assert told[0] == told[1]
    assert User.objects.filter(email=UNKNOWN).exists() is False
    assert Membership.objects.filter(user=cast.leader.user_id).count() == 1
    page = client.get("/organisation/").content.decode()
    assert known in page
    assert "leader</th>" not in page


def test_the_page_tells_a_known_and_an_unknown_address_the_same(cast, api):
    client = api.as_(cast.university_clerk)

    told = [
        [
            str(message)
            for message in client.post(
                "/organisation/invitations", {"email": email, "roles": ["clerk"]}, follow=True
            ).context["messages"]
        ]
        for email in (own_address(cast.leader), UNKNOWN)
    ]

    assert told == [["邀请信已寄出，对方接受后成为成员"]] * 2


def test_the_letter_names_market_and_organisation_in_plain_words_and_leads_to_the_portal(cast, settings):
    settings.PUBLIC_URL = "https://market.example"
    invite(cast)

    run_workers()

    letter = mail.outbox[-1]
    assert (letter.to, letter.subject) == ([UNKNOWN], f"示例大学邀请您加入{settings.MARKET_NAME}")
    assert "“示例大学”的管理员邀请您" in letter.body
    assert "https://market.example/organisation/invited/" in letter.body


def test_the_letter_comes_in_the_language_of_who_asks(cast, api):
    api.as_(cast.university_clerk).post(
        f"/api/v1{path(cast)}",
        {"email": UNKNOWN, "roles": ["clerk"]},
        content_type="application/json",
        headers={"Accept-Language": "en"},
    )

    run_workers()

    assert "invites you" in mail.outbox[-1].subject
    assert not re.search("[\u4e00-\u9fff]{6}", mail.outbox[-1].body.replace("瑞金科技大市场", ""))


def test_an_unverified_organisation_says_so_in_its_letter(cast):
    cast.university.verified_at = None
    cast.university.save()
    invite(cast)

    run_workers()

    assert "该单位尚未通过运营方核验" in mail.outbox[-1].body


def link() -> str:
    found = re.search(r"/organisation/invited/\S+", str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def test_a_newcomer_signs_up_by_the_letter_alone_and_chooses_their_own_name(cast):
    """Two forms and no second letter: who has the link has shown that the address is theirs."""
    email = f"{uuid4().hex}@example.com"
    invite(cast, email)
    run_workers()
    client, letter = visitor(), link()
    page = client.get(letter, follow=True)
    assert ("示例大学" in page.content.decode(), page.redirect_chain) == (True, [(ANSWER, 302)])

    account = {"name": "新人", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    signed_up = client.post("/accounts/signup/", account | {"next": ANSWER})
    assert (signed_up["Location"], len(mail.outbox)) == (ANSWER, 1)
    client.post(ANSWER, {"answer": "accept", "name": "我自己取的名字"})

    me = client.send("get", "/me").json()
    assert (me["organisation_name"], me["roles"], me["name"]) == ("示例大学", ["clerk"], "我自己取的名字")


def test_a_person_with_an_account_accepts_and_the_managers_are_told(cast, api):
    invitation = invite(cast, own_address(cast.stranger))
    client = api.as_(cast.stranger)
    assert letters.path_of(invitation) in client.get("/organisation/join").content.decode()

    answer = client.send("post", f"/invitations/{invitation.id}/accept", {})
    run_workers()

    assert (answer.status_code, answer.json()["roles"]) == (201, ["clerk"])
    assert User.objects.get(pk=cast.stranger.user_id).name == "stranger"
    assert actions(invitation) == ["invitation.sent", "invitation.accepted"]
    assert Notice.objects.filter(user=cast.university_clerk.user_id, title="stranger已加入示例大学").exists()


def test_nobody_acts_before_accepting(cast, api):
    invite(cast, own_address(cast.stranger))
    run_workers()

    client = api.as_(cast.stranger)

    assert client.send("get", "/me").json()["organisation_id"] is None


@pytest.mark.parametrize("verified", [True, False], ids=["control: shown to be theirs", "only claimed"])
def test_only_who_has_shown_the_address_to_be_theirs_can_answer(cast, api, verified):
    invitation = invite(cast, "someone@example.com")
    EmailAddress.objects.create(user_id=cast.stranger.user_id, email="someone@example.com", verified=verified)
    client = api.as_(cast.stranger)

    answer = client.send("post", f"/invitations/{invitation.id}/accept", {})

    assert answer.status_code == (201 if verified else 404)
    assert Membership.objects.filter(user=cast.stranger.user_id).exists() is verified


def test_the_link_in_other_hands_opens_no_membership(cast, api):
    own_address(cast.other_clerk)
    invitation = invite(cast)
    client = api.as_(cast.other_clerk)

    page = client.get(letters.path_of(invitation), follow=True)
    client.post(ANSWER, {"answer": "accept", "name": "别人"})

    assert "您登录的账户没有验证过受邀邮箱" in page.content.decode()
    assert Membership.objects.filter(organisation=cast.university, ended_at=None).count() == 2


@pytest.mark.parametrize("end", ["accept", "decline", "withdraw", "expire", "invite again", "inviter leaves"])
def test_a_link_works_once_and_for_a_time(cast, api, end):
    at = clock.now() - timedelta(days=rules.INVITATION_DAYS, seconds=1) if end == "expire" else clock.now()
    invitation = invite(cast, own_address(cast.stranger), at=at)
    common = {"invitation_id": invitation.id, "at": at}
    if end == "accept":
        services.accept_invitation(actor=cast.stranger, **common)
    elif end == "decline":
        services.decline_invitation(actor=cast.stranger, **common)
    elif end == "withdraw":
        services.withdraw_invitation(actor=cast.university_clerk, **common)
    elif end == "invite again":
        invite(cast, own_address(cast.stranger))
    elif end == "inviter leaves":
        row = Membership.objects.get(user=cast.university_clerk.user_id)
        Membership.objects.filter(user=cast.university_finance.user_id).update(roles=["manager"])
        services.end_membership(actor=cast.university_clerk, membership_id=row.id, at=at)
    before = Membership.objects.filter(user=cast.stranger.user_id).count()

    with pytest.raises(InvitationClosed):
        services.accept_invitation(actor=cast.stranger, invitation_id=invitation.id, at=clock.now())

    assert api.as_(cast.stranger).get(letters.path_of(invitation), follow=True).status_code == 409
    assert Membership.objects.filter(user=cast.stranger.user_id).count() == before


def test_a_made_up_link_leads_nowhere(cast, api):
    assert api.get("/organisation/invited/xyz").status_code == 404


def test_the_one_who_asks_sees_what_is_open_and_takes_it_back(cast, api):
    client = api.as_(cast.university_clerk)
    invitation = invite(cast)
    assert UNKNOWN in client.get("/organisation/").content.decode()
    assert [row["email"] for row in client.send("get", "/invitations").json()["items"]] == [UNKNOWN]

    client.post(f"/organisation/invitations/{invitation.id}/withdraw")

    assert client.send("get", "/invitations").json()["items"][0]["state"] == "withdrawn"
    assert UNKNOWN not in client.get("/organisation/").content.decode()


def test_an_invitation_is_seen_by_its_two_sides_only(cast, api):
    invitation = invite(cast, own_address(cast.stranger))

    seen = {
        name
        for name, actor in cast.everyone.items()
        if (api if name == "nobody" else api.as_(actor)).send("get", "/invitations").json()["items"]
    }

    assert seen == {"university_clerk", "stranger"}
    assert refusal(api.as_(cast.enterprise_clerk).send("post", f"/invitations/{invitation.id}/withdraw")) == (
        404,
        "not_found",
    )


def test_a_member_is_not_asked_again(cast, api):
    body = {"email": "University-Finance@example.com", "roles": ["clerk"]}

    assert refusal(api.as_(cast.university_clerk).send("post", path(cast), body)) == (409, "already_member")


def test_a_role_of_another_kind_of_organisation_is_refused(cast, api):
    body = {"email": UNKNOWN, "roles": ["clerk", "registrar"]}

    assert refusal(api.as_(cast.university_clerk).send("post", path(cast), body)) == (422, "roles_unfit")
    assert Invitation.objects.exists() is False


@pytest.mark.parametrize("name", ["university_finance", "enterprise_clerk", "operator", "auditor", "stranger"])
def test_nobody_but_a_manager_of_the_organisation_asks_people(cast, api, name):
    body = {"email": UNKNOWN, "roles": ["clerk"]}

    assert refusal(api.as_(getattr(cast, name)).send("post", path(cast), body)) == (403, "not_allowed")
    assert Invitation.objects.exists() is False


def test_the_letters_of_a_day_are_limited_by_organisation_and_by_address(cast, api):
    cast.university.verified_at = None
    cast.university.save()
    client = api.as_(cast.university_clerk)
    sent = [
        client.send("post", path(cast), {"email": f"a{number}@example.com", "roles": ["clerk"]}).status_code
        for number in range(rules.INVITATIONS_A_DAY_UNVERIFIED + 1)
    ]
    assert sent == [201] * rules.INVITATIONS_A_DAY_UNVERIFIED + [429]

    enterprise = {"actor": cast.enterprise_clerk, "organisation_id": cast.enterprise.id, "roles": ["clerk"]}
    for _ in range(rules.LETTERS_A_DAY_TO_ONE_ADDRESS):
        services.invite_member(email="b@example.com", at=clock.now(), **enterprise)
    answer = api.as_(cast.other_clerk).send(
        "post", f"/organisations/{cast.other_enterprise.id}/invitations", {"email": "b@example.com", "roles": ["clerk"]}
    )
    assert refusal(answer) == (429, "too_many_requests")


def test_the_day_after_letters_go_out_again(cast):
    for _ in range(rules.LETTERS_A_DAY_TO_ONE_ADDRESS):
        invite(cast, at=MONDAY)

    assert invite(cast, at=MONDAY + timedelta(days=1)).state(MONDAY + timedelta(days=1)) == "open"


def test_whom_one_is_told_of_is_named_by_the_account_and_not_by_who_asked(cast):
    """The one who asks types an address and no name, so that nobody is called what another chose."""
    email = own_address(cast.stranger)
    invitation = invite(cast, email)

    services.accept_invitation(actor=cast.stranger, invitation_id=invitation.id, at=clock.now())

    assert actor_for(User.objects.get(email=email)).name == "stranger"


def test_a_second_letter_says_that_the_first_is_void_and_so_does_the_first_link(cast, api):
    manager = api.as_(cast.university_clerk)
    typed = {"email": UNKNOWN, "roles": ["clerk"]}
    manager.post("/organisation/invitations", typed)
    run_workers()
    first, first_link = str(mail.outbox[-1].body), link()

    again = manager.post("/organisation/invitations", typed, follow=True)
    run_workers()

    assert [str(message) for message in again.context["messages"]][-1].startswith("邀请信已重新寄出")
    assert ("此前寄给您" in first, "此前寄给您" in str(mail.outbox[-1].body)) == (False, True)
    assert "请打开最近一封信中的链接" in visitor().get(first_link, follow=True).content.decode()
    assert visitor().get(link(), follow=True).status_code == 200
