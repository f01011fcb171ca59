"""The database's own functions of the ledger, written from the facts: an entry equals its event and adds to its sums.

A migration that adds a fact runs `install` with the names of the facts and dimensions as they are then, spelled out, so
that it writes the same on any later day.
"""

from collections.abc import Mapping, Sequence

from contracts.registration.facts import DIMENSIONS, NAMES, Dimension

REGIONS = (Dimension.SELLER_REGION.value, Dimension.BUYER_REGION.value)  # the parties', of which each side has one
CODES = tuple(by.value for by in DIMENSIONS if by not in REGIONS)


def taken_over(facts: Sequence[str] = NAMES) -> dict[str, str]:
    """What an entry takes over from its event: the entry's column, and the event's."""
    names = ("kind", "contract_amount", "technology_amount", "contracts", *facts, "effective_on")
    return {name: name for name in names} | {"known_at": "recorded_at"}


def cells_of(row: str, prefixes: str, codes: Sequence[str] = CODES) -> str:
    """SQL: the cells that a row of the ledger adds to; `prefixes` are the regions that are broken down."""
    columns = ", ".join(f"{row}.{name}" for name in (*REGIONS, *codes))
    return f"turnover_cells({columns}, {prefixes})"


def install(*, facts: Sequence[str], codes: Sequence[str]) -> str:
    """SQL that writes the functions anew; `codes` are the dimensions beside the regions, facts too.

    What was entered before has no cells of a new one: until `rebuild_turnover` has run, breakdowns read the ledger.
    """
    return f"""
        LOCK TABLE turnover_turnoverentry IN SHARE ROW EXCLUSIVE MODE;
        DROP FUNCTION turnover_cells;
        {cells(codes)}
        {follow(codes)}
        {equals_event(taken_over(facts))}
        UPDATE turnover_brokendownregion SET is_complete = false WHERE EXISTS (SELECT FROM turnover_turnoverentry);
    """  # noqa: S608  names of the facts


def cells(codes: Sequence[str]) -> str:
    """A total for the seller's region and for the buyer's, and for the smallest region that both lie in.

    The cells of each dimension only where somebody reads them often: in the regions that are broken down.
    """
    parameters = ", ".join(f"{name} text" for name in (*REGIONS, *codes))
    pairs = ", ".join(f"('{name}', {name})" for name in codes)
    return f"""
CREATE FUNCTION turnover_cells({parameters}, prefixes text[])
RETURNS TABLE (side text, region text, dimension text, code text) LANGUAGE sql IMMUTABLE AS $$
    SELECT sides.side, sides.region, codes.dimension, codes.code
    FROM (VALUES ('output', seller_region, 'buyer_region', buyer_region),
                 ('absorption', buyer_region, 'seller_region', seller_region)
         ) AS sides (side, region, across, other),
    LATERAL (VALUES ('total', ''), (sides.across, sides.other), {pairs}
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
"""  # noqa: S608  names of the facts


def follow(codes: Sequence[str]) -> str:
    """The sums follow each statement that enters lines, in a slot that no other transaction holds."""
    return f"""
CREATE OR REPLACE FUNCTION turnover_sums_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held smallint := turnover_slot();
DECLARE prefixes text[] := turnover_prefixes();
BEGIN
    INSERT INTO turnover_turnoversum AS kept
        (side, dimension, region, effective_on, code, slot, contract_amount, technology_amount, contracts, entries)
    SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, held,
           sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
    FROM entered entry, {cells_of("entry", "prefixes", codes)} cells
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (side, dimension, region, effective_on, code, slot) DO UPDATE SET
        contract_amount = kept.contract_amount + excluded.contract_amount,
        technology_amount = kept.technology_amount + excluded.technology_amount,
        contracts = kept.contracts + excluded.contracts,
        entries = kept.entries + excluded.entries;
    RETURN NULL;
END $$;
"""  # noqa: S608  names of the facts


def equals_event(columns: Mapping[str, str]) -> str:
    """An entry is refused that differs from its event in what it takes over."""
    entry = ", ".join(f"entry.{name}" for name in columns)
    event = ", ".join(f"event.{name}" for name in columns.values())
    return f"""
CREATE OR REPLACE FUNCTION turnover_entry_equals_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM entered entry JOIN registration_registrationevent event ON event.id = entry.event_id
        WHERE ({entry})
            IS DISTINCT FROM
              ({event})
    ) THEN
        RAISE EXCEPTION 'an entry of the ledger equals its registration event' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608  names of the facts
