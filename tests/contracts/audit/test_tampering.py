"""What a superuser does to the rows is found by row and field; what the key's owner does, with a kept head."""

from random import Random

import pytest
from django.db import connection

from contracts.agreements.models import Signature
from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from market.kernel import clock
from market.kernel.chain import heads, sequencer, sources
from market.kernel.models import AuditRow, ChainLink, PrivateFile
from tests.contracts.audit import forgery
from tests.contracts.audit.bundles import change, export, keep_heads, superuser, verify
from tests.contracts.audit.tampering import chain_tampering, done, head_tampering, tampering

TAMPERINGS = 24


@pytest.fixture
def kept(committed_city, tmp_path):
    """Heads that another organisation kept before anything happened."""
    heads.seal_and_sign(at=clock.now())
    return keep_heads(tmp_path / "heads.jsonl")


@pytest.mark.parametrize("seed", range(2))
def test_random_changes_of_one_field_are_found_with_row_and_field(kept, tmp_path, seed):
    drawn, path = Random(f"tampering {seed}"), tmp_path / "evidence.jsonl"  # noqa: S311
    for _ in range(TAMPERINGS // 2):
        with done(tampering, drawn) as made:
            verdict = verify(export(path))
            assert verdict.code == 1, made
            assert verdict.names(made.source, made.row, made.field), (made, verdict.output)
            accused = [found for found in verdict.findings if found["code"] == "touched"]
            assert len(accused) == 1, (made, verdict.output)
    assert verify(export(path)).findings == []


def test_what_is_sealed_is_sealed_with_every_column():
    tables = {
        "turnover.entry": TurnoverEntry,
        "registration.event": RegistrationEvent,
        "agreements.seal": Signature,
        "kernel.file": PrivateFile,
        "kernel.audit": AuditRow,
    }

    assert {source.name: source.model for source in sources.sources()} == tables
    for source in sources.sources():
        assert set(source.fields) == {field.column for field in source.model._meta.concrete_fields}


def test_random_changes_of_the_chain_itself_are_found_with_their_row(kept, tmp_path):
    drawn = Random("chain")  # noqa: S311
    for _ in range(10):
        with done(chain_tampering, drawn) as made:
            verdict = verify(export(tmp_path / "evidence.jsonl"))
            assert verdict.code == 1, made
            accused = [
                found for found in verdict.findings if (found["source"], found["row"]) == (made.source, made.row)
            ]
            assert any(made.field in found["field"] for found in accused), (made, verdict.output)


def test_a_changed_head_no_longer_has_its_signature(kept, tmp_path):
    for seed in range(5):
        with done(head_tampering, Random(seed)) as made:  # noqa: S311
            verdict = verify(export(tmp_path / "evidence.jsonl"))
            at = made.cell.read() if made.cell.column == "at" else made.row
            assert verdict.names("head", at, "signature"), made


def test_a_removed_row_is_missed(kept, tmp_path):
    entry = TurnoverEntry.objects.order_by("id")[2]
    with superuser() as cursor:
        cursor.execute("DELETE FROM turnover_turnoverentry WHERE id = %s", [entry.id])

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.names("turnover.entry", entry.id, "*")
    assert "missing" in verdict.codes


def test_a_row_that_is_slipped_in_past_the_triggers_is_found(kept, tmp_path):
    with superuser() as cursor:
        columns = ", ".join(name for name in sources.source("turnover.entry").fields if name not in {"id", "event_id"})
        cursor.execute(
            f"INSERT INTO turnover_turnoverentry (id, event_id, {columns})"  # noqa: S608
            f" SELECT 9999, gen_random_uuid(), {columns} FROM turnover_turnoverentry LIMIT 1"
        )

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.names("turnover.entry", 9999, "*")
    assert "outside" in verdict.codes


def test_a_row_that_is_slipped_in_and_sealed_has_no_registration_event(kept, tmp_path):
    with superuser() as cursor:
        columns = ", ".join(name for name in sources.source("turnover.entry").fields if name not in {"id", "event_id"})
        cursor.execute(
            f"INSERT INTO turnover_turnoverentry (id, event_id, {columns})"  # noqa: S608
            f" SELECT 9999, gen_random_uuid(), {columns} FROM turnover_turnoverentry LIMIT 1"
        )
        cursor.execute("INSERT INTO kernel_unsealedrow (source, row_id) VALUES ('turnover.entry', '9999')")

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.names("turnover.entry", 9999, "event_id")


def test_two_rows_that_change_places_are_both_found(kept, tmp_path):
    first, second = TurnoverEntry.objects.order_by("id").values_list("id", flat=True)[:2]
    with superuser() as cursor:
        for old, new in ((first, 0), (second, first), (0, second)):
            cursor.execute("UPDATE turnover_turnoverentry SET id = %s WHERE id = %s", [new, old])

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.names("turnover.entry", first, "contract_amount")
    assert verdict.names("turnover.entry", second, "contract_amount")


def test_a_link_that_is_taken_out_leaves_a_gap(kept, tmp_path):
    with superuser() as cursor:
        cursor.execute("DELETE FROM kernel_chainlink WHERE seq = 7")

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert {"gap", "outside"} <= verdict.codes
    assert [found["seq"] for found in verdict.findings if found["code"] == "gap"] == [8]


def test_a_figure_changes_with_a_changed_entry_and_the_entry_is_named(kept, tmp_path):
    entry = TurnoverEntry.objects.order_by("id").first()
    change("turnover_turnoverentry", "id", entry.id, {"contract_amount": "contract_amount + 0.01"})

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.names("turnover.entry", entry.id, "contract_amount")
    # The portal tells its sums, which nobody touched: so the published figure is not what the entries come to either.
    assert [found["code"] for found in verdict.findings] == ["touched", "ledger", "figure"]


def test_a_sum_that_was_changed_shows_in_the_published_figure(kept, tmp_path):
    with superuser() as cursor:
        cursor.execute("UPDATE turnover_turnoversum SET contract_amount = contract_amount + 0.01")

    verdict = verify(export(tmp_path / "evidence.jsonl"))

    assert verdict.codes == {"figure"}
    assert verdict.names("figure", "2026 output 360781", "contract_amount") or verdict.names(
        "figure", "2026 absorption 360781", "contract_amount"
    )


# What only a head that somebody else kept can show


@pytest.mark.parametrize("forge", [forgery.cut_tail, forgery.rewrite, forgery.fork])
def test_what_the_owner_of_the_key_does_is_found_with_a_kept_head_alone(kept, tmp_path, forge):
    forge(Random(forge.__name__))  # noqa: S311
    path = export(tmp_path / "evidence.jsonl")

    without, with_head = verify(path), verify(path, "--head", kept)

    assert without.findings == []
    assert with_head.code == 1
    assert with_head.codes == {forgery.FOUND[forge.__name__]}


def test_control_a_market_that_only_went_on_agrees_with_the_kept_head(kept, tmp_path, committed_city):
    committed_city.registers("5000.00")

    assert verify(export(tmp_path / "evidence.jsonl"), "--head", kept).findings == []


def test_a_head_of_another_key_is_not_accepted(kept, tmp_path, settings):
    path = export(tmp_path / "evidence.jsonl")
    key = heads.public_key()
    settings.AUDIT_KEY = "another-key-of-somebody-who-would-like-to"

    assert verify(path, "--key", key).findings == []
    assert verify(path, "--key", heads.public_key()).codes == {"head_key"}


def test_the_sequencer_numbers_rows_without_a_gap(kept):
    seqs = list(ChainLink.objects.order_by("seq").values_list("seq", flat=True))

    assert seqs == list(range(1, len(seqs) + 1))
    assert sequencer.backlog().waiting == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM turnover_turnoverentry")
        assert cursor.fetchone() == (6,)
