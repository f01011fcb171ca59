"""A ledger of many invented entries over eleven years, made in the database; the same on every run."""

from datetime import date
from decimal import Decimal

from django.db import connection

from contracts.agreements.models import TechnologyContract
from contracts.registration.models import Registration
from contracts.turnover import sums
from contracts.turnover.services import TAKEN_OVER
from market.kernel import clock
from tests.benchmarks import data

FIRST_YEAR, LAST_YEAR = 2016, 2026
# A number's own facts: seven of ten sold in the city, the other party in one of 120 counties; skewed as real codes are.
EVENTS = """
    INSERT INTO registration_registrationevent (id, registration_id, kind, contract_amount, technology_amount,
        contracts, seller_region, buyer_region, seller_kind, buyer_kind, contract_type, technology_field, ip_type,
        plan_source, size_class, broker, university, rule_set, reason, effective_on, recorded_at)
    SELECT md5('event' || n)::uuid, md5('registration' || n)::uuid, 'registered', 10000 + n %% 9999983,
        5000 + n %% 4999999, 1,
        CASE WHEN n %% 10 < 7 THEN '360781' ELSE (360100 + h %% 120)::text END,
        CASE WHEN n %% 10 > 5 THEN '360781' ELSE (350100 + h / 7 %% 120)::text END,
        (ARRAY['150', '160', '170', '0221', '0211'])[1 + h %% 5], (ARRAY['150', '160', '170', '180'])[1 + h / 3 %% 4],
        (ARRAY['development', 'service', 'consulting', 'assignment', 'license'])[1 + h / 5 %% 5],
        lpad((1 + h / 11 %% 11)::text, 2, '0'), (ARRAY['invention', 'secret', 'software', 'none'])[1 + h / 13 %% 4],
        (ARRAY['outside', 'outside', 'national', 'county'])[1 + h / 17 %% 4],
        (ARRAY['micro', 'small', 'medium', 'large'])[1 + h / 19 %% 4], md5('agency' || h / 23 %% 9)::uuid::text,
        CASE WHEN h %% 5 = 3 THEN md5('university' || h / 29 %% 12)::uuid::text ELSE '' END, '2000-2001', '',
        date '2016-01-01' + (h / 31 %% 4000)::int, timestamptz '2016-01-01' + n * interval '5 minutes'
    FROM generate_series(%s, %s) n, LATERAL (SELECT abs(hashint4(n)::bigint) AS h) hashed
"""
REGISTRATIONS = """
    INSERT INTO registration_registration (id, version, no, contract_id, applicant_id, office_id, rule_set, state,
        grounds, remark, registration_no, created_at, updated_at)
    SELECT md5('registration' || n)::uuid, 1, 'B' || n, contract_id, applicant_id, office_id, rule_set, 'revoked',
        '[]', '', '', created_at, updated_at
    FROM generate_series(%s, %s) n, registration_registration WHERE no = 'template'
"""
ENTRIES = f"""
    INSERT INTO {{table}} (event_id, {", ".join(TAKEN_OVER)})
    SELECT id, {", ".join(TAKEN_OVER.values())} FROM registration_registrationevent WHERE id = {{event}}
"""  # noqa: S608  names of the facts
INTO_LEDGER = ENTRIES.format(table="turnover_turnoverentry", event="md5('event' || %s)::uuid")
INTO_BARE = ENTRIES.format(table="bare_entry", event="md5('event' || %s)::uuid")
ALL_INTO_LEDGER = ENTRIES.format(
    table="turnover_turnoverentry", event="ANY (SELECT md5('event' || n)::uuid FROM generate_series(%s, %s) n)"
)


def build_events(first: int, last: int) -> None:
    """Registered contracts by number, both ends included, with no entry yet."""
    if not Registration.objects.filter(no="template").exists():
        _template()
    with connection.cursor() as cursor:
        cursor.execute(REGISTRATIONS, [first, last])
        cursor.execute(EVENTS, [first, last])


def build(first: int, last: int) -> None:
    """The same with their entries; the sums are made anew afterwards, which is faster than line by line."""
    build_events(first, last)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE turnover_turnoverentry DISABLE TRIGGER turnover_sums_follow")
        cursor.execute(ALL_INTO_LEDGER, [first, last])
        cursor.execute("ALTER TABLE turnover_turnoverentry ENABLE TRIGGER turnover_sums_follow")
        for _month in sums.rebuild():
            pass
        cursor.execute("VACUUM ANALYZE turnover_turnoverentry, turnover_turnoversum, registration_registrationevent")


def _template() -> None:
    seller, buyer, at, on = data.university(1), data.enterprise(1), clock.now(), date(2026, 1, 1)
    contract = TechnologyContract.objects.create(
        no="B-1",
        origin="inbound",
        contract_type="development",
        title="铜合金接触线工艺开发",
        seller=seller,
        buyer=buyer,
        contract_amount=Decimal("1000000.00"),
        technology_amount=Decimal("780000.00"),
        payment_method="lump_sum",
        valid_from=on,
        valid_until=on,
        technology_field="05",
        ip_type="none",
        created_at=at,
        updated_at=at,
    )
    Registration.objects.create(
        no="template",
        contract=contract,
        applicant=seller,
        office=buyer,
        rule_set="2000-2001",
        state="revoked",
        created_at=at,
        updated_at=at,
    )
