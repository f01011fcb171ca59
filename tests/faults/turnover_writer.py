"""One of many writers of the ledger: random operations on registrations of its own, several in a transaction.

python -m tests.faults.turnover_writer SEED OPERATIONS FILE: DATABASE_URL names the database; for each transaction that
the database acknowledged, a line goes to FILE: operations, entries, and the id of the first event.
"""

import os
import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from uuid_utils import compat

REGIONS = ("360781", "360100", "360702", "350200", "")
TYPES = ("development", "assignment", "license", "consulting", "service")
FIELDS = ("01", "03", "05", "09")
FACTS = {"seller_region": REGIONS, "buyer_region": REGIONS, "contract_type": TYPES, "technology_field": FIELDS}
FIRST_DAY, DAYS = date(2026, 1, 1), 30
LARGEST = Decimal("10000000000000.00")
REGISTRATION = """
    INSERT INTO registration_registration (id, version, no, contract_id, applicant_id, office_id, rule_set, state,
        grounds, remark, registration_no, created_at, updated_at)
    SELECT %s, 1, %s, contract_id, applicant_id, office_id, rule_set, 'revoked', '[]', '', '', now(), now()
    FROM registration_registration WHERE no = 'template'
"""
EVENT = """
    INSERT INTO registration_registrationevent (id, registration_id, kind, contract_amount, technology_amount,
        contracts, seller_region, buyer_region, seller_kind, buyer_kind, contract_type, technology_field, ip_type,
        plan_source, size_class, broker, university, rule_set, reason, effective_on, recorded_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '', %s, %s, 'none', 'outside', '', '', '', '2000-2001', '', %s, now())
"""
ENTRIES = """
    INSERT INTO turnover_turnoverentry (event_id, known_at, kind, contract_amount, technology_amount, contracts,
        seller_region, buyer_region, seller_kind, buyer_kind, contract_type, technology_field, ip_type, plan_source,
        size_class, broker, university, rule_set, effective_on)
    SELECT id, recorded_at, kind, contract_amount, technology_amount, contracts,
        seller_region, buyer_region, seller_kind, buyer_kind, contract_type, technology_field, ip_type, plan_source,
        size_class, broker, university, rule_set, effective_on
    FROM registration_registrationevent WHERE id = ANY(%s)
"""

Event = tuple[Any, ...]


class Book:
    """The writer's own registrations, as they stand in what was acknowledged."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  a seed, not a secret
        self.standing: dict[UUID, dict[str, Any]] = {}

    def operation(self, taken: set[UUID]) -> tuple[UUID, list[Event], bool]:
        """A registration that the transaction has not touched yet, its events, and whether it is new."""
        free = [key for key in self.standing if key not in taken][-200:]
        if not free or self.random.random() < 0.4:
            key = compat.uuid7()
            values = {name: self.random.choice(codes) for name, codes in FACTS.items()}
            values |= {"amount": self._amount(), "on": FIRST_DAY + timedelta(days=self.random.randrange(DAYS))}
            self.standing[key] = values
            return key, [self._event("registered", values, values["amount"], 1)], True
        key = self.random.choice(free)
        return key, self._later(key), False

    def _later(self, key: UUID) -> list[Event]:
        values = self.standing[key]
        kind = self.random.choice(("amended", "amended", "corrected", "corrected", "cancelled", "revoked"))
        if kind == "amended":
            more = self._amount() - values["amount"]
            values["amount"] += more
            return [self._event(kind, values, more, 0)]
        back = self._event(kind, values, -values["amount"], -1 if kind == "corrected" else 0)
        if kind != "corrected":
            del self.standing[key]
            return [back]
        name = self.random.choice(sorted(FACTS))  # a region more often than not: the contract moves elsewhere
        values[name] = self.random.choice(FACTS[name])
        return [back, self._event(kind, values, values["amount"], 1)]

    def _amount(self) -> Decimal:
        return self.random.choice(
            (Decimal("0.01"), LARGEST, Decimal(self.random.randrange(1, 10**9)) / 100, Decimal("1000000.00"))
        )

    def _event(self, kind: str, values: dict[str, Any], amount: Decimal, contracts: int) -> Event:
        technology = (amount / 2).quantize(Decimal("0.01"))
        facts = [values[name] for name in FACTS]
        return (kind, amount, technology, contracts, *facts, values["on"])


def write(url: str, seed: int, operations: int, path: str) -> None:
    book, done = Book(seed), 0
    with psycopg.connect(url, autocommit=True) as connection, open(path, "a", encoding="ascii", buffering=1) as told:
        while done < operations:
            size = min(book.random.randrange(1, 40), operations - done)
            taken: set[UUID] = set()
            registrations, events = [], []
            for _ in range(size):
                key, happened, is_new = book.operation(taken)
                taken.add(key)
                if is_new:
                    registrations.append((key, key.hex[-20:]))
                events += [(compat.uuid7(), key, *event) for event in happened]
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(REGISTRATION, registrations)
                cursor.executemany(EVENT, events)
                cursor.execute(ENTRIES, [[event[0] for event in events]])
            done += size
            told.write(f"{size} {len(events)} {events[0][0]}\n")


if __name__ == "__main__":
    write(os.environ["DATABASE_URL"], int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
