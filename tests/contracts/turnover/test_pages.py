"""From the figure down to the listings, link by link, and from each listing back up to the figure."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from contracts.registration.models import Registration
from contracts.turnover.models import Assessment, TurnoverEntry
from tests.cast import MONDAY_ON
from tests.contracts.registration.desk import amend
from tests.contracts.standing import run_consumers


def links(answer) -> set[str]:
    """Every address that a page leads to, by link or by the part that it loads."""
    return set(re.findall(r'(?:href|hx-get)="([^"]+)"', answer.content.decode()))


def text(answer) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


@pytest.fixture
def told(city, cast):
    """One contract of 1 234 567.89 yuan between two enterprises of the city."""
    return city.registers("1234567.89", "1000000.00", seller=cast.other_clerk)


def entry_of(told) -> TurnoverEntry:
    return TurnoverEntry.objects.get(event__registration=told.registration)


def test_the_dashboard_shows_the_figure_to_everyone(told, api):
    answer = api.get(reverse("turnover:dashboard"))

    assert answer.status_code == 200
    page = text(answer)
    assert "2026 年成交额（输出）" in page
    assert "1,234,567.89" in page
    assert "0.01 亿元" in page
    assert reverse("turnover:year", args=[2026]) in links(answer)


def test_a_row_of_the_years_is_a_link_and_carries_the_number_that_the_picture_draws(told, api):
    page = api.get(reverse("turnover:dashboard")).content.decode()

    row = re.search(
        r'<a href="(/turnover/2026/)">2026</a></th>\s*<td class="number" data-value="([^"]*)">([^<]*)', page
    )
    assert row is not None
    assert row.groups() == ("/turnover/2026/", "0.01", "0.01")
    assert 'data-value="0.83">0.83' in page
    assert "/turnover/2020/" not in page


def test_the_dashboard_of_an_empty_market_shows_the_plan_and_no_figure(db, api):
    answer = api.get(reverse("turnover:dashboard"))

    assert answer.status_code == 200
    assert "8.00" in text(answer)
    assert answer.context["head"].figure.contracts == 0
    assert "没有登记金额" in text(answer)


def test_a_year_leads_to_its_lines(told, cast, api):
    answer = api.as_(cast.leader).get(reverse("turnover:year", args=[2026]))

    assert reverse("turnover:entry", args=[entry_of(told).pk]) in links(answer)
    assert told.contract.title in text(answer)
    assert "2026360701000001" in text(answer)
    assert answer.context["page"].count == 1


def test_a_line_leads_to_registration_contract_deal_and_both_listings(told, cast, api):
    entry = entry_of(told)

    answer = api.as_(cast.auditor).get(reverse("turnover:entry", args=[entry.pk]))

    assert links(answer) >= {
        reverse("turnover:year", args=[2026]),
        reverse("registration:detail", args=[told.registration.id]),
        reverse("agreements:detail", args=[told.contract.id]),
        reverse("brokerage:deal", args=[told.deal.id]),
        reverse("catalog:achievement", args=[told.achievement.id]),
        reverse("catalog:demand", args=[told.demand.id]),
    }
    assert "示例技术转移中心" in text(answer)  # who introduced both sides, and when


@pytest.mark.parametrize("name", ["broker", "other_clerk", "enterprise_clerk", "operator", "auditor"])
def test_every_link_of_the_chain_opens_for_whoever_it_is_shown_to(told, cast, api, name):
    client = api.as_(getattr(cast, name))
    chain = links(client.get(reverse("turnover:entry", args=[entry_of(told).pk])))
    rooms = ("/registrations/", "/contracts/", "/deals/", "/achievements/", "/demands/", "/turnover/")

    followed = [address for address in sorted(chain) if address.startswith(rooms) and len(address) > 20]

    assert len(followed) >= 5
    assert {address: client.get(address).status_code for address in followed} == dict.fromkeys(followed, 200)


def test_a_leader_reads_the_line_but_is_shown_no_link_that_would_not_open(told, cast, api):
    """Who answers for the figure sees what it is made of, and not the text of a contract between others."""
    client = api.as_(cast.leader)
    answer = client.get(reverse("turnover:entry", args=[entry_of(told).pk]))

    assert answer.status_code == 200
    assert told.contract.no in text(answer)
    hidden = {
        reverse("agreements:detail", args=[told.contract.id]),
        reverse("registration:detail", args=[told.registration.id]),
        reverse("brokerage:deal", args=[told.deal.id]),
    }
    assert not links(answer) & hidden
    assert {address: client.get(address).status_code for address in hidden} == dict.fromkeys(hidden, 404)


@pytest.mark.parametrize("name", ["university_clerk", "stranger", "nobody"])
def test_a_line_whose_contract_is_hidden_is_not_found_while_the_sum_is_public(told, cast, api, name):
    client = api if name == "nobody" else api.as_(getattr(cast, name))

    assert client.get(reverse("turnover:entry", args=[entry_of(told).pk])).status_code == 404
    year = client.get(reverse("turnover:year", args=[2026]))
    assert (year.status_code, year.context["page"].count) == (200, 0)
    assert "1,234,567.89" in text(year)
    assert told.contract.title not in text(year)
    assert client.send("get", "/turnover/entries?year=2026").json()["items"] == []


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("catalog:achievement", "turnover:achievement-part"),
        ("catalog:demand", "turnover:demand-part"),
        ("brokerage:deal", "turnover:deal-part"),
    ],
)
def test_listings_and_deal_lead_back_up_to_the_line(told, cast, api, page, part):
    row = {"catalog:achievement": told.achievement, "catalog:demand": told.demand, "brokerage:deal": told.deal}[page]
    client = api.as_(cast.broker)
    address = reverse(part, args=[row.id])

    assert address in links(client.get(reverse(page, args=[row.id])))
    answer = client.get(address)
    assert reverse("turnover:entry", args=[entry_of(told).pk]) in links(answer)
    assert "1,234,567.89" in text(answer)


def test_a_listing_adds_up_every_event_of_its_contracts(told, cast, api):
    amend(told, "1300000.00", "1000000.00", on=MONDAY_ON)
    run_consumers("turnover.ledger")

    answer = api.as_(cast.broker).get(reverse("turnover:achievement-part", args=[told.achievement.id]))

    assert answer.context["sum"] == Decimal("1300000.00")
    assert [row.contract_amount for row in answer.context["rows"]] == [Decimal("1234567.89"), Decimal("65432.11")]


def test_a_listing_tells_a_stranger_nothing_of_its_yuan(told, cast, api):
    answer = api.as_(cast.stranger).get(reverse("turnover:achievement-part", args=[told.achievement.id]))

    assert (answer.status_code, answer.context["sum"]) == (200, Decimal("0.00"))
    assert "1,234,567.89" not in text(answer)


def test_a_year_that_had_not_begun_on_the_day_is_compared_with_nothing(told, cast, api):
    client = api.as_(cast.auditor)

    ahead, default = (
        client.get("/turnover/", query) for query in ({"period": 2026, "as_of": "2025-06-30"}, {"as_of": "2025-06-30"})
    )

    assert ahead.context["head"].change is None
    assert "截至该日，这一期间尚未开始。" in ahead.content.decode()
    assert default.context["choice"].year == 2025


@pytest.mark.parametrize("address", ["/turnover/?period={}", "/turnover/{}/"])
@pytest.mark.parametrize(
    ("year", "words"),
    [(1999, "1999 年没有数据：登记从 2026-03-02 开始。"), (2100, "2100 年尚未开始，没有数据。")],
)
def test_a_year_before_the_first_entry_or_to_come_says_so_in_place_of_noughts(told, api, address, year, words):
    page = api.get(address.format(year)).content.decode()

    assert words in page
    assert "0.00" not in page.split("<main", 1)[1].split('id="path-title"')[0]
    assert 'id="months-title"' not in page
    assert words not in api.get(address.format(2026)).content.decode()


def test_a_market_without_entries_has_no_figure_of_a_year_that_is_over(db, api):
    assert "2019 年没有数据：尚无登记。" in api.get("/turnover/?period=2019").content.decode()


def test_the_lines_amounts_are_all_in_one_unit(told, city, cast, api):
    city.registers("0.50", seller=cast.other_clerk)

    page = api.as_(cast.leader).get("/turnover/2026/").content.decode()

    table = page.split("<table", 1)[1]
    assert "成交额（元）" in table
    assert re.findall(r'<td class="number">(.*?)</td>', table) == ["0.50", "1,234,567.89"]


def test_a_year_can_be_read_as_it_was_known_on_a_day(told, cast, api):
    address = reverse("turnover:year", args=[2026])
    client = api.as_(cast.auditor)

    before, after = client.get(f"{address}?as_of=2026-03-01"), client.get(f"{address}?as_of=2026-03-02")

    assert (before.context["page"].count, after.context["page"].count) == (0, 1)
    assert before.context["figure"].contract_amount == Decimal("0.00")
    assert after.context["figure"].contract_amount == Decimal("1234567.89")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/turnover/1984/", 404),
        ("/turnover/2101/", 404),
        ("/turnover/2026/?as_of=yesterday", 422),
        ("/turnover/entries/999999999/", 404),
        ("/turnover/entries/99999999999999999999/", 404),
    ],
)
def test_an_address_that_names_nothing_is_refused(db, api, address, status):
    assert api.get(address).status_code == status


def test_every_yuan_of_the_dashboard_is_behind_a_line_and_every_line_behind_a_registration(city, cast, api):
    for amount in ("1000000.00", "2500000.50", "0.01"):
        city.registers(amount, seller=cast.other_clerk)

    shown = api.as_(cast.leader).get(reverse("turnover:year", args=[2026])).context

    lines = list(shown["page"].items)
    assert sum(row.contract_amount for row in lines) == shown["figure"].contract_amount == Decimal("3500000.51")
    registrations = Registration.objects.filter(state="registered")
    assert {row.event.registration_id for row in lines} == set(registrations.values_list("pk", flat=True))


# What the assessment counts

DECISION = {
    "valid_from": "2026-01-01",
    "side": "absorption",
    "amount": "contract_amount",
    "reason": "赣科发〔2026〕1 号",
}


def test_the_operator_decides_on_the_page_what_counts_and_everyone_reads_it(told, cast, api):
    operator = api.as_(cast.operator)
    assert "决定新口径" in text(operator.get(reverse("turnover:assessment")))

    answer = operator.post(reverse("turnover:decide"), DECISION)

    assert (answer.status_code, answer["Location"]) == (302, reverse("turnover:assessment"))
    page = text(api.get(reverse("turnover:assessment")))
    assert "2026-01-01 吸纳 成交额 赣科发〔2026〕1 号" in page
    assert "自始 输出 成交额" in page
    assert "决定新口径" not in page
    assert reverse("turnover:assessment") in links(api.get(reverse("turnover:dashboard")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "这个字段是必填项"),
        ({"valid_from": "2026-02-30"}, "输入一个有效的日期"),
        ({"side": "intra"}, "intra"),
    ],
)
def test_a_wrong_decision_is_refused_with_what_was_typed(cast, api, change, words):
    answer = api.as_(cast.operator).post(reverse("turnover:decide"), DECISION | change)

    assert (answer.status_code, Assessment.objects.count()) == (409, 0)
    assert words in text(answer)
    assert 'value="contract_amount" selected' in answer.content.decode()


def test_a_second_decision_for_a_day_is_refused(cast, api):
    for side, status in (("absorption", 302), ("output", 409)):
        answer = api.as_(cast.operator).post(reverse("turnover:decide"), DECISION | {"side": side})
        assert answer.status_code == status

    assert "起用日期" in text(answer)
    assert [row.side for row in Assessment.objects.all()] == ["absorption"]
