from django.db import migrations

from market.kernel.ddl import append_only, number_sequence

BALANCE = """
CREATE FUNCTION payments_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT COALESCE(SUM(debit - credit), 0) FROM payments_journalline WHERE entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_entry_balances AFTER INSERT ON payments_journalline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_entry_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments_and_journal")]
    operations = [
        append_only("payments_journalentry"),
        append_only("payments_journalline"),
        number_sequence("payment_no_seq"),
        migrations.RunSQL(
            BALANCE,
            "DROP TRIGGER payments_entry_balances ON payments_journalline; DROP FUNCTION payments_entry_balances();",
        ),
    ]
