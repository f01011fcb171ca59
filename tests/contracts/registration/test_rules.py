"""The registry's rules on plain values: every ground at its boundary, codes of facts, places and titles."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest

from contracts.registration import facts, rules
from contracts.registration.rules import Ground

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
SOUND: dict[str, Any] = {
    "effective_on": ON,
    "is_over": False,
    "valid_until": ON,
    "seals": 2,
    "is_duplicate": False,
}
FAULTS: dict[Ground, dict[str, Any]] = {
    Ground.NOT_SIGNED_BY_BOTH: {"seals": 1},
    Ground.NOT_EFFECTIVE: {"effective_on": ON + DAY},
    Ground.EXPIRED: {"valid_until": ON - DAY},
    Ground.DUPLICATE: {"is_duplicate": True},
}


def test_a_contract_in_force_since_today_and_until_today_has_no_ground_against_it():
    assert rules.grounds_against(**SOUND, on=ON) == []


@pytest.mark.parametrize("faults", [pair for size in (1, 2, 3, 4) for pair in combinations(FAULTS, size)])
def test_worked_example_11_all_grounds_are_named_and_none_besides(faults):
    values = SOUND | {name: value for fault in faults for name, value in FAULTS[fault].items()}

    assert rules.grounds_against(**values, on=ON) == list(faults)


@pytest.mark.parametrize("change", [{"effective_on": None}, {"is_over": True}, {"effective_on": ON + DAY}])
def test_what_is_not_or_no_longer_in_force_is_not_effective(change):
    assert rules.grounds_against(**SOUND | change, on=ON) == [Ground.NOT_EFFECTIVE]


@pytest.mark.parametrize("ground", Ground)
def test_every_ground_has_its_own_words(ground):
    others = {other.label for other in Ground if other is not ground}

    assert ground.label
    assert ground.label not in others


def test_grounds_are_codes_of_the_list():
    assert rules.known_grounds([ground.value for ground in Ground])
    assert not rules.known_grounds(["proof_missing", "bad_mood"])
    assert not rules.known_grounds(["证明材料缺失或无效"])


@pytest.mark.parametrize("fact", facts.CORRECTABLE.values(), ids=lambda fact: fact.name)
def test_a_fact_takes_a_code_of_its_list_and_nothing_only_where_it_may_be_empty(fact, db):
    assert rules.unknown_facts({fact.name: "no such code"}, ON) == [fact.name]
    assert rules.unknown_facts({fact.name: ""}, ON) == ([] if fact.is_optional else [fact.name])


@pytest.mark.parametrize("name", [name for name in facts.NAMES if name not in facts.CORRECTABLE])
def test_what_follows_from_the_deal_and_the_rules_is_corrected_by_no_code(name, db):
    assert rules.unknown_facts({name: ""}, ON) == [name]


def test_every_unknown_fact_is_named(db):
    codes = {"buyer_region": "999999", "contract_type": "development", "ip_type": "nowhere"}

    assert rules.unknown_facts(codes, ON) == ["buyer_region", "ip_type"]


@pytest.mark.parametrize(
    ("region", "country", "located"),
    [
        ("360781", rules.CHINA, True),
        ("360100", rules.CHINA, True),
        ("", rules.CHINA, False),
        ("999999", rules.CHINA, False),
        ("3607", rules.CHINA, False),
        ("", "501", True),
    ],
)
def test_a_party_at_home_sits_in_a_region_and_one_abroad_in_none(region, country, located, db):
    assert rules.is_located(region, country) is located


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("铜合金（一期）工艺开发", "铜合金(一期)工艺开发"),
        ("铜合金 工艺开发", "铜合金工艺开发"),
        ("ＣＲＭ系统开发", "crm系统开发"),
        ("銅合金開發", "铜合金开发"),
        ("“铜合金”—开发。", "铜合金开发"),
    ],
)
def test_titles_are_compared_as_people_read_them(title, same):
    assert rules.comparable_title(title) == rules.comparable_title(same)


@pytest.mark.parametrize(("title", "other"), [("铜合金一期开发", "铜合金二期开发"), ("工艺开发1", "工艺开发2")])
def test_titles_that_people_read_differently_are_different(title, other):
    assert rules.comparable_title(title) != rules.comparable_title(other)


@pytest.mark.parametrize(
    ("no", "warnings"),
    [("2026360701000001", 0), ("2025360701000001", 1), ("2026110101000001", 1), ("2025110101000000", 3)],
)
def test_worked_example_28_each_oddity_of_a_number_is_a_warning_of_its_own(no, warnings):
    found = rules.number_warnings(no, registered_on=ON, office_region="360781")

    assert len(found) == len(set(found)) == warnings
