"""Migration operations for what the database itself must hold."""

from django.db import migrations


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE and DELETE on a table, whoever asks; TRUNCATE stays, for a test database's clearing."""
    function = f"{table}_is_append_only"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$;
        CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {function}();
        """,
        f"DROP TRIGGER {function} ON {table}; DROP FUNCTION {function}();",
    )


def number_sequence(name: str) -> migrations.RunSQL:
    """A sequence for numbers that people read; gaps are allowed, repeats are not."""
    return migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")
