"""Heads: signed, exported, and proofs under them."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from django.core import mail

from market.kernel.chain import hashing, heads, proofs, sequencer, tree
from market.kernel.chain.duty import Sealing
from market.kernel.models import ChainHead, ChainLink
from market.kernel.problems import NotFound
from tests.cast import MONDAY
from tests.market.kernel.chain.test_sequencer import write

pytestmark = pytest.mark.usefixtures("no_chain")


def signed(count: int = 3) -> ChainHead:
    write(count)
    sequencer.seal_batch()
    found = heads.sign(at=MONDAY)
    assert found is not None
    return found


def test_a_head_says_where_the_chain_ends_and_is_signed():
    head = signed()

    link = ChainLink.objects.get(seq=3)
    assert (head.seq, head.market, head.algorithm, head.link) == (3, "360781", "sha256", bytes(link.link).hex())
    assert head.at == "2026-03-02T01:00:00.000000Z"
    leaves = [bytes(leaf) for leaf in ChainLink.objects.order_by("seq").values_list("leaf", flat=True)]
    pair = tree.node(hashing.sha256, leaves[0], leaves[1])
    assert head.root == tree.node(hashing.sha256, pair, leaves[2]).hex()
    text = (
        f"technology-market audit head 1\n360781\nsha256\n3\n{head.link}\n{head.root}\n2026-03-02T01:00:00.000000Z\n"
    ).encode()
    public = heads.key().public_key()
    public.verify(bytes.fromhex(head.signature), text)
    with pytest.raises(InvalidSignature):
        public.verify(bytes.fromhex(head.signature), text.replace(b"\n3\n", b"\n4\n"))


def test_nothing_new_is_not_signed_again():
    head = signed()

    assert heads.sign(at=MONDAY) == head
    assert ChainHead.objects.count() == 1


def test_without_a_key_rows_are_sealed_and_nothing_is_signed(settings):
    settings.AUDIT_KEY = ""
    write()

    assert heads.seal_and_sign(at=MONDAY) is None
    assert (sequencer.backlog().links, sequencer.backlog().signed, heads.public_key()) == (1, 0, "")


def test_an_empty_chain_is_not_signed():
    assert heads.sign(at=MONDAY) is None


def test_the_file_gets_each_head_once_and_the_rest_after_a_line_that_a_kill_tore():
    first = signed()
    assert (heads.write_file(), heads.write_file()) == (1, 0)
    second = signed()
    whole = heads.file().read_bytes()
    heads.file().write_bytes(whole + json.dumps(heads.as_dict(second)).encode()[:40])

    assert (heads.write_file(), heads.write_file()) == (1, 0)

    lines = heads.file().read_text().splitlines()
    assert len(lines) == 3
    assert [json.loads(lines[0]), json.loads(lines[2])] == [heads.as_dict(first), heads.as_dict(second)]


def test_the_file_goes_on_where_many_heads_are_in_it_already():
    for _ in range(30):
        signed(1)
        assert heads.write_file() == 1

    assert [json.loads(line)["seq"] for line in heads.file().read_text().splitlines()] == list(range(1, 31))


def test_a_head_is_mailed_to_those_who_keep_it(settings):
    head = signed()
    assert heads.mail() is False
    settings.AUDIT_HEADS_TO = ["keeper@example.com"]

    assert heads.mail() is True

    (letter,) = mail.outbox
    assert letter.to == ["keeper@example.com"]
    assert json.loads(letter.body.splitlines()[-1]) == heads.as_dict(head)


def test_the_relay_seals_and_signs_by_its_own_clock(settings):
    settings.AUDIT_HEAD_SECONDS = 3600
    duty = Sealing()
    write(2)

    assert duty.step() == 2
    assert heads.latest().seq == 2
    write(1)
    assert duty.step() == 1
    assert heads.latest().seq == 2  # the hour is not over

    settings.AUDIT_HEAD_SECONDS = 0
    duty.step()
    assert heads.latest().seq == 3
    assert len(heads.file().read_text().splitlines()) == 2


def test_a_proof_waits_for_link_and_head():
    row = write()[0]
    with pytest.raises(proofs.NotSealedYet):
        proofs.proof("kernel.audit", str(row.id))
    sequencer.seal_batch()
    with pytest.raises(proofs.NotSealedYet):
        proofs.proof("kernel.audit", str(row.id))
    heads.sign(at=MONDAY)

    assert proofs.proof("kernel.audit", str(row.id))["head"]["seq"] == 1
    with pytest.raises(NotFound):
        proofs.proof("nobody.knows", "1")


def test_a_proof_shows_hidden_fields_as_hashes_alone():
    row = write(changes={"email": "somebody@example.com"})[0]
    heads.seal_and_sign(at=MONDAY)

    proof = proofs.proof("kernel.audit", str(row.id))

    assert "somebody" not in json.dumps(proof)
    assert bytes(ChainLink.objects.get().veil).hex() not in json.dumps(proof)
    assert set(proof["row"]["hidden"]) == {"actor_user_id", "actor_api_key_id", "changes", "request_id"}
    assert proof["row"]["fields"]["action"] == "test.written"


def test_consistency_is_proven_between_heads():
    old, new = signed(3), signed(4)

    assert len(proofs.consistency(old, new)) == 4
    assert proofs.consistency(new, new) == []
