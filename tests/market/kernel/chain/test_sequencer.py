"""The sequencer: every committed row once, without a gap, however it is disturbed."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from market.kernel import clock
from market.kernel.chain import hashing, heads, sequencer, sources, tree
from market.kernel.models import AuditRow, ChainHead, ChainLink, ChainNode, PrivateFile, SealShape, UnsealedRow
from tests.cast import MONDAY


def write(count: int = 1, **values: object) -> list[AuditRow]:
    fields = {"at": MONDAY, "action": "test.written", "subject_kind": "tests", "subject_id": "1"} | values
    return AuditRow.objects.bulk_create(AuditRow(**fields) for _ in range(count))


def chain() -> list[tuple[int, str, str]]:
    return list(ChainLink.objects.order_by("seq").values_list("seq", "source", "row_id"))


@pytest.mark.usefixtures("no_chain")
def test_a_row_waits_from_its_transaction_on_and_is_linked_once():
    first, second = write(2)

    assert list(UnsealedRow.objects.order_by("id").values_list("source", "row_id")) == [
        ("kernel.audit", str(first.id)),
        ("kernel.audit", str(second.id)),
    ]
    assert sequencer.seal_batch() == 2
    assert sequencer.seal_batch() == 0
    assert chain() == [(1, "kernel.audit", str(first.id)), (2, "kernel.audit", str(second.id))]
    assert UnsealedRow.objects.exists() is False


@pytest.mark.usefixtures("no_chain")
def test_a_row_whose_transaction_fails_does_not_wait():
    mark = transaction.savepoint()
    write()
    transaction.savepoint_rollback(mark)

    assert UnsealedRow.objects.exists() is False


@pytest.mark.usefixtures("no_chain")
def test_a_link_is_the_hash_of_what_it_says():
    row = write(changes={"b": 1, "a": [None, "中"]}, request_id="r-1")[0]
    sequencer.seal_batch()

    link = ChainLink.objects.select_related("shape").get()
    texts = {
        "id": str(row.id),
        "at": "2026-03-02T01:00:00.000000Z",
        "action": "test.written",
        "subject_kind": "tests",
        "subject_id": "1",
        "actor_user_id": None,
        "actor_organisation_id": None,
        "actor_api_key_id": None,
        "changes": '{"a": [null, "中"], "b": 1}',
        "request_id": "r-1",
    }
    assert link.shape.fields == list(texts)
    hidden = {"actor_user_id", "actor_api_key_id", "changes", "request_id"}
    assert set(link.shape.hidden) == hidden
    found = b"".join(
        hashing.sha256(
            bytes(link.veil if name in hidden else link.salt)
            + name.encode()
            + (b"\0n" if text is None else b"\0s" + text.encode())
        )
        for name, text in texts.items()
    )
    assert bytes(link.field_hashes) == found
    leaf = hashing.sha256(b"\0kernel.audit\0" + str(row.id).encode() + b"\0" + found)
    assert bytes(link.leaf) == leaf
    assert bytes(link.link) == hashing.sha256(b"\2" + bytes(32) + (1).to_bytes(8, "big") + leaf)


@pytest.mark.usefixtures("no_chain")
def test_texts_are_the_same_whatever_the_session_says():
    row = PrivateFile.objects.create(sha256="0" * 64, size_bytes=3, media_type="x/y", name="甲", created_at=MONDAY)
    source = sources.source("kernel.file")
    before = source.read(source.fields, [str(row.id)])

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Shanghai'")
        cursor.execute("SET LOCAL DateStyle = 'SQL, DMY'")

    assert source.read(source.fields, [str(row.id)]) == before
    assert before[str(row.id)] == (
        str(row.id), "0" * 64, "3", "x/y", "甲", None, None, "2026-03-02T01:00:00.000000Z",
    )  # fmt: skip


@pytest.mark.usefixtures("no_chain")
def test_salts_and_veils_are_never_the_same():
    write(50)
    sequencer.seal_batch()

    salts = [bytes(value) for pair in ChainLink.objects.values_list("salt", "veil") for value in pair]
    assert len(set(salts)) == 100
    assert {len(salt) for salt in salts} == {16}


@pytest.mark.usefixtures("no_chain")
@pytest.mark.parametrize("table", ["kernel_chainlink", "kernel_chainhead", "kernel_chainnode", "kernel_sealshape"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_the_database_refuses_to_change_the_chain(table, statement):
    write(256)
    sequencer.seal_batch()
    heads.sign(at=MONDAY)
    key = "seq" if table == "kernel_chainlink" else "id"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table).replace("id = id", f"{key} = {key}"))


@pytest.mark.usefixtures("no_chain")
def test_a_note_that_was_forged_stops_nothing():
    row = write()[0]
    sequencer.seal_batch()
    forged = [
        ("kernel.audit", str(row.id)),  # sealed already
        ("kernel.audit", "not a number"),
        ("kernel.audit", "9" * 30),
        ("kernel.file", "not a uuid"),
        ("kernel.file", str(uuid4())),  # no such row
        ("nobody.knows", "1"),
    ]
    UnsealedRow.objects.bulk_create(UnsealedRow(source=source, row_id=row_id) for source, row_id in forged)
    later = write()[0]

    assert sequencer.seal_everything() == 6

    assert [(source, row_id) for _seq, source, row_id in chain()] == [
        ("kernel.audit", str(row.id)),
        *forged[1:5],
        ("kernel.audit", str(later.id)),
    ]
    assert list(UnsealedRow.objects.values_list("source", flat=True)) == ["nobody.knows"]


@pytest.mark.usefixtures("no_chain")
def test_a_column_that_comes_later_is_sealed_from_then_on():
    write()
    sequencer.seal_batch()
    source = sources.source("kernel.audit")
    narrow = sources.Source(source.name, source.model, source.fields[:3], frozenset())
    shape = sources.shape_of(narrow, "sha256")

    assert SealShape.objects.filter(source="kernel.audit").count() == 2
    assert sources.shape_of(narrow, "sha256") == shape
    assert ChainLink.objects.get().shape.fields == list(source.fields)


@pytest.mark.usefixtures("no_chain")
def test_kept_nodes_and_root_are_those_of_the_leaves():
    for count in (200, 100, 400):
        write(count)
        sequencer.seal_batch(limit=300)
        sequencer.seal_batch(limit=300)

    leaves = [bytes(leaf) for leaf in ChainLink.objects.order_by("seq").values_list("leaf", flat=True)]
    assert len(leaves) == 700
    assert list(ChainNode.objects.order_by("number").values_list("level", "number")) == [(8, 0), (8, 1)]
    assert tree.root(hashing.sha256, sequencer.read_hashes, 700) == tree.subtree(
        hashing.sha256, lambda level, first, below: leaves_of(leaves, level)[first:below], 0, 700
    )


def leaves_of(leaves: list[bytes], level: int) -> list[bytes]:
    for _ in range(level // 8):
        leaves = [tree.perfect(hashing.sha256, leaves[at : at + 256]) for at in range(0, len(leaves) // 256 * 256, 256)]
    return leaves


@pytest.mark.usefixtures("no_chain")
def test_a_chain_of_sm3_stays_one_when_the_setting_changes(settings):
    settings.AUDIT_HASH = "sm3"
    write()
    sequencer.seal_batch()
    settings.AUDIT_HASH = "sha256"
    write()
    sequencer.seal_batch()

    assert sequencer.end().algorithm == "sm3"
    assert set(ChainLink.objects.values_list("shape__algorithm", flat=True)) == {"sm3"}


def test_a_transaction_that_commits_late_is_not_passed_over(no_committed_chain):
    connection_of_another = connection.copy()
    with connection_of_another.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO kernel_auditrow (at, action, subject_kind, subject_id, changes, request_id)"
            " VALUES (now(), 'late', 't', '1', '{}', '') RETURNING id"
        )
        (late,) = cursor.fetchone()
        early = write()[0].id
        assert late < early

        sequencer.seal_everything()
        assert [row_id for _seq, _source, row_id in chain()][-1] == str(early)

        cursor.execute("COMMIT")
    connection_of_another.close()
    sequencer.seal_everything()

    assert [row_id for _seq, _source, row_id in chain()][-2:] == [str(early), str(late)]
    assert [seq for seq, _source, _row in chain()] == list(range(1, len(chain()) + 1))


def test_several_sequencers_at_once_make_one_chain(no_committed_chain):
    write(300)

    def work() -> None:
        for _ in range(60):
            sequencer.seal_batch(limit=11)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequencer.seal_everything()

    assert [seq for seq, _source, _row in chain()] == list(range(1, 301))
    assert len({(source, row_id) for _seq, source, row_id in chain()}) == 300


def test_control_a_note_that_is_taken_before_its_link_is_made_is_lost_with_the_process(no_committed_chain):
    """Shows that one transaction for both is what a kill cannot break."""
    write(3)
    with transaction.atomic():
        taken = sequencer._take(sequencer.BATCH)
    assert len(taken) == 3

    assert sequencer.seal_everything() == 0
    assert {row_id for _source, row_id in taken} <= set(sources.source("kernel.audit").unlinked())


def test_a_clock_that_is_set_back_changes_neither_order_nor_heads(no_committed_chain):
    write()
    with time_machine.travel(MONDAY):
        first = heads.seal_and_sign(at=clock.now())
    write()
    with time_machine.travel(MONDAY - timedelta(hours=1)):
        second = heads.seal_and_sign(at=clock.now())

    assert (first.at, second.at) == ("2026-03-02T01:00:00.000000Z", "2026-03-02T00:00:00.000000Z")
    assert second.seq == first.seq + 1
    assert list(ChainHead.objects.order_by("seq").values_list("seq", flat=True)) == [first.seq, second.seq]
