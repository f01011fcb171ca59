"""The audit chain under kills, tampering and restores.

Cases 22, 23 and 24 of the faults reference, and the sequencer killed between any two steps; small numbers in the
ordinary run, full ones by `make faults`.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from contracts.registration.models import RegistrationEvent
from contracts.turnover.checks import compare
from contracts.turnover.models import TurnoverEntry
from deploy.local.servers import postgresql
from market.kernel import clock
from market.kernel.chain import heads, sources
from market.kernel.models import AuditRow, ChainHead, ChainLink, ChainNode, PrivateFile, UnsealedRow
from tests import story
from tests.contracts.audit import forgery
from tests.contracts.audit.bundles import KEY, export, keep_heads, verify
from tests.contracts.audit.conftest import committed_city  # noqa: F401  a fixture
from tests.contracts.audit.tampering import chain_tampering, done, tampering
from tests.faults.conftest import Processes

SEED = "20261127"
full = pytest.mark.faults
# What a batch and a head do, one after the other: the table at which each step can be held up, and by which lock.
STEPS = [
    ("kernel_unsealedrow", "ACCESS EXCLUSIVE"),  # the chain is locked, no note is taken
    ("kernel_chainlink", "ACCESS EXCLUSIVE"),  # notes are taken, the end of the chain is not read
    ("kernel_auditrow", "ACCESS EXCLUSIVE"),  # the end is known, no row is read
    ("kernel_sealshape", "ACCESS EXCLUSIVE"),  # rows are read, their form is not known
    ("kernel_chainlink", "SHARE"),  # links are made and not written
    ("kernel_chainnode", "SHARE"),  # links are written, the tree is not
]


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.AUDIT_KEY = KEY


def sizes(small: int, whole: int) -> list[Any]:
    return [small, pytest.param(whole, marks=full)]


# The sequencer is killed


@pytest.fixture
def sealing(processes: Processes) -> Processes:
    processes.environment |= {"AUDIT_KEY": KEY, "AUDIT_HEAD_SECONDS": "1"}
    return processes


def is_held_up(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return cursor.fetchone()[0] > 0


@contextmanager
def killed_at(processes: Processes, table: str, mode: str) -> Iterator[None]:
    """A relay starts, comes to the table, and is killed there; then the table is let go."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
        relay = processes.relay()
        processes.wait_until(lambda: is_held_up(table), f"the sequencer waits for {table} ({mode})")
        processes.kill(relay)
    processes.wait_until(lambda: not is_held_up(table), "the dead sequencer's session is gone")
    yield


def test_the_sequencer_killed_between_any_two_steps_loses_and_doubles_nothing(sealing, committed_cast, tmp_path):
    story.registered(committed_cast)
    AuditRow.objects.bulk_create(
        AuditRow(at=clock.now(), action="test.written", subject_kind="tests", subject_id=str(number))
        for number in range(300)
    )
    waiting = sorted(UnsealedRow.objects.values_list("source", "row_id"))
    assert len(waiting) > 300

    for table, mode in STEPS:
        with killed_at(sealing, table, mode):
            assert sorted(UnsealedRow.objects.values_list("source", "row_id")) == waiting, (table, mode)
            assert not ChainLink.objects.exists(), (table, mode)
            assert not ChainNode.objects.exists(), (table, mode)

    with killed_at(sealing, "kernel_chainhead", "SHARE"):  # sealed, and not signed
        assert sorted(ChainLink.objects.values_list("source", "row_id")) == waiting
        assert not ChainHead.objects.exists()

    sealing.relay()
    sealing.wait_until(lambda: heads.latest() is not None, "a head is signed")
    assert sorted(ChainLink.objects.values_list("source", "row_id")) == waiting
    assert list(ChainLink.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, len(waiting) + 1))
    exported = sealing.folder / "audit" / "heads.jsonl"
    sealing.wait_until(lambda: exported.exists() and exported.stat().st_size > 0, "the head is exported")
    assert verify(export(tmp_path / "evidence.jsonl"), "--head", exported).findings == []


# Case 22


@pytest.mark.parametrize("count", sizes(6, 1000))
def test_random_changes_by_the_superuser_are_found_with_row_and_field(committed_city, tmp_path, count):  # noqa: F811
    """Of a thousand, nine in ten touch a sealed row, one in ten the chain; verified without any kept head."""
    drawn, path = Random(f"{SEED} tampering"), tmp_path / "evidence.jsonl"  # noqa: S311
    missed = []
    heads.seal_and_sign(at=clock.now())
    for number in range(count):
        with done(chain_tampering if number % 10 == 9 else tampering, drawn) as made:
            verdict = verify(export(path))
            accused = [
                found for found in verdict.findings if (found["source"], found["row"]) == (made.source, made.row)
            ]
            if verdict.code != 1 or not any(made.field in found["field"] for found in accused):
                missed.append((made, verdict.output))
    print(f"case 22: {count - len(missed)} of {count} tamperings found with row and field")  # noqa: T201  the figure of the run
    assert missed == []


@pytest.mark.parametrize("count", sizes(4, 1000))
def test_no_clean_bundle_raises_an_alarm(committed_city, tmp_path, count):  # noqa: F811
    """The market goes on between one bundle and the next; every fiftieth time with a new contract."""
    drawn, path, kept = Random(f"{SEED} clean"), tmp_path / "evidence.jsonl", tmp_path / "heads.jsonl"  # noqa: S311
    alarms = []
    for number in range(count):
        if number % 50 == 0:
            committed_city.registers(f"{drawn.randrange(1, 10**12) / 100:.2f}")
        else:
            write_something(drawn)
        verdict = verify(export(path), "--head", keep_heads(kept))
        if verdict.code != 0:
            alarms.append(verdict.output)
    print(f"case 22: {len(alarms)} alarms of {count} clean bundles, the last of {ChainLink.objects.count()} rows")  # noqa: T201  the figure of the run
    assert alarms == []


def write_something(drawn: Random) -> None:
    AuditRow.objects.bulk_create(
        AuditRow(
            at=clock.now(),
            action="test.written",
            subject_kind="tests",
            subject_id=str(drawn.randrange(1000)),
            changes={"text": chr(drawn.randrange(0x20, 0xD7FF)) * drawn.randrange(9), "number": drawn.random()},
        )
        for _ in range(drawn.randrange(1, 4))
    )


# Case 23


@pytest.mark.parametrize("forge", [forgery.cut_tail, forgery.rewrite, forgery.fork])
@pytest.mark.parametrize("count", sizes(2, 100))
def test_what_the_owner_of_the_key_does_is_found_by_a_kept_head(committed_city, tmp_path, forge, count):  # noqa: F811
    """The control is in it: the same bundle without the head raises no alarm."""
    drawn, path, kept = Random(f"{SEED} {forge.__name__}"), tmp_path / "evidence.jsonl", tmp_path / "heads.jsonl"  # noqa: S311
    found = unseen = 0
    for _ in range(count):
        committed_city.registers(f"{drawn.randrange(1, 10**9) / 100:.2f}")
        heads.seal_and_sign(at=clock.now())
        keep_heads(kept)
        forge(drawn)
        export(path)
        unseen += verify(path).code == 0
        found += forgery.FOUND[forge.__name__] in verify(path, "--head", kept).codes
    print(f"case 23, {forge.__name__}: {found} of {count} found with the head, {count - unseen} without")  # noqa: T201  the figure of the run
    assert (found, unseen) == (count, count)


# Case 24


def test_a_restored_market_has_the_same_chain_and_the_same_totals(committed_city, tmp_path):  # noqa: F811
    """pg_dump into a new database: the chain verifies against a head kept before, every total is the same."""
    heads.seal_and_sign(at=clock.now())
    kept = keep_heads(tmp_path / "heads.jsonl")
    committed_city.registers("70000.00")  # committed and not sealed: it waits in the copy as well
    waiting = UnsealedRow.objects.count()
    before = totals()
    assert waiting > 0

    began = time.monotonic()
    with restored(tmp_path):
        took = time.monotonic() - began
        assert totals() == before
        assert UnsealedRow.objects.count() == waiting
        assert compare().differing == []
        verdict = verify(export(tmp_path / "evidence.jsonl"), "--head", kept)
        assert verdict.findings == []
        assert "7 entries, 5 contracts" in verdict.output
        assert UnsealedRow.objects.count() == 0
        assert all(source.unlinked() == [] for source in sources.sources())
    print(f"case 24: dumped and restored in {took:.1f} s, differences 0")  # noqa: T201  the figure of the run


def test_control_a_restore_from_before_the_kept_head_is_told(committed_city, tmp_path):  # noqa: F811
    heads.seal_and_sign(at=clock.now())
    dump(tmp_path / "market.dump")
    committed_city.registers("70000.00")
    heads.seal_and_sign(at=clock.now())
    kept = keep_heads(tmp_path / "heads.jsonl")

    with restored(tmp_path, dumped=True):
        assert verify(export(tmp_path / "evidence.jsonl"), "--head", kept).codes == {"cut_off"}


def totals() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(contract_amount), sum(technology_amount), count(*) FROM turnover_turnoverentry")
        ledger = cursor.fetchone()
    tables = (TurnoverEntry, RegistrationEvent, AuditRow, PrivateFile, ChainLink, ChainHead)
    return {"ledger": ledger} | {table.__name__: table._default_manager.count() for table in tables}


def tool(name: str, *words: str) -> None:
    found = connection.settings_dict
    login = ["--host", found["HOST"], "--port", str(found["PORT"]), "--username", found["USER"]]
    subprocess.run(
        [str(postgresql.binaries() / name), *login, *words],
        env={"PGPASSWORD": found["PASSWORD"]},
        check=True,
        capture_output=True,
        timeout=120,
    )


def dump(path: Path) -> None:
    tool("pg_dump", "--format=custom", f"--file={path}", connection.settings_dict["NAME"])


@contextmanager
def restored(folder: Path, *, dumped: bool = False) -> Iterator[None]:
    """The default connection is to a new database with what was dumped, until the block ends."""
    path, name, origin = folder / "market.dump", "test_restored", connection.settings_dict["NAME"]
    if not dumped:
        dump(path)
    tool("dropdb", "--if-exists", "--force", name)
    tool("createdb", "--template=template0", name)
    tool("pg_restore", "--exit-on-error", f"--dbname={name}", str(path))
    connect_to(name)
    try:
        yield
    finally:
        connect_to(origin)
        tool("dropdb", "--force", name)


def connect_to(name: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name
