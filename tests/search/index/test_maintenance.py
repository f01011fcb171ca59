"""Rebuilding under writes, and sweeps that find whatever was done to the index."""

import random
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from market.config.celery import app
from market.kernel.actor import ANONYMOUS
from market.kernel.models import Delivery
from search.find import services
from search.find.query import parse
from search.index import engine, indexing, maintenance, tasks
from tests.running import run_outbox
from tests.search.conftest import Shelf, documents

SEED = 20261125


def update(key, **fields):
    """Alter a document behind our back."""

    def write(es):
        return es.update(index=engine.current_index(), id=key, doc=fields, refresh=True)

    engine.ask(write, seconds=engine.INDEX_SECONDS)


def found(drift):
    return {way: drift.named[way] for way in maintenance.WAYS if drift.counts[way]}


def test_a_sweep_names_what_differs_and_mends_it(shelf):
    rows = [shelf.achievement(f"铜合金导线第{number}号") for number in range(6)]
    shelf.settle()
    assert maintenance.compare().total == 0
    kept = [f"achievement:{row.id}" for row in rows]

    as_ours = {"version": rows[0].version, "version_type": "external_gte"}
    engine.ask(lambda es: es.delete(index=engine.current_index(), id=kept[0], **as_ours))
    shelf.withdraw(rows[1])  # its event never arrives
    Delivery.objects.all().delete()
    update(kept[2], text_bi="")
    update(kept[3], title_uni="别的")

    drift = maintenance.compare()
    assert found(drift) == {"missing": [kept[0]], "orphaned": [kept[1]], "blanked": sorted(kept[2:4])}
    with pytest.raises(CommandError):
        call_command("check_index", json=True, stdout=StringIO())

    assert maintenance.repair().total == 4
    assert maintenance.compare().total == 0
    assert documents().keys() == set(kept) - {kept[1]}


def test_a_field_that_was_blanked_everywhere_is_found_everywhere(shelf):
    rows = [shelf.achievement(f"铜合金导线第{number}号") for number in range(5)]
    shelf.settle()
    for row in rows:
        update(f"achievement:{row.id}", title="")

    assert maintenance.compare().counts["blanked"] == 5


def test_a_document_of_an_older_version_is_stale(shelf):
    row = shelf.achievement("铜合金导线")
    shelf.settle()
    type(row).objects.filter(pk=row.pk).update(version=row.version + 1)

    assert found(maintenance.compare()) == {"stale": [f"achievement:{row.id}"]}
    maintenance.repair()
    assert maintenance.compare().total == 0


def test_a_block_on_writing_is_told_and_lifted(shelf):
    shelf.achievement("铜合金导线")
    shelf.settle()

    def block(es):
        return es.indices.put_settings(
            index=engine.current_index(), settings={"index.blocks.read_only_allow_delete": True}
        )

    engine.ask(block)
    shelf.achievement("铜合金接触线")
    with pytest.raises(AssertionError):
        run_outbox()
    put_off = Delivery.objects.filter(consumer="search.elasticsearch")
    assert {(row.last_error[:3], row.dead_at) for row in put_off} == {("429", None)}

    assert maintenance.compare().blocked
    drift = maintenance.repair()
    assert (drift.blocked, drift.counts["missing"]) == (True, 1)
    assert not maintenance.compare().blocked
    assert len(documents()) == 2


def test_a_rebuild_that_broke_off_goes_on_where_it_was(shelf, monkeypatch):
    for number in range(10):
        shelf.achievement(f"铜合金导线第{number}号")
    shelf.settle()
    monkeypatch.setattr(maintenance, "BATCH", 3)
    written: list[int] = []
    write = indexing.index

    def breaking(changes, **options):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(len(changes))
        return write(changes, **options)

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "index", breaking)
        with pytest.raises(KeyboardInterrupt):
            maintenance.rebuild()
    before = engine.current_index()
    assert written == [3, 3]

    def counting(changes, **options):
        written.append(len(changes))
        return write(changes, **options)

    monkeypatch.setattr(indexing, "index", counting)
    assert maintenance.rebuild().indexed == 10
    assert written == [3, 3, 3, 1]
    assert engine.current_index() != before
    assert len(documents()) == 10
    assert services.find(actor=ANONYMOUS, query=parse("铜合金")).total == 10


@pytest.mark.parametrize("writes_both", [True, False], ids=["", "control: the relay knows one index"])
def test_a_rebuild_under_writes_misses_nothing(committed_cast, monkeypatch, writes_both):
    """A listing that changes after it was copied, and before the swap, must not be old in the new index."""
    shelf = Shelf(committed_cast)
    rows = [shelf.achievement(f"铜合金导线第{number}号") for number in range(40)]
    shelf.settle()
    monkeypatch.setattr(maintenance, "BATCH", 10)
    monkeypatch.setattr(maintenance, "PASSES", 1)
    if not writes_both:
        writable = engine.writable
        monkeypatch.setattr(engine, "writable", lambda: writable()[:1])
    chance = random.Random(SEED)  # noqa: S311
    missed: list[str] = []
    swap = engine.promote

    def busy(name):
        """Just before the swap: others write, and search all the while."""
        writers = [threading.Thread(target=withdraw, args=(row,)) for row in chance.sample(rows, 8)]
        for writer in writers:
            writer.start()
            writer.join()
        run_outbox()
        old = swap(name)
        if maintenance.compare().total:
            missed.extend(key for keys in maintenance.compare().named.values() for key in keys)
        return old

    def withdraw(row):
        try:
            shelf.withdraw(row)
        finally:
            connection.close()

    monkeypatch.setattr(engine, "promote", busy)
    maintenance.rebuild()

    assert (missed == []) is writes_both


def test_a_late_write_makes_no_index_of_an_alias_that_has_gone(shelf):
    """A removal has a version of its own and would make an index, whose name no alias could bear any more."""
    row = shelf.achievement("铜合金导线")
    shelf.settle()
    late = [
        indexing.Change("achievement", row.id, 9, None),
        *indexing.load({("achievement", row.id): row.version}),
    ]

    assert indexing.index(late, name=engine.next_alias(), is_optional=True) == {}
    assert maintenance.rebuild().indexed == 1


def test_the_nightly_sweep_mends_and_bears_an_engine_that_is_away(shelf, settings):
    row = shelf.achievement("铜合金导线")
    shelf.settle()
    update(f"achievement:{row.id}", title="")

    tasks.sweep_index()
    assert maintenance.compare().total == 0

    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    tasks.sweep_index()


def test_every_scheduled_task_exists(settings):
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= app.tasks.keys()


def test_two_rebuilds_at_once_are_refused(committed_cast):
    shelf = Shelf(committed_cast)
    shelf.achievement("铜合金导线")
    refused: list[type[BaseException]] = []

    def second():
        try:
            maintenance.rebuild()
        except maintenance.RebuildRunning as running:
            refused.append(type(running))
        finally:
            connection.close()

    with maintenance._alone():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert refused == [maintenance.RebuildRunning]
