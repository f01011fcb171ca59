"""A published report is for everyone: what has fewer than three contracts behind it is in no table of it by itself."""

from decimal import Decimal

import pytest

from contracts.reports import checks
from contracts.reports.layouts import NEWEST
from tests.contracts.reports.conftest import APRIL, FEBRUARY, MARCH, on
from tests.contracts.reports.frozen import content_of, csv_of, kept
from tests.contracts.turnover.entries import Kind, amendment, enter_many, first_event


@pytest.fixture
def report(city, cast, office):
    """The first quarter of 2026: seven developments, four services and one licence to Nanchang."""
    first = first_event(city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk).registration)
    events = []
    for contract_type, count, yuan in (("development", 6, 100), ("service", 4, 1000), ("license", 1, 777_777)):
        for _ in range(count):
            event = amendment(first, Decimal(yuan), on=on(MARCH), at=MARCH)
            event.kind, event.contracts, event.contract_type = Kind.CORRECTED, 1, contract_type
            event.buyer_region = "360100" if contract_type == "license" else event.buyer_region
            events.append(event)
    enter_many(events)
    return office.publishes(at=APRIL)


def test_a_small_part_stands_together_with_another_and_the_table_adds_up(report):
    found = content_of(report)
    rows = found["tables"][0]["rows"]

    assert [(row["name"], row["contracts"]) for row in rows] == [("技术开发", 7), ("未单列", 5)]
    assert sum(Decimal(row["contract_amount"]) for row in rows) == Decimal(found["figure"]["output"]["contract_amount"])
    assert [(flow["buyer_name"], flow["contracts"]) for flow in found["flows"]] == [("瑞金市", 11), ("未单列", 1)]
    assert (found["layout"], NEWEST) == (2, 2)
    assert "少于三项合同的分项不单列" in found["notes"][-1]


def test_no_form_of_the_report_names_the_small_part(report):
    for form in ("json", "csv"):
        assert "技术许可" not in kept(report)[form].decode("utf-8-sig")
    assert any("未单列" in row for row in csv_of(report))


def test_the_report_comes_out_again_to_the_byte(report):
    assert checks.differences(report) == []


def test_the_places_in_a_prefecture_are_told_apart_where_each_has_three_contracts(city, cast, office):
    first = first_event(city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk).registration)
    events = [amendment(first, Decimal(100), on=on(MARCH), at=MARCH) for _ in range(5)]
    for number, event in enumerate(events):
        event.kind, event.contracts = Kind.CORRECTED, 1
        event.seller_region = "360100" if number < 3 else event.seller_region
    enter_many(events)

    found = content_of(office.publishes(at=APRIL, region="360000"))["official"]

    assert [(row["name"], row["contracts"]) for row in found] == [("江西省", 6), ("南昌市", 3), ("瑞金市", 3)]
