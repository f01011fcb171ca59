from django.conf import settings
from django.db import migrations, models

# A total for the seller's region and for the buyer's, and for the smallest region that both lie in. The cells of each
# dimension only where somebody reads them often: in the regions that are broken down.
CELLS = """
CREATE FUNCTION turnover_cells(
    seller_region text, buyer_region text, contract_type text, technology_field text, seller_kind text,
    buyer_kind text, ip_type text, plan_source text, size_class text, broker text, university text, prefixes text[]
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
    WHERE codes.dimension = 'total' OR sides.region LIKE ANY (prefixes)
    UNION ALL
    SELECT 'intra', within.region, 'total', ''
    FROM (SELECT CASE WHEN seller_region = buyer_region THEN seller_region
                      WHEN left(seller_region, 4) = left(buyer_region, 4) THEN left(seller_region, 4) || '00'
                      WHEN left(seller_region, 2) = left(buyer_region, 2) THEN left(seller_region, 2) || '0000'
                      ELSE '' END) AS within (region)
    WHERE within.region <> ''
$$;
CREATE FUNCTION turnover_prefixes() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(prefix || '%'), '{}') FROM turnover_brokendownregion
$$;
"""
FOLLOW = """
CREATE OR REPLACE FUNCTION turnover_sums_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held smallint := turnover_slot();
DECLARE prefixes text[] := turnover_prefixes();
BEGIN
    INSERT INTO turnover_turnoversum AS kept
        (side, dimension, region, effective_on, code, slot, contract_amount, technology_amount, contracts, entries)
    SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, held,
           sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
    FROM entered entry, turnover_cells(
        entry.seller_region, entry.buyer_region, entry.contract_type, entry.technology_field, entry.seller_kind,
        entry.buyer_kind, entry.ip_type, entry.plan_source, entry.size_class, entry.broker, entry.university,
        prefixes) cells
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (side, dimension, region, effective_on, code, slot) DO UPDATE SET
        contract_amount = kept.contract_amount + excluded.contract_amount,
        technology_amount = kept.technology_amount + excluded.technology_amount,
        contracts = kept.contracts + excluded.contracts,
        entries = kept.entries + excluded.entries;
    RETURN NULL;
END $$;
"""
# In one statement, and while no entry can arrive, as the whole migration is one transaction that changes the trigger.
ANEW = """
LOCK TABLE turnover_turnoverentry IN SHARE ROW EXCLUSIVE MODE;
TRUNCATE turnover_turnoversum;
INSERT INTO turnover_turnoversum
    (side, dimension, region, effective_on, code, slot, contract_amount, technology_amount, contracts, entries)
SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, 0,
       sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
FROM turnover_turnoverentry entry, turnover_cells(
    entry.seller_region, entry.buyer_region, entry.contract_type, entry.technology_field, entry.seller_kind,
    entry.buyer_kind, entry.ip_type, entry.plan_source, entry.size_class, entry.broker, entry.university,
    (SELECT turnover_prefixes())) cells
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5;
"""
# Not Django's to empty: a test that empties every table would take away a fact that the trigger needs.
REGIONS = """
CREATE TABLE turnover_brokendownregion (
    region varchar(6) PRIMARY KEY, prefix varchar(6) NOT NULL, is_complete boolean NOT NULL
);
COMMENT ON COLUMN turnover_brokendownregion.prefix IS 'What the codes within the region begin with';
COMMENT ON COLUMN turnover_brokendownregion.is_complete IS 'Whether every earlier entry is in its cells';
"""


def break_down_home(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO turnover_brokendownregion VALUES (%s, regexp_replace(%s, '(0000|00)$', ''), true)",
        [settings.HOME_REGION, settings.HOME_REGION],
    )


class Migration(migrations.Migration):
    dependencies = [("turnover", "0005_assessment")]
    operations = [
        migrations.CreateModel(
            name="BrokenDownRegion",
            fields=[
                ("region", models.CharField(max_length=6, primary_key=True, serialize=False)),
                ("prefix", models.CharField(max_length=6)),
                ("is_complete", models.BooleanField()),
            ],
            options={"managed": False, "db_table": "turnover_brokendownregion"},
        ),
        migrations.AlterField(
            model_name="turnoversum",
            name="side",
            field=models.CharField(
                db_comment="output: region is the seller's; absorption: the buyer's; intra: the smallest with both",
                max_length=10,
            ),
        ),
        migrations.RunSQL(REGIONS),
        migrations.RunPython(break_down_home),
        migrations.RunSQL(f"DROP FUNCTION turnover_cells; {CELLS} {FOLLOW} {ANEW}"),
    ]
