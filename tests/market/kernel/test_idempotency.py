"""The same request twice has one effect and one answer; the key is its sender's own."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import pre_save

from listings.catalog.models import Achievement
from market.accounts.models import Membership
from market.kernel.models import AuditRow, IdempotencyKey, OutboxEvent
from tests.cast import credit_code
from tests.market.accounts.desk import issue, machine, refusal
from tests.together import at_once_up_to

BODY = {"title": "铜合金接触线工艺"}
FORM = {"disclosure": "public", "patents-TOTAL_FORMS": "0", "patents-INITIAL_FORMS": "0"}
AT_ONCE = 4


def create(client, key="", body=BODY):
    return client.send("post", "/achievements", body, key=key)


def effects() -> tuple[int, int, int]:
    created = AuditRow.objects.filter(action="achievement.created")
    return Achievement.objects.count(), created.count(), OutboxEvent.objects.count()


def test_a_repeat_gets_the_first_answer_and_has_no_effect(cast, api):
    client = api.as_(cast.university_clerk)
    first = create(client, "k-1")
    before = effects()

    second = create(client, "k-1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert [second.get(name) for name in ("Content-Type", "ETag", "Location")] == [
        first.get(name) for name in ("Content-Type", "ETag", "Location")
    ]
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert effects() == before
    assert before[:2] == (1, 1)


@pytest.mark.parametrize("keys", [("", ""), ("k-1", "k-2")], ids=["without", "two keys"])
def test_control_without_the_same_key_there_are_two_effects(cast, api, keys):
    client = api.as_(cast.university_clerk)

    ids = {create(client, key).json()["id"] for key in keys}

    assert len(ids) == 2
    assert effects()[:2] == (2, 2)


def test_an_empty_key_is_no_key(cast, api):
    client = api.as_(cast.university_clerk)

    for title in ("甲成果", "乙成果"):
        answer = client.post(
            "/api/v1/achievements", {"title": title}, "application/json", headers={"Idempotency-Key": ""}
        )
        assert answer.status_code == 201, answer.content

    assert effects()[:2] == (2, 2)


def test_the_same_key_with_another_body_is_refused(cast, api):
    client = api.as_(cast.university_clerk)
    create(client, "k-1")

    answer = create(client, "k-1", {"title": "别的成果"})

    assert refusal(answer) == (422, "idempotency_key_reused")
    assert Achievement.objects.get().title == BODY["title"]
    assert create(client, "k-1").status_code == 201


def test_a_key_belongs_to_one_route(cast, api):
    client = api.as_(cast.university_clerk)
    create(client, "k-1")

    answer = client.send("post", "/demands", {"title": "一项需求", "difficulties": "强度不足"}, key="k-1")

    assert answer.status_code == 201, answer.content
    assert "Idempotent-Replayed" not in answer


def test_another_person_with_the_same_key_is_not_touched(cast, api):
    mine = create(api.as_(cast.university_clerk), "k-1")

    others = create(api.as_(cast.enterprise_clerk), "k-1", {"title": "别的成果"})

    assert others.status_code == 201
    assert others.json()["id"] != mine.json()["id"]
    assert effects()[:2] == (2, 2)


def test_a_key_belongs_to_the_organisation_acted_for(cast, api):
    """The same person for another organisation asks for something else."""
    Membership.objects.create(user_id=cast.university_clerk.user_id, organisation=cast.enterprise, roles=["clerk"])
    client = api.as_(cast.university_clerk)
    create(client, "k-1")

    client.post("/organisation/act-for", {"organisation": cast.enterprise.id})
    create(client, "k-1")

    assert {row.owner_id for row in Achievement.objects.all()} == {cast.university.id, cast.enterprise.id}


def test_a_machine_may_repeat_itself(cast):
    _row, token = issue(cast.university_clerk, scopes=["achievements:read", "achievements:write"])

    answers = [create(machine(token), "k-1") for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert effects()[:2] == (1, 1)


def test_a_refused_request_does_not_use_up_its_key(cast, api):
    client = api.as_(cast.university_clerk)
    assert create(client, "k-1", {"title": ""}).status_code == 422
    assert IdempotencyKey.objects.exists() is False

    assert create(client, "k-1").status_code == 201


def test_a_request_refused_by_the_state_may_be_sent_again_when_it_fits(cast, api):
    """The body is the same; only the world has changed in between."""
    client = api.as_(cast.stranger)
    facts = {"kind": "enterprise", "name": "新来的企业", "credit_code": credit_code(99), "region": "360781"}
    assert client.send("post", "/organisations", facts, key="k-0").status_code == 201
    complete = create(client, body=BODY | {"summary": "连续铸造，强度与导电率兼顾。"})
    path = f"/achievements/{complete.json()['id']}/publish"
    assert refusal(client.send("post", path, version=1, key="k-1")) == (409, "organisation_not_verified")
    organisation_id = client.send("get", "/me").json()["organisation_id"]
    api.as_(cast.operator).send("post", f"/organisations/{organisation_id}/verify", version=1)

    assert client.send("post", path, version=1, key="k-1").json()["state"] == "published"


@pytest.fixture
def broken_store():
    """A fault of ours at the worst moment: the effect is there, and its answer cannot be kept."""

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    pre_save.connect(fail, sender=IdempotencyKey)
    yield
    pre_save.disconnect(fail, sender=IdempotencyKey)


def test_a_request_that_breaks_leaves_no_effect(cast, api, broken_store):
    with pytest.raises(ZeroDivisionError):
        create(api.as_(cast.university_clerk), "k-1")

    assert effects()[:2] == (0, 0)


def test_an_anonymous_key_is_not_kept(cast, api):
    assert refusal(create(api, "k-1")) == (401, "not_signed_in")
    assert IdempotencyKey.objects.exists() is False


@pytest.mark.parametrize(("fields", "rows"), [({"idempotency_key": "f-1"}, 1), ({}, 2)], ids=["key", "control"])
def test_a_form_sent_twice_has_one_effect_where_it_carries_a_key(cast, api, fields, rows):
    client = api.as_(cast.university_clerk)

    answers = [client.post("/achievements/new", BODY | FORM | fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer["Location"] for answer in answers}) == rows
    assert Achievement.objects.count() == rows


def test_an_upload_is_compared_by_its_bytes(cast, api):
    client = api.as_(cast.university_clerk)

    def send(content: bytes):
        upload = SimpleUploadedFile("成果.jsonl", content)
        return client.post("/api/v1/achievements/import", {"file": upload}, headers={"Idempotency-Key": "u-1"})

    line = '{"title": "一项成果"}'.encode()
    first, second, other = send(line), send(line), send(line.replace("一".encode(), "二".encode()))

    assert first.status_code < 300, first.content
    assert second.content == first.content
    assert refusal(other) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(("key", "rows"), [("k-1", 1), ("", AT_ONCE)], ids=["one key", "control: none"])
def test_requests_at_once_have_one_effect_per_key_and_the_others_are_told_to_wait(committed_cast, key, rows):
    _row, token = issue(committed_cast.university_clerk, scopes=["achievements:read", "achievements:write"])

    answers = at_once_up_to("kernel_auditrow", [partial(create, machine(token), key) for _ in range(AT_ONCE)])

    assert effects()[:2] == (rows, rows)
    assert [answer.status_code for answer in answers].count(201) == rows
    refused = [refusal(answer) for answer in answers if answer.status_code != 201]
    assert refused == [(409, "request_in_flight")] * (AT_ONCE - rows)
    assert create(machine(token), key).get("Idempotent-Replayed") == ("true" if key else None)


def test_a_form_that_was_changed_is_another_request(cast, api):
    """Someone went back, wrote something else and sent it: no repeat, and no refusal either."""
    client = api.as_(cast.university_clerk)
    for title in ("第一稿", "第二稿"):
        client.post("/achievements/new", BODY | FORM | {"title": title, "idempotency_key": "f-1"})

    assert Achievement.objects.count() == 2


def test_an_answer_that_tells_a_secret_is_not_kept(cast, api):
    body = {"name": "导入", "roles": ["clerk"], "scopes": ["achievements:read"]}

    answer = api.as_(cast.university_clerk).send("post", "/api-keys", body, key="k-1")

    assert answer.status_code == 201, answer.content
    assert not IdempotencyKey.objects.exists()


def test_every_form_that_makes_something_bears_a_key(cast, api):
    page = api.as_(cast.university_clerk).get("/achievements/new").content.decode()

    assert page.count('name="idempotency_key"') == 1


def test_no_stored_answer_is_told_without_the_forms_token(cast, api):
    client = api.as_(cast.university_clerk)
    assert create(client, "k-csrf").status_code == 201

    strict = type(client)(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = create(strict, "k-csrf")

    assert (answer.status_code, answer.get("Idempotent-Replayed")) == (403, None)
    assert create(client, "k-csrf").get("Idempotent-Replayed") == "true"
