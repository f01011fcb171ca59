"""Who sees none of the contracts behind the figure learns its totals, and nothing about fewer than three of them."""

import csv
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import find, given
from hypothesis import strategies as st

import contracts
from contracts.registration.facts import Dimension
from contracts.turnover import disclosure
from contracts.turnover.rules import Period, Side, Snapshot, Sums, total, withheld
from market.kernel.actor import ANONYMOUS
from tests.contracts.turnover.entries import Kind, amendment, enter_many, first_event

JUNE = datetime(2025, 6, 2, 2, tzinfo=UTC)
YEAR = Period.year(2025)
AFTER = date(2026, 1, 1)
# By contract type: how many contracts and yuan of each. The total is 17 contracts.
TYPES = {"development": (6, 100), "service": (5, 1000), "consulting": (4, 10_000), "license": (2, 777_777)}


# The rule


def sums(contracts: int) -> Sums:
    """Contracts of one yuan each, so that a contract's yuan and its count say the same."""
    return Sums(Decimal(contracts), Decimal(contracts), contracts)


def follows(wanted: list[int], told: list[list[int]]) -> bool:
    """Whether a sum of cells is a linear combination of the sums that are told."""
    rows = [[Fraction(value) for value in row] for row in told]
    goal = [Fraction(value) for value in wanted]
    for column in range(len(goal)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [_without(row, pivot, column) for row in rows]
        goal = _without(goal, pivot, column)
    return not any(goal)


def _without(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column] / pivot[column]
    return [value - factor * other for value, other in zip(row, pivot, strict=True)]


def leaks(cells: dict[str, Sums], hidden: frozenset[str]) -> list[set[str]]:
    """Sums of hidden cells with one or two contracts behind them that follow from the total and the cells told."""
    codes = list(cells)
    told = [[int(code == each) for each in codes] for code in codes if code not in hidden] + [[1] * len(codes)]
    found = []
    for size in range(1, len(hidden) + 1):
        for chosen in combinations(sorted(hidden), size):
            few = 0 < total(cells[code] for code in chosen).contracts < 3
            if few and follows([int(code in chosen) for code in codes], told):
                found.append(set(chosen))
    return found


def is_official(cells: dict[str, Sums], found: set[str]) -> bool:
    """The city's own total is for everyone, whatever its count."""
    return total(cells[code] for code in found) == total(cells.values())


tables = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 9).map(sums), max_size=7)


@given(tables)
def test_no_sum_of_one_or_two_contracts_follows_from_what_is_told(cells):
    hidden = withheld(cells)

    assert all(cells[code].contracts == 0 or cells[code].contracts >= 3 for code in cells if code not in hidden)
    assert all(is_official(cells, found) for found in leaks(cells, hidden))


def test_without_the_second_step_a_small_cell_follows_by_subtraction():
    """The control: small cells alone are hidden, and the total gives them back."""

    def small(cells: dict[str, Sums]) -> frozenset[str]:
        return frozenset(code for code, each in cells.items() if 0 < each.contracts < 3)

    broken = find(tables, lambda cells: any(not is_official(cells, found) for found in leaks(cells, small(cells))))

    assert len(small(broken)) in {1, 2}


@given(st.dictionaries(st.sampled_from(["in-a", "in-b", "in-c", "out-a", "out-b"]), st.integers(0, 6).map(sums)))
def test_the_rule_holds_within_each_group_that_has_a_total_of_its_own(cells):
    hidden = withheld(cells, lambda code: code[:2])

    for group in ("in", "ou"):
        members = {code: each for code, each in cells.items() if code.startswith(group)}
        assert all(is_official(members, found) for found in leaks(members, hidden & members.keys()))


def test_a_cell_of_changes_without_a_contract_is_small_and_one_of_nothing_is_not():
    changes = Sums(Decimal("500.00"), Decimal("500.00"), 0)

    assert withheld({"a": changes, "b": sums(9), "c": Sums()}) == {"a", "b"}
    assert withheld({"a": sums(3), "b": sums(3), "c": Sums()}) == frozenset()


# The doors


@pytest.fixture
def told(city, cast):
    """2025: TYPES, all sold within the city but for the last, which goes to Nanchang; in June."""
    story = city.registers("1000000.00", at=datetime(2024, 6, 3, 2, tzinfo=UTC), seller=cast.other_clerk)
    first = first_event(story.registration)
    events = []
    for contract_type, (count, yuan) in TYPES.items():
        for _ in range(count):
            event = amendment(first, Decimal(yuan), on=date(2025, 6, 2), at=JUNE)
            event.kind, event.contracts, event.contract_type = Kind.CORRECTED, 1, contract_type
            event.buyer_region = "360100" if contract_type == "license" else "360781"
            events.append(event)
    enter_many(events)
    return story


QUERY = "year=2025&by=contract_type"


def test_small_parts_are_told_together_with_another_so_that_three_contracts_are_behind(told, api):
    body = api.send("get", f"/turnover/breakdown?{QUERY}").json()

    assert {item["code"]: item["contracts"] for item in body["items"]} == {"development": 6, "service": 5}
    assert (body["suppressed"], body["suppressed_sums"]["contracts"]) == ("small_cells", 6)
    assert body["suppressed_sums"]["contract_amount"] == "1595554.00"


def test_the_table_as_a_file_adds_up_and_names_no_small_part(told, api):
    answer = api.send("get", f"/turnover/breakdown.csv?{QUERY}").content.decode("utf-8-sig")

    rows = {row[0]: row[1] for row in csv.reader(answer.splitlines()[1:])}
    assert rows == {"技术开发": "6", "技术服务": "5", "未单列": "6", "合计": "17"}


@pytest.mark.parametrize("address", ["/turnover/?period=2025", "/turnover/entries/?period=2025&by=contract_type"])
def test_the_page_tells_a_stranger_why_a_part_is_not_there(told, cast, api, address):
    for client in (api, api.as_(cast.stranger)):
        page = client.get(address).content.decode()
        table = re.search(r'<table id="by-contract_type">(.*?)</table>', page, re.DOTALL)
        assert table is not None
        assert "技术开发" in table[1]
        assert "技术许可" not in table[1]
        assert "155.56" not in page
        assert "少于三项合同的分项会透露单项合同的金额" in page


def test_the_page_of_a_month_says_why_it_has_no_parts_and_draws_none(told, api):
    page = api.get("/turnover/?period=2025-06").content.decode()

    assert "分项数据只按已结束的年度、按输出公布" in page
    assert 'id="by-contract_type"' not in page
    assert 'id="by-chain"' not in page


def test_a_small_flow_is_not_told(told, api):
    body = api.send("get", "/turnover/flows?year=2025").json()

    assert [(flow["buyer_region"], flow["contracts"]) for flow in body["items"]] == [("360781", 15)]
    assert (body["suppressed"], body["suppressed_sums"]) == ("small_cells", None)
    assert "南昌市" not in api.get("/turnover/?period=2025").content.decode()


def test_no_dimension_tells_a_stranger_a_small_cell(told, api):
    for by in set(Dimension) - {Dimension.MONTH}:
        body = api.send("get", f"/turnover/breakdown?year=2025&by={by}").json()
        assert all(item["contracts"] == 0 or item["contracts"] >= 3 for item in body["items"]), by
        assert body["suppressed_sums"] is None or body["suppressed_sums"]["contracts"] >= 3, by


NOT_PUBLISHED = [
    f"{QUERY}&month=6",
    f"{QUERY}&quarter=2",
    f"{QUERY}&as_of=2025-12-31",
    f"{QUERY}&as_of=2025-06-02",
    f"{QUERY}&side=absorption",
    f"{QUERY}&side=intra",
]


def test_parts_of_a_year_other_days_of_knowledge_and_other_sides_cannot_be_subtracted(told, cast, api):
    leader = api.as_(cast.leader)
    for query in NOT_PUBLISHED:
        body = api.send("get", f"/turnover/breakdown?{query}").json()
        assert (body["items"], body["suppressed"]) == ([], "not_published"), query
        assert body["suppressed_sums"]["contracts"] == (15 if "side=" in query else 17), query
        assert len(leader.send("get", f"/turnover/breakdown?{query}").json()["items"]) >= 3, query


def test_the_running_year_is_told_in_parts_when_it_is_over(told):
    def parts(on: date) -> list[str]:
        asked = {"actor": ANONYMOUS, "by": Dimension.CONTRACT_TYPE, "side": Side.OUTPUT, "snapshot": Snapshot()}
        return [cell.code for cell in disclosure.breakdown(YEAR, on=on, **asked).cells]

    assert parts(date(2025, 12, 31)) == []
    assert parts(AFTER) == ["development", "service"]


def test_the_year_before_is_withheld_by_its_own_cells(told):
    """2024 has one contract, a development: as the year before of 2025's developments it would be told."""
    table = disclosure.breakdown(YEAR, actor=ANONYMOUS, on=AFTER, by=Dimension.CONTRACT_TYPE)

    assert {cell.code: cell.before for cell in table.cells} == {"development": None, "service": Sums()}


def test_the_citys_totals_stay_for_everyone_whatever_their_count(told, api):
    for query, count in {"year=2024": 1, "year=2024&month=6": 1, "year=2025&as_of=2025-06-02": 17}.items():
        body = api.send("get", f"/turnover?{query}").json()
        assert (body["contracts"], body["output"]["contracts"]) == (count, count)
    months = api.send("get", "/turnover/breakdown?by=month&year=2024").json()
    assert [(item["code"], item["contracts"]) for item in months["items"]] == [("06", 1)]


def test_who_may_see_the_contracts_sees_every_part(told, cast, api):
    for name in ("leader", "auditor", "operator", "registrar", "approver"):
        client = api.as_(getattr(cast, name))
        body = client.send("get", f"/turnover/breakdown?{QUERY}").json()
        flows = client.send("get", "/turnover/flows?year=2025").json()
        counts = {item["code"]: item["contracts"] for item in body["items"]}
        assert counts == {code: count for code, (count, _) in TYPES.items()}, name
        assert (body["suppressed"], body["suppressed_sums"]) == ("", None), name
        assert (len(flows["items"]), flows["suppressed"]) == (2, ""), name
    assert "技术许可" in client.get("/turnover/?period=2025").content.decode()


def test_a_party_sees_the_parts_of_what_is_wholly_its_own(told, cast, api):
    query = "/turnover/breakdown?year=2024&by=contract_type"

    own = api.as_(cast.other_clerk).send("get", query).json()

    assert [(item["code"], item["contracts"]) for item in own["items"]] == [("development", 1)]
    assert api.as_(cast.stranger).send("get", query).json()["items"] == []


def test_another_regions_figure_is_a_cell_and_hidden(told, cast, api):
    for part in ("", "/breakdown", "/flows"):
        query = f"/turnover{part}?year=2025&region=360100"
        assert api.send("get", query).status_code == 404
        assert api.as_(cast.auditor).send("get", query).status_code == 200


def test_the_lines_of_a_small_part_are_not_listed_to_a_stranger(told, cast, api):
    address = reverse("turnover:lines") + "?period=2025&contract_type=license"

    answer = api.as_(cast.stranger).get(address)

    assert (answer.context["page"].count, answer.context["shown"]["contracts"]) == (0, None)
    assert api.as_(cast.leader).get(address).context["page"].count == 2


def test_every_door_asks_what_may_be_told():
    """The full composition is read by what decides about it, and by the office's own reports."""
    root = Path(contracts.__file__).parent
    reading = re.compile(r"(?:queries|turnover)\.(?:breakdowns?|flows)\(")

    users = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if reading.search(path.read_text())}

    assert users == {"turnover/disclosure.py", "reports/reading.py"}
