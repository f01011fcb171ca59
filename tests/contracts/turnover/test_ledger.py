"""The ledger: appended to and never changed, one line for each event, and a check that finds what differs."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from contracts.registration.models import RegistrationEvent
from contracts.turnover import queries, services
from contracts.turnover.checks import compare
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Side
from contracts.turnover.sums import KEPT
from market.kernel import deliveries
from market.kernel.models import Delivery, OutboxEvent
from tests.cast import MONDAY_ON
from tests.contracts.registration.desk import revoke
from tests.contracts.turnover.conftest import City

MILLION = Decimal("1000000.00")
AT_ONCE = 8


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def entry(city) -> TurnoverEntry:
    city.registers("1000000.00", "780000.00")
    return TurnoverEntry.objects.get()


# Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE turnover_turnoverentry SET contract_amount = contract_amount + 1 WHERE id = %s",
        "UPDATE turnover_turnoverentry SET effective_on = '2025-12-31' WHERE id = %s",
        "UPDATE turnover_turnoverentry SET known_at = now() WHERE id = %s",
        "DELETE FROM turnover_turnoverentry WHERE id = %s",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_a_line(entry, statement):
    with pytest.raises(IntegrityError, match="turnover_turnoverentry is append-only"), transaction.atomic():
        sql(statement, entry.pk)

    found = TurnoverEntry.objects.get()
    assert (found.contract_amount, found.effective_on, found.known_at) == (
        MILLION,
        entry.effective_on,
        entry.known_at,
    )


def test_a_line_takes_over_every_fact_of_its_event(entry):
    event = RegistrationEvent.objects.get()

    assert entry.event_id == event.pk
    for name, source in services.TAKEN_OVER.items():
        assert getattr(entry, name) == getattr(event, source), name
    copied = {field.name for field in TurnoverEntry._meta.get_fields()} - {"id", "event"}
    assert copied == set(services.TAKEN_OVER)


# Exactly once


def test_an_event_that_is_delivered_twice_makes_one_line(city):
    city.records("1000000.00")
    delivery = Delivery.objects.get(consumer="turnover.ledger")
    copy = Delivery.objects.create(
        event=delivery.event, consumer=delivery.consumer, key=delivery.key, available_at=delivery.available_at
    )

    for delivery_id in (delivery.id, copy.id, delivery.id):
        deliveries.deliver(delivery_id)

    assert TurnoverEntry.objects.count() == 1
    assert queries.figure(year=2026).absorption.contract_amount == MILLION
    assert not Delivery.objects.filter(consumer="turnover.ledger").exists()


def test_a_worker_that_dies_after_writing_the_line_leaves_neither_line_nor_lost_event(city):
    """The line and the delivery go together: what is rolled back is delivered again."""
    city.records("1000000.00")
    delivery = Delivery.objects.get(consumer="turnover.ledger")

    with transaction.atomic():
        deliveries.deliver(delivery.id)
        assert TurnoverEntry.objects.count() == 1
        transaction.set_rollback(True)

    assert (TurnoverEntry.objects.count(), Delivery.objects.filter(pk=delivery.pk).count()) == (0, 1)
    deliveries.deliver(delivery.id)
    assert TurnoverEntry.objects.count() == 1


def test_a_revocation_that_arrives_before_its_registration_is_entered_and_both_amount_to_nothing(city, cast):
    told = city.records("1000000.00", seller=cast.other_clerk)
    revoke(told, on=MONDAY_ON)
    registered, revoked = (RegistrationEvent.objects.get(kind=kind).pk for kind in ("registered", "revoked"))

    services.enter_event(event_id=revoked)
    assert queries.figure(year=2026).contract_amount == -MILLION
    services.enter_event(event_id=registered)

    figure = queries.figure(year=2026)
    assert (figure.contract_amount, figure.contracts) == (Decimal("0.00"), 0)
    assert compare().count == 0


def enter_at_once(event_id: object, enter: object) -> list[object]:
    """The same event entered by several workers in the same moment, each on a connection of its own."""
    barrier = threading.Barrier(AT_ONCE)

    def work() -> object:
        try:
            barrier.wait()
            return enter(event_id)
        except IntegrityError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [done.result() for done in [pool.submit(work) for _ in range(AT_ONCE)]]


def test_eight_workers_that_enter_one_event_at_once_all_find_the_one_line(committed_cast):
    City(committed_cast).records("1000000.00")
    event = RegistrationEvent.objects.get()

    answers = enter_at_once(event.id, lambda event_id: services.enter_event(event_id=event_id).pk)

    assert TurnoverEntry.objects.count() == 1
    assert answers == [TurnoverEntry.objects.get().pk] * AT_ONCE


def unguarded(event_id: object) -> object:
    """As a ledger would be written that looks first and has neither lock nor constraint behind it."""
    with transaction.atomic():
        event = RegistrationEvent.objects.get(pk=event_id)
        is_there = TurnoverEntry.objects.filter(event=event).exists()
        sql("SELECT pg_sleep(0.2)")
        if not is_there:
            facts = {name: getattr(event, source) for name, source in services.TAKEN_OVER.items()}
            TurnoverEntry.objects.create(event=event, **facts)
    return None


def test_control_without_the_lock_and_the_constraint_the_year_is_counted_many_times(committed_cast):
    City(committed_cast).records("1000000.00")
    event = RegistrationEvent.objects.get()
    sql("ALTER TABLE turnover_turnoverentry DROP CONSTRAINT turnover_turnoverentry_event_id_key")
    try:
        enter_at_once(event.id, unguarded)

        assert TurnoverEntry.objects.count() > 1
        assert queries.figure(year=2026).absorption.contract_amount > MILLION
        assert compare().differing != []
    finally:
        sql("TRUNCATE turnover_turnoverentry, turnover_turnoversum")
        sql("ALTER TABLE turnover_turnoverentry ADD UNIQUE (event_id)")


def test_control_with_the_constraint_alone_the_second_writer_is_refused(committed_cast):
    City(committed_cast).records("1000000.00")
    event = RegistrationEvent.objects.get()

    answers = enter_at_once(event.id, unguarded)

    assert TurnoverEntry.objects.count() == 1
    assert any(isinstance(answer, IntegrityError) for answer in answers)


# The check


def test_the_check_finds_nothing_where_ledger_and_events_agree(city, cast, capsys):
    for amount in ("1000000.00", "2000000.00"):
        city.registers(amount, seller=cast.other_clerk)
    city.registers("300000.00")

    call_command("check_turnover", "--json")

    # Two of events, four totals, each dimension on both sides, and a second region, kind and university bought from.
    cells = 2 + 4 + 2 * len(KEPT[Side.OUTPUT]) + 3
    assert json.loads(capsys.readouterr().out) == {"cells": cells, "differing": 0}


def test_the_check_finds_an_event_that_has_no_line_yet(city):
    city.records("1000000.00")

    assert compare().differing == [
        "2026/registered/360100/360781/development: "
        "events (Decimal('1000000.00'), Decimal('1000000.00'), 1), ledger None"
    ]
    with pytest.raises(CommandError, match="ledger None"):
        call_command("check_turnover", "--json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            "UPDATE turnover_turnoverentry SET contract_amount = contract_amount + 0.01",
            "event 1000000.00, ledger 1000000.01 (contract_amount)",
        ),
        ("UPDATE turnover_turnoverentry SET technology_amount = 0", "event 780000.00, ledger 0.00 (technology_amount)"),
        (
            "UPDATE turnover_turnoverentry SET effective_on = '2025-12-31'",
            "event 2026-03-02, ledger 2025-12-31 (effective_on)",
        ),
        ("UPDATE turnover_turnoverentry SET seller_region = '360781'", "event 360100, ledger 360781 (seller_region)"),
        ("UPDATE turnover_turnoverentry SET technology_field = '01'", "event 05, ledger 01 (technology_field)"),
        (
            "UPDATE turnover_turnoverentry SET known_at = '2020-01-01T00:00:00Z'",
            "ledger 2020-01-01 00:00:00+00:00 (known_at)",
        ),
    ],
)
def test_the_check_names_the_line_and_the_field_that_a_superuser_changed(entry, change, words):
    sql("SET LOCAL session_replication_role = replica")  # what the owner of the database can do to its triggers
    sql(change)
    sql("SET LOCAL session_replication_role = origin")

    with pytest.raises(CommandError) as found:
        call_command("check_turnover", "--json")

    assert f"line {entry.pk}: " in str(found.value)
    assert words in str(found.value)


def test_the_check_finds_two_lines_whose_errors_cancel_out(city, cast):
    """The sums of their cell agree; only the lines tell."""
    city.registers("1000000.00", seller=cast.other_clerk)
    city.registers("3000000.00", seller=cast.other_clerk)
    sql("SET LOCAL session_replication_role = replica")
    sql("UPDATE turnover_turnoverentry SET contract_amount = 2000000, technology_amount = 2000000")
    sql("SET LOCAL session_replication_role = origin")

    assert queries.figure(year=2026).contract_amount == Decimal("4000000.00")
    lines = [name for name in compare().differing if name.startswith("line ")]
    assert len(lines) == 4


def test_the_check_finds_a_line_that_was_removed(entry):
    sql("SET LOCAL session_replication_role = replica")
    sql("DELETE FROM turnover_turnoverentry")
    sql("SET LOCAL session_replication_role = origin")

    assert [name for name in compare().differing if "ledger None" in name and "events" in name] != []
    assert compare().count == 1 + 3 + len(KEPT[Side.OUTPUT])


def test_nothing_but_a_registration_event_writes_a_line(city, cast):
    """Signing and applying publish events; none of them is owed to the ledger."""
    told = city.records("1000000.00")
    owed = OutboxEvent.objects.filter(deliveries__consumer="turnover.ledger").values_list("topic", "key")

    assert list(owed) == [("contracts.registration.recorded", str(told.registration.id))]
