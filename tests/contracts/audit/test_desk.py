"""The auditor's desk, the public heads, and the proof that a party gets for its own entry."""

import json
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from contracts.turnover.models import TurnoverEntry
from market.kernel import clock, jobs
from market.kernel.chain import hashing, heads, tree
from market.kernel.clock import RUIJIN
from market.kernel.models import ChainHead, Job
from tests.conftest import ApiClient
from tests.contracts.audit.bundles import verify


@pytest.fixture
def signed(committed_city):
    heads.seal_and_sign(at=clock.now())
    return committed_city


def client_of(actor) -> ApiClient:
    return ApiClient().as_(actor)


def test_an_auditor_has_evidence_made_downloads_it_and_verifies_it_offline(signed, tmp_path):
    client = client_of(signed.cast.auditor)
    job = client.send("post", "/audit/evidence").json()
    assert client.send("get", f"/audit/evidence/{job['id']}").status_code == 404  # not made yet

    jobs.run(Job.objects.get(pk=job["id"]).id)

    done = client.send("get", f"/jobs/{job['id']}").json()
    assert (done["state"], done["result"]["entries"]) == ("done", 6)
    answer = client.send("get", f"/audit/evidence/{job['id']}")
    content = b"".join(answer.streaming_content)
    assert hashing.sha256(content).hex() == done["result"]["sha256"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    path, kept = tmp_path / "evidence.jsonl", tmp_path / "heads.json"
    path.write_bytes(content)
    kept.write_bytes(Client().get("/api/v1/audit/heads").content)
    assert verify(path, "--head", kept, "--key", heads.public_key()).findings == []


@pytest.mark.parametrize("name", ["leader", "university_clerk", "registrar", "stranger"])
def test_others_find_no_desk_and_no_bundle(signed, name):
    client = client_of(getattr(signed.cast, name))

    assert client.get("/audit/").status_code == 404
    assert client.send("post", "/audit/evidence").status_code == 404
    assert Job.objects.filter(kind="audit.evidence").exists() is False


def test_the_desk_shows_the_chain_and_its_head(signed):
    page = client_of(signed.cast.auditor).get("/audit/").content.decode()

    head = heads.latest()
    for shown in (head.root, head.link, head.key, str(head.seq)):
        assert shown in page
    assert "生成证据包" in page
    local = f"{datetime.fromisoformat(head.at).astimezone(RUIJIN):%Y-%m-%d %H:%M}</time>"
    before, _, exact = page.partition("<summary>签名时的原值")
    assert local in before
    assert head.at in exact
    assert head.at not in before.replace(f'datetime="{head.signed_at.isoformat()}"', "")


def test_without_a_key_the_desk_says_so(committed_city, settings):
    settings.AUDIT_KEY = ""

    page = client_of(committed_city.cast.auditor).get("/audit/").content.decode()

    assert "未设置签名密钥" in page
    assert "还没有签名的链头" in page


def test_the_button_makes_a_bundle(signed):
    client = client_of(signed.cast.auditor)

    assert client.post("/audit/evidence/").status_code == 302

    job = Job.objects.get(kind="audit.evidence")
    jobs.run(job.id)
    assert f"/audit/evidence/{job.id}/" in client.get("/audit/").content.decode()
    assert client.get(f"/audit/evidence/{job.id}/").status_code == 200


def test_a_party_checks_its_own_entry_and_sees_nothing_of_any_other(signed, tmp_path):
    entry = TurnoverEntry.objects.filter(contract_amount="1000000.00").get()
    path, kept = tmp_path / "proof.json", tmp_path / "heads.json"
    path.write_bytes(client_of(signed.cast.enterprise_clerk).get(f"/audit/entries/{entry.id}/proof/").content)
    kept.write_bytes(Client().get("/api/v1/audit/heads").content)

    verdict = verify(path, "--head", kept)

    assert verdict.findings == []
    assert f"turnover.entry {entry.id}" in verdict.output
    proof = json.loads(path.read_text())
    assert proof["row"]["fields"]["contract_amount"] == "1000000.00"
    others = TurnoverEntry.objects.exclude(pk=entry.pk)
    assert not [other.event_id for other in others if str(other.event_id) in path.read_text()]


@pytest.mark.parametrize(
    ("part", "name", "value", "field"),
    [
        ("fields", "contract_amount", "2000000.00", "contract_amount"),
        ("fields", "seller_region", "360781", "seller_region"),
        (None, "seq", 1, "path"),
        (None, "hashes", None, "path"),
    ],
)
def test_a_proof_that_was_touched_does_not_hold(signed, tmp_path, part, name, value, field):
    entry = TurnoverEntry.objects.filter(contract_amount="1000000.00").get()
    proof = client_of(signed.cast.university_clerk).send("get", f"/turnover/entries/{entry.id}/proof").json()
    row = proof["row"] if part is None else proof["row"][part]
    row[name] = row[name][:-2] + "00" if value is None else value
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof))

    verdict = verify(path)

    assert verdict.code == 1
    assert verdict.names("turnover.entry", entry.id, field)


def test_a_stranger_gets_no_proof(signed):
    entry = TurnoverEntry.objects.first()

    assert client_of(signed.cast.other_clerk).send("get", f"/turnover/entries/{entry.id}/proof").status_code == 404
    assert client_of(signed.cast.other_clerk).get(f"/audit/entries/{entry.id}/").status_code == 404


def test_an_entry_that_is_not_sealed_yet_says_so(committed_city):
    entry = TurnoverEntry.objects.first()
    client = client_of(committed_city.cast.university_clerk)

    answer = client.send("get", f"/turnover/entries/{entry.id}/proof")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_sealed_yet")


def test_anybody_may_keep_the_heads_and_follow_from_one_to_the_next(signed):
    signed.registers("7000.00")
    heads.seal_and_sign(at=clock.now())
    signed.registers("8000.00")
    heads.seal_and_sign(at=clock.now())

    page = Client().get("/api/v1/audit/heads?limit=2").json()
    rest = Client().get("/api/v1/audit/heads", {"cursor": page["next"]}).json()

    found = [*page["items"], *rest["items"]]
    assert [head["seq"] for head in found] == list(ChainHead.objects.order_by("-seq").values_list("seq", flat=True))
    new, old = found[0], found[-1]
    proof = Client().get(f"/api/v1/audit/consistency/{old['seq']}/{new['seq']}").json()["proof"]
    assert follows(old, new, [bytes.fromhex(step) for step in proof])
    assert not follows(old | {"root": "00" * 32}, new, [bytes.fromhex(step) for step in proof])
    assert Client().get(f"/api/v1/audit/consistency/{new['seq']}/{old['seq']}").json()["code"] == "invalid_input"
    assert Client().get(f"/api/v1/audit/consistency/{old['seq']}/{new['seq'] + 1}").status_code == 404


def follows(old, new, path) -> bool:
    """RFC 9162, 2.1.4.2, by somebody who has the two heads and the proof only."""
    first, last = old["seq"] - 1, new["seq"] - 1
    steps = list(path)
    if old["seq"] & (old["seq"] - 1) == 0:
        steps.insert(0, bytes.fromhex(old["root"]))
    while first & 1:
        first, last = first >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, now = tree.node(hashing.sha256, step, was), tree.node(hashing.sha256, step, now)
            while first & 1 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            now = tree.node(hashing.sha256, now, step)
        first, last = first >> 1, last >> 1
    return was.hex() == old["root"] and now.hex() == new["root"] and last == 0


def test_the_metrics_tell_how_far_the_chain_is_behind(committed_city):
    text = Client().get("/metrics").content.decode()

    values = dict(line.split() for line in text.splitlines() if line.startswith("market_chain"))
    assert values["market_chain_links"] == "0.0"
    assert float(values["market_chain_unsealed"]) > 50
    assert float(values["market_chain_lag_seconds"]) > 0

    heads.seal_and_sign(at=clock.now())
    text = Client().get("/metrics").content.decode()
    after = dict(line.split() for line in text.splitlines() if line.startswith("market_chain"))
    assert after["market_chain_links"] == after["market_chain_signed"] == values["market_chain_unsealed"]
    assert (after["market_chain_unsealed"], after["market_chain_lag_seconds"]) == ("0.0", "0.0")


def test_the_command_writes_the_bundle_and_says_what_is_in_it(signed, tmp_path, capsys):
    path = tmp_path / "evidence.jsonl"
    call_command("export_evidence", f"--out={path}", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["entries"] == 6
    assert told["head"] == heads.as_dict(heads.latest())
    assert verify(path).code == 0
    assert [item.name for item in tmp_path.glob("evidence*")] == ["evidence.jsonl"]


def test_the_command_says_in_a_sentence_that_it_cannot_write_there(db, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("export_evidence", f"--out={tmp_path / 'absent' / 'evidence.jsonl'}")


def test_the_verifier_is_to_be_had_by_anybody_as_it_is():
    assert Client().get("/audit/verifier/").content.startswith(b"#!/usr/bin/env python3")
