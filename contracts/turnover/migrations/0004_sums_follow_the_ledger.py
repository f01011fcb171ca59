from django.db import migrations, models

from market.kernel.money import MoneyField

# An entry adds to these cells: for the seller's region and for the buyer's, the total and one cell of each dimension.
CELLS = """
CREATE FUNCTION turnover_cells(
    seller_region text, buyer_region text, contract_type text, technology_field text, seller_kind text,
    buyer_kind text, ip_type text, plan_source text, size_class text, broker text, university text
) RETURNS TABLE (side text, region text, dimension text, code text) LANGUAGE sql IMMUTABLE AS $$
    SELECT sides.side, sides.region, codes.dimension, codes.code
    FROM (VALUES ('output', seller_region, 'buyer_region', buyer_region),
                 ('absorption', buyer_region, 'seller_region', seller_region)
         ) AS sides (side, region, across, other),
    LATERAL (VALUES ('total', ''), (sides.across, sides.other), ('contract_type', contract_type),
                    ('technology_field', technology_field), ('seller_kind', seller_kind), ('buyer_kind', buyer_kind),
                    ('ip_type', ip_type), ('plan_source', plan_source), ('size_class', size_class),
                    ('broker', broker), ('university', university)
            ) AS codes (dimension, code)
$$;
"""
# A slot that no other transaction holds, so that nobody waits for another's total of today; only where all sixteen
# are taken does a writer wait, and it holds none then. Slot 0 is where slots are settled, see sums.py.
SLOT = """
CREATE FUNCTION turnover_slot() RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE slot integer;
BEGIN
    FOR step IN 0..15 LOOP
        slot := 1 + (pg_backend_pid() + step) % 16;
        IF pg_try_advisory_xact_lock(1953854062, slot) THEN
            RETURN slot;
        END IF;
    END LOOP;
    PERFORM pg_advisory_xact_lock(1953854062, slot);
    RETURN slot;
END $$;
"""
SUMS = """
CREATE FUNCTION turnover_sums_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held smallint := turnover_slot();
BEGIN
    INSERT INTO turnover_turnoversum AS kept
        (side, dimension, region, effective_on, code, slot, contract_amount, technology_amount, contracts, entries)
    SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, held,
           sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
    FROM entered entry, turnover_cells(
        entry.seller_region, entry.buyer_region, entry.contract_type, entry.technology_field, entry.seller_kind,
        entry.buyer_kind, entry.ip_type, entry.plan_source, entry.size_class, entry.broker, entry.university) cells
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (side, dimension, region, effective_on, code, slot) DO UPDATE SET
        contract_amount = kept.contract_amount + excluded.contract_amount,
        technology_amount = kept.technology_amount + excluded.technology_amount,
        contracts = kept.contracts + excluded.contracts,
        entries = kept.entries + excluded.entries;
    RETURN NULL;
END $$;
CREATE TRIGGER turnover_sums_follow AFTER INSERT ON turnover_turnoverentry
REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION turnover_sums_follow();
"""
# What was entered before there were sums.
FILL = """
INSERT INTO turnover_turnoversum
    (side, dimension, region, effective_on, code, slot, contract_amount, technology_amount, contracts, entries)
SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, 0,
       sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
FROM turnover_turnoverentry entry, turnover_cells(
    entry.seller_region, entry.buyer_region, entry.contract_type, entry.technology_field, entry.seller_kind,
    entry.buyer_kind, entry.ip_type, entry.plan_source, entry.size_class, entry.broker, entry.university) cells
GROUP BY 1, 2, 3, 4, 5;
"""
EQUAL = """
CREATE FUNCTION turnover_entry_equals_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM entered entry JOIN registration_registrationevent event ON event.id = entry.event_id
        WHERE (entry.kind, entry.contract_amount, entry.technology_amount, entry.contracts, entry.seller_region,
               entry.buyer_region, entry.seller_kind, entry.buyer_kind, entry.contract_type, entry.technology_field,
               entry.ip_type, entry.plan_source, entry.size_class, entry.broker, entry.university, entry.rule_set,
               entry.effective_on, entry.known_at)
            IS DISTINCT FROM
              (event.kind, event.contract_amount, event.technology_amount, event.contracts, event.seller_region,
               event.buyer_region, event.seller_kind, event.buyer_kind, event.contract_type, event.technology_field,
               event.ip_type, event.plan_source, event.size_class, event.broker, event.university, event.rule_set,
               event.effective_on, event.recorded_at)
    ) THEN
        RAISE EXCEPTION 'an entry of the ledger equals its registration event' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER turnover_entry_equals_event AFTER INSERT ON turnover_turnoverentry
REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION turnover_entry_equals_event();
"""
BACK = """
DROP TRIGGER turnover_entry_equals_event ON turnover_turnoverentry;
DROP TRIGGER turnover_sums_follow ON turnover_turnoverentry;
DROP FUNCTION turnover_entry_equals_event, turnover_sums_follow, turnover_slot, turnover_cells;
"""


class Migration(migrations.Migration):
    dependencies = [("turnover", "0003_facts_and_corrections")]
    operations = [
        migrations.CreateModel(
            name="TurnoverSum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "side",
                        "dimension",
                        "region",
                        "effective_on",
                        "code",
                        "slot",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        db_comment="output: region is the seller's; absorption: the buyer's", max_length=10
                    ),
                ),
                ("dimension", models.CharField(max_length=16)),
                ("region", models.CharField(max_length=6)),
                ("effective_on", models.DateField()),
                ("code", models.CharField(max_length=40)),
                ("slot", models.SmallIntegerField()),
                ("contract_amount", MoneyField(decimal_places=2, max_digits=24)),
                ("technology_amount", MoneyField(decimal_places=2, max_digits=24)),
                ("contracts", models.BigIntegerField()),
                ("entries", models.BigIntegerField(db_comment="How many lines of the ledger are in it")),
            ],
            options={"verbose_name": "成交额汇总", "verbose_name_plural": "成交额汇总"},
        ),
        # Room on each page for the new version of a row, so that adding to it touches no index.
        migrations.RunSQL("ALTER TABLE turnover_turnoversum SET (fillfactor = 60)", migrations.RunSQL.noop),
        migrations.RunSQL(CELLS + SLOT + FILL + SUMS + EQUAL, BACK),
    ]
