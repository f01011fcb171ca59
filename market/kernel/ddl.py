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


def seal_on_insert(table: str, source: str) -> migrations.RunSQL:
    """Note every new row of a table for the audit chain, in the transaction that writes it.

    The rows that are there already are noted with it: the lock that makes a trigger holds writers off, so that no row
    falls between. The table's key is `id`; `source` is the name that the room seals the table under.
    """
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_is_sealed AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION kernel_note_for_sealing('{source}');
        INSERT INTO kernel_unsealedrow (source, row_id) SELECT '{source}', id::text FROM {table} ORDER BY id;
        """,  # noqa: S608  names of the models
        f"DROP TRIGGER {table}_is_sealed ON {table}; DELETE FROM kernel_unsealedrow WHERE source = '{source}';",  # noqa: S608
    )


def sealing_function() -> migrations.RunSQL:
    """What the triggers of `seal_on_insert` call."""
    return migrations.RunSQL(
        """
        CREATE FUNCTION kernel_note_for_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO kernel_unsealedrow (source, row_id) SELECT TG_ARGV[0], id::text FROM added;
            RETURN NULL;
        END $$;
        """,
        "DROP FUNCTION kernel_note_for_sealing();",
    )


def notify_relay(table: str, payloads: str) -> migrations.RunSQL:
    """Tell a listening relay of each statement's new rows, at its commit; `payloads` selects from them, `fresh`."""
    name = f"{table}_tells"
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN PERFORM pg_notify('market_relay', payload) FROM ({payloads}) AS told(payload); RETURN NULL; END $$;"
        f" CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()",
    )
