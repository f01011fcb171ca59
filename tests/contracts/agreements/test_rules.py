"""What the law asks of a technology contract, as arithmetic and findings over plain values."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.agreements.data import ContractData, DeductionData
from contracts.agreements.models import ContractType, TechnologyContract
from contracts.agreements.rules import (
    GROUND_LABELS,
    Ground,
    draft_grounds,
    in_words,
    missing_content,
    outlives_patents,
    technology_amount,
)
from tests.cast import MONDAY_ON
from tests.story import CONTRACT

pytestmark = pytest.mark.django_db  # codes are looked up in the dictionaries

PATENT: dict[str, Any] = {
    "title": "一种高导电铜合金接触线的制备方法",
    "applicant": "示例大学",
    "patentee": "示例大学",
    "filed_on": date(2016, 5, 10),
    "application_no": "201610305678.X",
    "patent_no": "ZL201610305678.X",
    "expires_on": date(2036, 5, 10),
}
EFFECTS = {"expected_new_investment": Decimal("200000.00"), "expected_new_output": Decimal("900000.00")}


def contract(**changes: Any) -> ContractData:
    return ContractData(**(CONTRACT | {"subtype": ""} | changes))


def deduction(amount: str, carrier: str = "0.00") -> DeductionData:
    return DeductionData(
        kind="equipment", description="专用设备", amount=Decimal(amount), carrier_amount=Decimal(carrier)
    )


# Amounts


@pytest.mark.parametrize(
    ("total", "deductions", "technology"),
    [
        ("1000000.00", [], "1000000.00"),
        ("1000000.00", [("300000.00", "80000.00")], "780000.00"),
        # Three sample machines at 80 000 among the equipment: with two of them reasonable, one is deducted.
        ("1000000.00", [("380000.00", "160000.00")], "780000.00"),
        ("1000000.00", [("240000.00", "160000.00")], "920000.00"),
        ("1000000.00", [("300000.00", "300000.00")], "1000000.00"),
        ("1000000.00", [("100000.01", "0.00"), ("199999.98", "0.00")], "700000.01"),
    ],
)
def test_worked_example_1_equipment_is_deducted_but_what_is_needed_to_master_the_technology_is_not(
    total, deductions, technology
):
    found = technology_amount(Decimal(total), [deduction(*parts) for parts in deductions])

    assert found == Decimal(technology)


def test_worked_example_2_a_technology_amount_that_is_not_total_less_deductions_is_found():
    assert draft_grounds(contract(technology_amount=Decimal("780000.00")), on=MONDAY_ON) == []
    for wrong in ("779999.99", "780000.01", "700000.00", "1000000.00"):
        found = draft_grounds(contract(technology_amount=Decimal(wrong)), on=MONDAY_ON)
        assert found == [Ground.TECHNOLOGY_AMOUNT], wrong


def test_a_carrier_cannot_cost_more_than_the_item_that_it_is_part_of():
    """The sum would agree, 1 000 000 − (100 000 − 150 000) − 50 000 = 1 000 000: it is the carrier that is wrong."""
    data = contract(
        deductions=[
            {"kind": "equipment", "description": "设备", "amount": "100000.00", "carrier_amount": "150000.00"},
            {"kind": "materials", "description": "材料", "amount": "50000.00"},
        ],
        technology_amount=Decimal("1000000.00"),
    )

    assert draft_grounds(data, on=MONDAY_ON) == [Ground.TECHNOLOGY_AMOUNT]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "10000000000000.01", "NaN", "Infinity"])
def test_an_amount_is_positive_has_two_places_and_an_upper_bound(amount):
    for field in ("contract_amount", "technology_amount"):
        with pytest.raises(ValueError, match=field):
            contract(**{field: amount})


@pytest.mark.parametrize(
    ("parts", "grounds"),
    [
        (["1000000.00"], []),
        (["400000.00", "600000.00"], []),
        (["333333.33", "333333.33", "333333.34"], []),
        (["333333.33", "333333.33", "333333.33"], [Ground.INSTALMENTS]),
        (["400000.00", "600000.01"], [Ground.INSTALMENTS]),
        ([], [Ground.INSTALMENTS]),
    ],
)
def test_instalments_sum_to_the_contract_amount_to_the_fen(parts, grounds):
    data = contract(instalments=[{"amount": part} for part in parts])

    assert missing_content(data, involves_patents=False) == grounds


@pytest.mark.parametrize("method", TechnologyContract.PaymentMethod)
def test_only_royalties_need_no_sum_in_advance(method):
    """Civil Code 846: what a royalty will come to is not known at signing."""
    data = contract(payment_method=method, instalments=[{"amount": "100000.00"}])

    is_royalty = method in {"royalty", "royalty_with_entry_fee"}
    assert missing_content(data, involves_patents=False) == ([] if is_royalty else [Ground.INSTALMENTS])


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1050000.30", "人民币壹佰零伍万元叁角整"),
        ("1000000.00", "人民币壹佰万元整"),
        ("780000.00", "人民币柒拾捌万元整"),
        ("100000001.01", "人民币壹亿零壹元零壹分"),
        ("10.05", "人民币壹拾元零伍分"),
        ("0.30", "人民币叁角整"),
        ("0.05", "人民币伍分"),
        ("20305.67", "人民币贰万零叁佰零伍元陆角柒分"),
        ("10000000000000.00", "人民币壹拾万亿元整"),
        ("1000000000000.00", "人民币壹万亿元整"),
        ("1050000000000.00", "人民币壹万零伍佰亿元整"),
        ("1000100000000.00", "人民币壹万零壹亿元整"),
        ("9999999999999.99", "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1000000000000.01", "人民币壹万亿元零壹分"),
        ("1000000050000.00", "人民币壹万亿零伍万元整"),
    ],
)
def test_an_amount_in_words_says_the_same_as_its_digits(amount, words):
    assert in_words(Decimal(amount)) == words


# The five types


@pytest.mark.parametrize(
    ("contract_type", "subtype"),
    [
        ("development", "commissioned_development"),
        ("assignment", "patent_assignment"),
        ("license", "patent_license"),
        ("consulting", "feasibility_study"),
        ("service", "technical_service"),
    ],
)
def test_a_subtype_belongs_to_its_type_and_to_no_other(contract_type, subtype):
    for other in ContractType:
        found = draft_grounds(contract(contract_type=other, subtype=subtype), on=MONDAY_ON)
        assert found == ([] if other == contract_type else [Ground.SUBTYPE]), other


@pytest.mark.parametrize("contract_type", ContractType)
def test_only_a_licence_has_a_licence_mode(contract_type):
    found = draft_grounds(contract(contract_type=contract_type, license_mode="exclusive"), on=MONDAY_ON)

    assert found == ([] if contract_type == ContractType.LICENSE else [Ground.LICENSE_MODE])


@pytest.mark.parametrize("contract_type", ContractType)
def test_worked_example_12_only_an_assignment_must_foretell_its_effects(contract_type):
    wanted = [Ground.EXPECTED_EFFECTS] if contract_type == ContractType.ASSIGNMENT else []

    assert missing_content(contract(contract_type=contract_type), involves_patents=False) == wanted
    assert missing_content(contract(contract_type=contract_type, **EFFECTS), involves_patents=False) == []


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_one_of_the_two_foretold_effects_is_not_enough(name):
    data = contract(contract_type="assignment", **(EFFECTS | {name: None}))

    assert missing_content(data, involves_patents=False) == [Ground.EXPECTED_EFFECTS]


# Clauses and patents


@pytest.mark.parametrize(
    ("field", "ground"),
    [
        ("subject_matter", Ground.SUBJECT_MATTER),
        ("performance_plan", Ground.PERFORMANCE_PLAN),
        ("confidentiality", Ground.CONFIDENTIALITY),
        ("ip_ownership", Ground.IP_OWNERSHIP),
        ("acceptance", Ground.ACCEPTANCE_CRITERIA),
    ],
)
def test_a_clause_of_article_845_that_is_empty_or_blank_is_named(field, ground):
    for text in ("", " \n\t　"):
        assert missing_content(contract(**{field: text}), involves_patents=False) == [ground]


def test_every_ground_is_named_at_once_and_not_only_the_first():
    data = contract(
        contract_type="assignment",
        subject_matter="",
        performance_plan="",
        confidentiality="",
        ip_ownership="",
        acceptance="",
        instalments=[],
    )

    assert missing_content(data, involves_patents=True) == [
        Ground.SUBJECT_MATTER,
        Ground.PERFORMANCE_PLAN,
        Ground.CONFIDENTIALITY,
        Ground.IP_OWNERSHIP,
        Ground.ACCEPTANCE_CRITERIA,
        Ground.PATENT_FACTS,
        Ground.INSTALMENTS,
        Ground.EXPECTED_EFFECTS,
    ]


@pytest.mark.parametrize("fact", sorted(set(PATENT) - {"patent_no"}))
def test_worked_example_34_a_granted_patent_without_one_of_its_facts_is_not_enough(fact):
    lacking = {name: value for name, value in PATENT.items() if name != fact}

    assert missing_content(contract(patents=[PATENT]), involves_patents=True) == []
    assert missing_content(contract(patents=[PATENT, lacking]), involves_patents=True) == [Ground.PATENT_FACTS]


def test_an_application_that_is_not_granted_has_no_owner_number_or_term_yet():
    pending = {name: PATENT[name] for name in ("title", "applicant", "filed_on", "application_no")}

    assert missing_content(contract(patents=[pending]), involves_patents=True) == []


def test_a_contract_about_a_patent_names_one():
    assert missing_content(contract(patents=[]), involves_patents=True) == [Ground.PATENT_FACTS]
    assert missing_content(contract(patents=[]), involves_patents=False) == []


@pytest.mark.parametrize(("valid_until", "outlives"), [(date(2036, 5, 9), False), (date(2036, 5, 10), True)])
def test_worked_example_13_a_licence_ends_with_the_last_day_of_the_patent(valid_until, outlives):
    """Filed 2016-05-10: the last day of the twenty years is 2036-05-09."""
    data = contract(contract_type="license", patents=[PATENT], valid_until=valid_until)

    assert outlives_patents(valid_until, data.patents) is outlives
    assert missing_content(data, involves_patents=True) == ([Ground.LICENSE_TERM] if outlives else [])


@pytest.mark.parametrize(("valid_until", "outlives"), [(date(2033, 12, 16), False), (date(2056, 2, 28), True)])
def test_where_no_end_is_typed_number_and_day_of_filing_make_the_end_of_the_right(valid_until, outlives):
    typed = {"title": "一种装置", "application_no": "201310699744.2", "filed_on": date(2013, 12, 17)}
    data = contract(contract_type="license", patents=[typed], valid_until=valid_until)

    assert outlives_patents(valid_until, data.patents) is outlives
    assert (Ground.LICENSE_TERM in missing_content(data, involves_patents=True)) is outlives


def test_the_patent_that_ends_first_bounds_the_licence_and_other_types_are_not_bound():
    shorter = PATENT | {"expires_on": date(2030, 1, 1)}
    data = {"patents": [PATENT, shorter], "valid_until": date(2031, 1, 1)}

    assert missing_content(contract(contract_type="license", **data), involves_patents=True) == [Ground.LICENSE_TERM]
    assert missing_content(contract(contract_type="service", **data), involves_patents=True) == []


# Dates and codes


def test_a_contract_may_last_one_day_but_not_end_before_it_begins():
    day, before = date(2026, 3, 1), date(2026, 2, 28)

    assert draft_grounds(contract(valid_from=day, valid_until=day), on=MONDAY_ON) == []
    assert draft_grounds(contract(valid_from=day, valid_until=before), on=MONDAY_ON) == [Ground.DATES]


@pytest.mark.parametrize(
    "field", ["technology_field", "ip_type", "plan_source", "socio_economic_objective", "industry"]
)
def test_a_code_that_no_dictionary_knows_is_found(field):
    assert draft_grounds(contract(**{field: "nope"}), on=MONDAY_ON) == [Ground.CODES]


def test_every_ground_has_words_for_people():
    assert set(GROUND_LABELS) == set(Ground)
    assert all(ground.label for ground in Ground)
