"""技术合同成交额 of a year: which contracts, which year, whose side, as known when (worked examples 3 to 8)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from contracts.registration.problems import DateInvalid
from contracts.turnover import queries, rules
from contracts.turnover.rules import Sums
from market.kernel.money import in_yi
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.registration.desk import amend, cancel, register, revoke
from tests.contracts.standing import refused, run_consumers

NOTHING = Sums(Decimal("0.00"), Decimal("0.00"), 0)
NEW_YEAR = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # 2026-01-01 00:00 in Ruijin


def sums(contract: str, technology: str, contracts: int) -> Sums:
    return Sums(Decimal(contract), Decimal(technology), contracts)


# The year


def test_worked_example_3_a_contract_signed_in_one_year_and_registered_in_the_next_counts_in_the_next(cast):
    told = story.signed(cast, at=datetime(2025, 12, 20, 2, tzinfo=UTC), valid_from=date(2025, 12, 20))
    later = datetime(2026, 1, 5, 2, tzinfo=UTC)
    register(story.apply(told, at=later), on=date(2026, 1, 5), at=later)
    run_consumers("turnover.ledger")

    assert told.contract.signed_on == date(2025, 12, 20)
    assert queries.figure(year=2025).absorption == NOTHING
    assert queries.figure(year=2026).absorption == sums("1000000.00", "780000.00", 1)


@pytest.mark.parametrize(
    ("seconds", "year", "other"), [(-1, 2025, 2026), (0, 2026, 2025), (1800, 2026, 2025)], ids=["before", "at", "after"]
)
def test_worked_example_3_the_year_changes_at_midnight_in_ruijin_and_not_in_greenwich(city, seconds, year, other):
    """2025-12-31T16:30Z is 2026-01-01 00:30 in Ruijin and counts in 2026."""
    city.registers("1000000.00", at=NEW_YEAR + timedelta(seconds=seconds))

    assert queries.figure(year=year).absorption == sums("1000000.00", "1000000.00", 1)
    assert queries.figure(year=other).absorption == NOTHING


def test_the_registrys_date_decides_and_may_not_be_one_that_has_not_begun_there(cast):
    before = NEW_YEAR - timedelta(seconds=1)
    told = story.apply(story.signed(cast, at=before, valid_from=date(2025, 12, 31)), at=before)
    with refused(DateInvalid):
        register(told, on=date(2026, 1, 1), at=before)

    register(told, no="2025360701000001", on=date(2025, 12, 31), at=NEW_YEAR + timedelta(hours=9))
    run_consumers("turnover.ledger")

    assert queries.figure(year=2025).absorption.contracts == 1


# The side


def test_worked_example_4_a_seller_elsewhere_and_a_buyer_here_is_absorption_only(city):
    city.registers("1000000.00", "780000.00")  # Nanchang sells to Ruijin

    here, there = queries.figure(year=2026), queries.figure(year=2026, region="360100")
    one = sums("1000000.00", "780000.00", 1)
    assert (here.output, here.absorption, here.intra) == (NOTHING, one, NOTHING)
    assert (there.output, there.absorption, there.intra) == (one, NOTHING, NOTHING)
    assert (here.contract_amount, here.technology_amount, here.contracts) == (Decimal("0.00"), Decimal("0.00"), 0)


def test_worked_example_4_both_here_is_output_absorption_and_within(city, cast):
    city.registers("1000000.00", seller=cast.other_clerk)

    one = sums("1000000.00", "1000000.00", 1)
    figure = queries.figure(year=2026)
    assert (figure.output, figure.absorption, figure.intra) == (one, one, one)
    assert figure.contract_amount == Decimal("1000000.00")


def test_worked_example_4_technology_from_abroad_is_absorbed_and_its_buyer_registers_it(cast):
    cast.university.country, cast.university.region = "501", ""
    cast.university.save()
    story.register(story.apply(story.signed(cast), applicant=cast.enterprise_clerk))
    run_consumers("turnover.ledger")

    figure = queries.figure(year=2026)
    assert (figure.output, figure.absorption) == (NOTHING, sums("1000000.00", "780000.00", 1))


def test_a_prefecture_and_a_province_count_every_county_in_them(city, cast):
    city.registers("1000000.00")
    city.registers("2000000.00", seller=cast.other_clerk)

    prefecture, province = queries.figure(year=2026, region="360700"), queries.figure(year=2026, region="360000")
    assert prefecture.output == sums("2000000.00", "2000000.00", 1)
    assert province.output == province.absorption == province.intra == sums("3000000.00", "3000000.00", 2)
    assert queries.figure(year=2026, region="350000").absorption == NOTHING


# The amount


def test_worked_example_5_eighty_three_million_yuan_are_shown_as_0_83(city, cast):
    for amount in ("40000000.00", "42999999.99", "0.01"):
        city.registers(amount, seller=cast.other_clerk)

    figure = queries.figure(year=2026)
    assert (figure.contract_amount, figure.contracts) == (Decimal("83000000.00"), 3)
    assert str(in_yi(figure.contract_amount)) == "0.83"


def test_worked_example_5_sums_are_taken_first_and_rounded_last(city, cast):
    """Three times 400 000 are 0.012: rounded one by one they would be 0.00."""
    for _ in range(3):
        city.registers("400000.00", seller=cast.other_clerk)

    total = queries.figure(year=2026).contract_amount
    assert (in_yi(total), in_yi(total, 4)) == (Decimal("0.01"), Decimal("0.0120"))


def test_worked_example_6_progress_is_measured_against_the_path(city, cast):
    """2023: 3.10 against 3.2321 is −4.09 %."""
    city.registers("310000000.00", at=datetime(2023, 5, 4, 2, tzinfo=UTC), seller=cast.other_clerk)

    figure = queries.figure(year=2023)
    assert in_yi(figure.contract_amount) == Decimal("3.10")
    assert in_yi(figure.planned, 4) == Decimal("3.2321")
    assert figure.against_plan_percent == Decimal("-4.09")
    assert queries.figure(year=2026).against_plan_percent is None


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [("1.20", "0.83", "44.58"), ("3.10", "3.2321", "-4.09"), ("0.00", "0.83", "-100.00"), ("0.83", "0.83", "0.00")],
)
def test_worked_example_6_growth_in_percent(now, before, percent):
    assert rules.change_percent(Decimal(now), Decimal(before)) == Decimal(percent)


@pytest.mark.parametrize("before", [Decimal("0.00"), None])
def test_worked_example_6_growth_from_nothing_is_no_number_and_never_infinite(before):
    assert rules.change_percent(Decimal("1.20"), before) is None


# Later events, and the figure as it was known


def test_worked_example_7_each_year_keeps_what_happened_in_it(city, cast):
    year_a, year_b = datetime(2025, 6, 2, 2, tzinfo=UTC), datetime(2026, 3, 2, 2, tzinfo=UTC)
    told = city.registers("1000000.00", at=year_a, seller=cast.other_clerk)

    amend(told, "1200000.00", "1200000.00", on=date(2026, 3, 2), at=year_b)
    run_consumers("turnover.ledger")
    assert queries.series() == {
        2025: sums("1000000.00", "1000000.00", 1),
        2026: sums("200000.00", "200000.00", 0),
    }

    revoke(told, on=date(2026, 3, 2), at=year_b)
    run_consumers("turnover.ledger")
    assert queries.series() == {
        2025: sums("1000000.00", "1000000.00", 1),
        2026: sums("-1000000.00", "-1000000.00", -1),
    }


def test_the_figure_can_be_told_as_it_was_known_on_any_past_day(city, cast):
    told = city.registers("1000000.00", seller=cast.other_clerk)
    friday = MONDAY + timedelta(days=4)
    city.registers("500000.00", at=friday, seller=cast.other_clerk)
    sunday = MONDAY + timedelta(days=6)
    cancel(told, on=MONDAY_ON, at=sunday)  # takes effect on Monday, becomes known on Sunday
    run_consumers("turnover.ledger")

    def known(days):
        return queries.figure(year=2026, as_of=MONDAY_ON + timedelta(days=days)).contract_amount

    assert [known(days) for days in (-1, 0, 3, 4, 5, 6, 7)] == [
        Decimal("0.00"),
        Decimal("1000000.00"),
        Decimal("1000000.00"),
        Decimal("1500000.00"),
        Decimal("1500000.00"),
        Decimal("500000.00"),
        Decimal("500000.00"),
    ]
    assert queries.figure(year=2026).contract_amount == Decimal("500000.00")


def test_a_day_of_knowing_ends_at_midnight_in_ruijin(city, cast):
    city.registers("1000000.00", at=NEW_YEAR - timedelta(microseconds=1), seller=cast.other_clerk)
    city.registers("200000.00", at=NEW_YEAR, seller=cast.other_clerk)

    assert queries.series(as_of=date(2025, 12, 31)) == {2025: sums("1000000.00", "1000000.00", 1)}
    assert queries.series(as_of=date(2026, 1, 1)) == {
        2025: sums("1000000.00", "1000000.00", 1),
        2026: sums("200000.00", "200000.00", 1),
    }


# The same number everywhere


def test_the_api_the_command_and_the_query_say_the_same_number(city, cast, api, capsys):
    city.registers("1000000.00", "780000.00", seller=cast.other_clerk)

    body = api.send("get", "/turnover?year=2026").json()
    call_command("turnover_report", "--year", "2026", "--json")

    assert body["contract_amount"] == body["output"]["contract_amount"] == "1000000.00"
    assert (body["technology_amount"], body["contracts"], body["region"]) == ("780000.00", 1, "360781")
    assert capsys.readouterr().out == (
        '{"contract_amount": "1000000.00", "technology_amount": "780000.00", "contracts": 1}\n'
    )


def test_the_api_tells_the_figure_as_known_on_a_past_day(city, cast, api):
    city.registers("1000000.00", seller=cast.other_clerk)

    before = api.send("get", "/turnover?year=2026&as_of=2026-03-01").json()
    assert (before["contract_amount"], before["as_of"]) == ("0.00", "2026-03-01")
    assert api.send("get", "/turnover?year=2026&as_of=2026-03-02").json()["contract_amount"] == "1000000.00"


@pytest.mark.parametrize("query", ["year=1984", "year=x", "region=瑞金", "as_of=yesterday", "yaer=2026"])
def test_a_question_that_is_not_understood_is_refused_and_not_answered_with_another_figure(db, api, query):
    assert api.send("get", f"/turnover?{query}").status_code in {400, 422}
