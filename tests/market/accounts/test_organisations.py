"""Organisations: who registers which, by a code that is right and theirs, and what verification opens."""

from functools import partial

import pytest

from market.accounts import rules, services
from market.accounts.actors import actor_for
from market.accounts.models import Membership, Organisation, User
from market.accounts.problems import OrganisationExists
from market.kernel.actor import OrganisationKind
from market.kernel.models import AuditRow
from tests.cast import MONDAY, credit_code
from tests.market.accounts.desk import actions, refusal
from tests.story import ACHIEVEMENT, AchievementData
from tests.together import at_once

FRESH = credit_code(99)
NEWCOMER = {"kind": "enterprise", "name": "新来的企业", "credit_code": FRESH, "region": "360781"}
OFFICIAL = sorted(set(OrganisationKind) - rules.SELF_SERVICE)


@pytest.fixture
def newcomer(cast) -> Organisation:
    return services.create_organisation(actor=cast.stranger, at=MONDAY, **NEWCOMER)


@pytest.mark.parametrize("kind", sorted(rules.SELF_SERVICE))
def test_whoever_registers_an_organisation_manages_it_and_it_waits_for_verification(cast, api, kind):
    client = api.as_(cast.stranger)

    answer = client.send("post", "/organisations", NEWCOMER | {"kind": kind})

    assert (answer.status_code, answer.json()["is_verified"]) == (201, False)
    row = Organisation.objects.get(pk=answer.json()["id"])
    assert Membership.objects.get(organisation=row).roles == ["manager", "clerk"]
    assert client.send("get", "/me").json()["roles"] == ["clerk", "manager"]
    assert actions(row) == ["organisation.created"]


@pytest.mark.parametrize("kind", OFFICIAL)
def test_only_the_operator_registers_an_office(cast, api, kind):
    refused = api.as_(cast.stranger).send("post", "/organisations", NEWCOMER | {"kind": kind})
    assert refusal(refused) == (403, "not_allowed")
    assert Organisation.objects.filter(credit_code=FRESH).exists() is False

    registered = api.as_(cast.operator).send("post", "/organisations", NEWCOMER | {"kind": kind})

    assert registered.status_code == 201
    assert Membership.objects.filter(organisation=registered.json()["id"]).exists() is False


def test_a_passer_by_registers_nothing(cast, api):
    assert refusal(api.send("post", "/organisations", NEWCOMER)) == (401, "not_signed_in")
    assert Organisation.objects.filter(credit_code=FRESH).exists() is False


@pytest.mark.parametrize("code", [FRESH[:-1] + ("0" if FRESH[-1] != "0" else "1"), FRESH[:-1], "I" + FRESH[1:]])
def test_a_wrong_credit_code_is_refused_at_its_field(cast, api, code):
    answer = api.as_(cast.stranger).send("post", "/organisations", NEWCOMER | {"credit_code": code})

    assert refusal(answer) == (422, "invalid_input")
    assert [error["loc"] for error in answer.json()["errors"]] == [["credit_code"]]
    assert Organisation.objects.filter(name="新来的企业").exists() is False
    assert AuditRow.objects.filter(action="organisation.created").exists() is False


def written_otherwise(code: str) -> str:
    return f" {code[:4]} {code[4:].lower()} "


def test_a_credit_code_is_kept_in_one_spelling(cast, api):
    answer = api.as_(cast.stranger).send("post", "/organisations", NEWCOMER | {"credit_code": written_otherwise(FRESH)})

    assert Organisation.objects.get(pk=answer.json()["id"]).credit_code == FRESH


def test_a_credit_code_belongs_to_one_organisation_however_it_is_written(cast, api):
    code = written_otherwise(cast.enterprise.credit_code)

    answer = api.as_(cast.stranger).send("post", "/organisations", NEWCOMER | {"credit_code": code})

    assert refusal(answer) == (409, "organisation_exists")
    assert Membership.objects.filter(user=cast.stranger.user_id).exists() is False


@pytest.mark.parametrize(("serials", "kept"), [((99, 99, 99), 1), ((97, 98, 99), 3)], ids=["one code", "control"])
def test_of_registrations_at_once_one_is_kept_per_code(committed_cast, serials, kept):
    def register(serial):
        facts = NEWCOMER | {"credit_code": credit_code(serial)}
        return services.create_organisation(actor=committed_cast.stranger, at=MONDAY, **facts)

    answers = at_once([partial(register, serial) for serial in serials])

    assert Organisation.objects.filter(name="新来的企业").count() == kept
    assert sum(isinstance(answer, OrganisationExists) for answer in answers) == len(serials) - kept


def test_an_organisation_is_known_to_its_own_the_operator_and_the_auditor_until_it_is_verified(cast, api, newcomer):
    def readers():
        clients = {name: api if name == "nobody" else api.as_(actor) for name, actor in cast.everyone.items()}
        return {
            name
            for name, client in clients.items()
            if client.send("get", f"/organisations/{newcomer.id}").status_code == 200
        }

    assert readers() == {"stranger", "operator", "auditor"}

    services.verify_organisation(actor=cast.operator, organisation_id=newcomer.id, at=MONDAY)

    assert readers() == set(cast.everyone)


def test_the_list_holds_who_is_verified_by_kind(cast, api, newcomer):
    found = api.send("get", "/organisations?kind=enterprise").json()["items"]

    assert {row["name"] for row in found} == {cast.enterprise.name, cast.other_enterprise.name}


def test_only_the_operator_verifies(cast, api, newcomer):
    path = f"/organisations/{newcomer.id}/verify"
    assert refusal(api.as_(cast.stranger).send("post", path, version=1)) == (403, "not_allowed")
    assert refusal(api.as_(cast.other_clerk).send("post", path, version=1)) == (404, "not_found")
    newcomer.refresh_from_db()
    assert newcomer.is_verified is False

    answer = api.as_(cast.operator).send("post", path, version=1)

    assert (answer.status_code, answer.json()["is_verified"], answer.json()["version"]) == (200, True, 2)


def test_an_application_that_changed_since_it_was_read_is_not_verified(cast, api, newcomer):
    """The operator's page was open while the application was rejected and handed in again under another name."""
    services.reject_organisation(actor=cast.operator, organisation_id=newcomer.id, reason="材料不全", at=MONDAY)
    services.resubmit_organisation(
        actor=actor_for(User.objects.get(pk=cast.stranger.user_id)),
        organisation_id=newcomer.id,
        name="另一个名称",
        credit_code=newcomer.credit_code,
        region=newcomer.region,
        at=MONDAY,
    )
    operator = api.as_(cast.operator)

    answer = operator.send("post", f"/organisations/{newcomer.id}/verify", version=1)
    page = operator.post("/organisation/verification", {"organisation": newcomer.id, "version": 1}, follow=True)

    assert refusal(answer) == (412, "stale_version")
    assert "更新，请刷新后重试" in page.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.is_verified is False


def test_verifying_again_changes_nothing(cast, newcomer):
    first = services.verify_organisation(actor=cast.operator, organisation_id=newcomer.id, at=MONDAY)
    again = services.verify_organisation(actor=cast.operator, organisation_id=newcomer.id, at=MONDAY.replace(year=2027))

    assert (again.verified_at, again.version) == (MONDAY, first.version)
    assert actions(newcomer) == ["organisation.created", "organisation.verified"]


def test_an_organisation_publishes_once_it_is_verified(cast, api, newcomer):
    client = api.as_(cast.stranger)
    body = AchievementData(**ACHIEVEMENT).model_dump(mode="json", exclude_unset=True)
    listing = client.send("post", "/achievements", body).json()
    path = f"/achievements/{listing['id']}/publish"
    assert refusal(client.send("post", path, version=1)) == (409, "organisation_not_verified")

    services.verify_organisation(actor=cast.operator, organisation_id=newcomer.id, at=MONDAY)

    assert client.send("post", path, version=1).json()["state"] == "published"


def test_the_page_says_beside_the_field_what_is_wrong_with_a_code(cast, api):
    client = api.as_(cast.stranger)

    refused = client.post("/organisation/join", NEWCOMER | {"credit_code": FRESH[:-1]})
    assert refused.context["form"].errors.keys() == {"credit_code"}
    assert Organisation.objects.filter(name="新来的企业").exists() is False

    joined = client.post("/organisation/join", NEWCOMER, follow=True)
    assert joined.redirect_chain == [("/organisation/", 302)]
    assert "新来的企业" in joined.content.decode()


def test_the_operators_page_lists_whom_to_verify_and_verifies(cast, api, newcomer):
    client = api.as_(cast.operator)
    assert "新来的企业" in client.get("/organisation/verification").content.decode()

    client.post("/organisation/verification", {"organisation": newcomer.id})

    assert "新来的企业" not in client.get("/organisation/verification").content.decode()
    newcomer.refresh_from_db()
    assert newcomer.is_verified is True
