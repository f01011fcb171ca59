"""The database's functions of the ledger name the facts that the table names, and a new one with them."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from contracts.turnover import sums, triggers
from contracts.turnover.models import TurnoverSum

FUNCTIONS = ["turnover_cells", "turnover_sums_follow", "turnover_entry_equals_event"]
A_NEW_ONE = "harvest"
COLUMN = f"ADD COLUMN {A_NEW_ONE} varchar(10) NOT NULL DEFAULT 'rice'"


def sql(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def installed() -> dict[str, tuple[str, str]]:
    """Each function's arguments and text, as the database has them."""
    found = sql(
        "SELECT proname, pg_get_function_arguments(oid), prosrc FROM pg_proc WHERE proname = ANY (%s)", FUNCTIONS
    )
    return {name: (arguments, words(text)) for name, arguments, text in found}


def words(text: str) -> str:
    """Without the layout of its lines."""
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")


def test_the_database_has_the_functions_that_are_written_from_the_table(db):
    before = installed()
    sql(triggers.install(facts=triggers.NAMES, codes=triggers.CODES))

    assert set(before) == set(FUNCTIONS)
    assert installed() == before, "write a migration that installs them"


def test_a_function_of_other_text_needs_a_migration_that_installs_it():
    """Else a new database would have one text and an old one another. Here stand the facts of those migrations."""
    codes = (
        *("contract_type", "technology_field", "seller_kind", "buyer_kind", "ip_type", "plan_source", "size_class"),
        *("broker", "university"),
    )
    facts = ("seller_region", "buyer_region", "seller_kind", "buyer_kind", "contract_type", *codes[1:2], *codes[4:])
    sixth = import_module("contracts.turnover.migrations.0006_cells_of_one_region")
    fourth = import_module("contracts.turnover.migrations.0004_sums_follow_the_ledger")

    written = words(triggers.cells(codes)), words(triggers.follow(codes))
    assert written[0] == words(sixth.CELLS.split("CREATE FUNCTION turnover_prefixes")[0])
    assert written[1] == words(sixth.FOLLOW)
    columns = triggers.taken_over((*facts, "rule_set"))
    kept = words(fourth.EQUAL.split("CREATE TRIGGER")[0])
    assert words(triggers.equals_event(columns)).removeprefix("CREATE OR REPLACE ") == kept.removeprefix("CREATE ")


def test_a_new_fact_has_its_cells_and_must_equal_the_events(city):
    """As a migration adds one: what was entered before is told from the ledger until the sums are made anew."""
    city.registers("1000000.00", "780000.00")
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered before the checks of its new rows
    for table in ("registration_registrationevent", "turnover_turnoverentry"):
        sql(f"ALTER TABLE {table} {COLUMN}")
    sql(triggers.install(facts=(*triggers.NAMES, A_NEW_ONE), codes=(*triggers.CODES, A_NEW_ONE)))
    assert not sums.is_broken_down("360781")

    city.registers("500000.00")

    cells = TurnoverSum.objects.filter(dimension=A_NEW_ONE).values_list("side", "region", "code", "contract_amount")
    assert [(*names, str(amount)) for *names, amount in cells] == [("absorption", "360781", "rice", "500000.00")]
    city.records("1.00")
    columns = triggers.taken_over()
    statement = f"""
        INSERT INTO turnover_turnoverentry (event_id, {", ".join(columns)}, {A_NEW_ONE})
        SELECT id, {", ".join(columns.values())}, 'wheat' FROM registration_registrationevent
        ORDER BY recorded_at DESC, id DESC LIMIT 1
    """  # noqa: S608  names of the facts
    with pytest.raises(IntegrityError, match="equals its registration event"), transaction.atomic():
        sql(statement)
