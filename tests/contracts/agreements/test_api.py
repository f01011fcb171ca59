"""Contracts over HTTP: versions, unknown fields, hidden rows, and what the wire shows."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from market.kernel import audit
from tests import story
from tests.cast import MONDAY
from tests.contracts.standing import nothing_moves

BODY = story.CONTRACT | {
    name: str(story.CONTRACT[name]) for name in ("contract_amount", "technology_amount", "valid_from", "valid_until")
}


def path(contract, verb=""):
    return f"/contracts/{contract.id}" + (f"/{verb}" if verb else "")


def test_a_draft_is_made_over_the_wire_and_found_where_the_answer_says(agreed, cast, api):
    client = api.as_(cast.broker)

    made = client.send("post", "/contracts", BODY | {"deal_id": str(agreed.deal.id)}, key="draft-1")

    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    body = made.json()
    assert made.headers["Location"] == f"/api/v1/contracts/{body['id']}"
    assert (body["contract_amount"], body["technology_amount"], body["currency"]) == ("1000000.00", "780000.00", "CNY")
    assert (body["state"], body["version"], body["allowed"]) == ("drafting", 1, ["update", "finalise", "withdraw"])
    assert body["deductions"] == [
        {"kind": "equipment", "description": "专用设备", "amount": "300000.00", "carrier_amount": "80000.00"}
    ]
    assert [(part["position"], part["amount"]) for part in body["instalments"]] == [(1, "400000.00"), (2, "600000.00")]
    assert client.send("get", f"/contracts/{body['id']}").json() == body


def test_a_change_of_a_version_that_is_past_is_412_and_names_the_present_one(drafted, cast, api):
    client = api.as_(cast.broker)
    assert client.send("put", path(drafted), BODY | {"title": "改后的标题"}, version=1).status_code == 200

    with nothing_moves():
        answer = client.send("put", path(drafted), BODY | {"title": "又一标题"}, version=1)
        to_the_other_side = api.as_(cast.enterprise_clerk).send("put", path(drafted), BODY, version=1).json()

    assert answer.status_code == 412
    assert (answer.json()["code"], answer.json()["current_version"]) == ("stale_version", 2)
    assert answer.json()["detail"].startswith("您已于")
    assert to_the_other_side["detail"].startswith("内容已于")
    assert to_the_other_side["changed_at"]


VERBS = ("finalise", "reopen", "sign", "complete", "terminate", "withdraw")


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_a_change_without_the_version_that_was_read_is_428(drafted, cast, api, verb):
    client = api.as_(cast.university_clerk)
    scan = SimpleUploadedFile("scan.pdf", story.SCAN)

    with nothing_moves():
        if verb == "sign":
            answer = client.post(f"/api/v1{path(drafted, verb)}", {"scan": scan, "signed_on": "2026-03-02"})
        else:
            reason = {"reason": "协商解除"}
            body = {"": BODY, "terminate": reason, "withdraw": reason}.get(verb)
            answer = client.send("post" if verb else "put", path(drafted, verb), body)

    assert (answer.status_code, answer.json()["code"]) == (428, "version_missing")


@pytest.mark.parametrize("field", ["state", "seller_id", "no", "version", "signed_on", "is_license_mode_defaulted"])
def test_a_field_that_drafters_do_not_set_is_refused_and_not_ignored(drafted, cast, api, field):
    with nothing_moves():
        answer = api.as_(cast.broker).send("put", path(drafted), BODY | {field: "effective"}, version=1)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert [error["loc"][-1] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"contract_amount": "1e3000"}, "contract_amount"),
        ({"contract_amount": "1000000.001"}, "contract_amount"),
        ({"title": "x" * 201}, "title"),
        ({"instalments": [{"amount": "1.00"}] * 61}, "instalments"),
        ({"deductions": [{"kind": "bribe", "description": "x", "amount": "1.00"}]}, "kind"),
        ({"contract_type": "barter"}, "contract_type"),
    ],
)
def test_every_input_has_its_limit(drafted, cast, api, changes, loc):
    with nothing_moves():
        answer = api.as_(cast.broker).send("put", path(drafted), BODY | changes, version=1)

    assert answer.status_code == 422
    assert loc in answer.json()["errors"][0]["loc"]


@pytest.mark.parametrize("name", ["other_clerk", "registrar", "approver", "leader", "stranger", "nobody"])
def test_a_hidden_contract_answers_as_one_that_does_not_exist(final, cast, api, name):
    actor = getattr(cast, name)
    client = api if name == "nobody" else api.as_(actor)

    for verb in ("", "document"):
        hidden = client.send("get", path(final, verb))
        absent = client.send("get", f"/contracts/{uuid4()}" + (f"/{verb}" if verb else ""))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["code"] == absent.json()["code"] == "not_found"
    assert client.send("get", "/contracts").json() == {"items": [], "next": None}


def test_who_does_not_see_a_contract_cannot_tell_it_from_none_by_changing_it(final, cast, api):
    client = api.as_(cast.other_clerk)

    for verb in ("finalise", "reopen", "complete"):
        with nothing_moves():
            answer = client.send("post", path(final, verb), version=2)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), verb


def test_both_parties_and_their_broker_read_the_drawn_text(final, cast, api):
    for actor in (cast.university_clerk, cast.enterprise_finance, cast.broker, cast.auditor, cast.operator):
        answer = api.as_(actor).send("get", path(final, "document"))

        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_seals_are_shown_with_their_hashes_once_both_parties_sealed(final, cast, api):
    version = final.version
    for actor, sealed in ((cast.university_clerk, story.SCAN), (cast.enterprise_clerk, story.BUYER_SCAN)):
        scan = SimpleUploadedFile("扫描件.pdf", sealed)
        answer = api.as_(actor).post(
            f"/api/v1{path(final, 'sign')}",
            {"scan": scan, "signed_on": "2026-03-02"},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200
        version = answer.json()["version"]

    body = answer.json()
    assert (body["state"], body["version"]) == ("effective", 4)
    assert {seal["party"] for seal in body["seals"]} == {"seller", "buyer"}
    assert {seal["document_sha256"] for seal in body["seals"]} == {final.document.sha256}
    assert body["document_sha256"] == final.document.sha256


def test_a_refusal_names_every_missing_clause_in_words_of_the_api(agreed, cast, api):
    row = story.draft(agreed, acceptance="", confidentiality="").contract

    with nothing_moves():
        answer = api.as_(cast.broker).send("post", path(row, "finalise"), version=1)

    assert answer.status_code == 409
    assert answer.json()["code"] == "content_incomplete"
    assert answer.json()["grounds"] == ["confidentiality", "acceptance_criteria"]


def test_a_terminated_contract_says_why_in_its_trail(cast, api):
    contract = story.signed(cast).contract

    answer = api.as_(cast.enterprise_clerk).send(
        "post", path(contract, "terminate"), {"reason": "协商解除"}, version=contract.version
    )

    assert (answer.status_code, answer.json()["state"], answer.json()["allowed"]) == (200, "terminated", [])
    assert audit.history(contract).last().changes["reason"] == "协商解除"


def test_the_list_is_newest_first_by_page_and_by_state(cast, api):
    rows = [story.signed(cast, at=MONDAY + timedelta(hours=hour)).contract for hour in range(3)]
    client = api.as_(cast.auditor)

    first = client.send("get", "/contracts?limit=2").json()
    second = client.send("get", f"/contracts?limit=2&cursor={first['next']}").json()

    found = [item["id"] for page in (first, second) for item in page["items"]]
    assert found == [str(row.id) for row in reversed(rows)]
    assert second["next"] is None
    assert client.send("get", "/contracts?state=drafting").json()["items"] == []
    assert len(client.send("get", "/contracts?state=effective").json()["items"]) == 3
