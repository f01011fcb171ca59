"""The data files as shipped: complete where the domain says so, honest about evidence, of one mind with the code."""

from collections import Counter

import pytest

from contracts.agreements.models import ContractType, TechnologyContract
from market.reference import files, rules
from market.reference.identifiers.industry import DIVISIONS, parse_industry
from market.reference.identifiers.regions import parse_party_location
from market.reference.rules import ListedCode

LISTS = {listed.scheme: listed for listed in files.read_lists()}


def codes(scheme: str) -> list[str]:
    return [row.code for row in LISTS[scheme].codes]


def row(scheme: str, code: str) -> ListedCode:
    return next(row for row in LISTS[scheme].codes if row.code == code)


def test_the_files_contradict_nothing():
    assert rules.faults(list(LISTS.values())) == []


def test_every_file_of_the_folder_is_a_list_or_the_calendar():
    assert {path.stem for path in files.DATA.glob("*.csv")} == {*LISTS, "lists", "calendar"}


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_a_list_says_where_it_comes_from_and_has_both_names(listed):
    assert listed.source
    assert listed.name_zh
    assert listed.name_en
    assert listed.codes


def test_the_technology_fields_are_the_eleven_of_the_registration_form_in_its_order():
    assert [(row.code, row.name_zh) for row in LISTS["technology_field"].codes] == [
        ("01", "电子信息"),
        ("02", "航空航天"),
        ("03", "先进制造"),
        ("04", "生物、医药和医疗器械"),
        ("05", "新材料及其应用"),
        ("06", "新能源与高效节能"),
        ("07", "环境保护与资源综合利用"),
        ("08", "核应用"),
        ("09", "农业"),
        ("10", "现代交通"),
        ("11", "城市建设与社会发展"),
    ]


def test_the_priority_industries_are_the_five_of_the_plan():
    assert {row.code: row.name_zh for row in LISTS["local_industry"].codes} == {
        "copper_and_cable": "铜基新材料与线缆",
        "textiles_and_apparel": "纺织服装",
        "green_food": "绿色食品",
        "ecommerce_logistics": "电商物流",
        "red_culture": "红色文创",
    }


@pytest.mark.parametrize(
    ("scheme", "enumeration"),
    [
        ("contract_type", ContractType),
        ("payment_method", TechnologyContract.PaymentMethod),
        ("license_mode", TechnologyContract.LicenseMode),
    ],
)
def test_lists_that_law_fixes_have_the_codes_of_the_contract(scheme, enumeration):
    assert codes(scheme) == enumeration.values


def test_the_defaults_of_contract_and_listing_are_listed():
    assert "outside" in codes("plan_source")
    assert "none" in codes("secrecy")
    assert "142" in codes("country")


@pytest.mark.parametrize(
    ("scheme", "longest"),
    [
        ("technology_field", 10),
        ("maturity", 20),
        ("socio_economic_objective", 10),
        ("party_nature", 10),
        ("enterprise_scale", 20),
        ("secrecy", 20),
        ("country", 3),
        ("industry", 5),
        ("license_mode", 10),
        ("payment_method", 30),
        ("pricing", 30),
    ],
)
def test_codes_fit_the_columns_that_hold_them(scheme, longest):
    assert max(len(code) for code in codes(scheme)) <= longest


def test_29_every_region_is_a_place_below_the_nearest_listed_one():
    known = set(codes("region"))

    for region in LISTS["region"].codes:
        parsed = parse_party_location(region.code)
        assert region.parent == next((code for code in parsed.ancestors if code in known), "")


def test_29_provinces_jiangxi_ganzhou_and_ruijin_are_complete():
    open_rows = [row for row in LISTS["region"].codes if row.valid_until is None]
    below = Counter(row.parent for row in open_rows)

    assert (below[""], below["360000"], below["360700"], below["360781"]) == (34, 11, 18, 18)


def test_29_ruijin_was_362134_and_362102_before():
    assert row("region", "362134").replaced_by == "362102"
    assert row("region", "362102").replaced_by == "360781"
    assert row("region", "362102").valid_until == row("region", "360781").valid_from


def test_30_every_industry_stands_below_its_prefix():
    for industry in LISTS["industry"].codes:
        assert [industry.parent] == [*parse_industry(industry.code).ancestors[:1]] or industry.code in DIVISIONS


def test_30_sections_and_divisions_of_2017_are_complete():
    lengths = Counter(len(code) for code in codes("industry"))

    assert (lengths[1], lengths[3]) == (20, 97)
    assert LISTS["industry"].standard == "GB/T 4754-2017"
    assert row("industry", "C3831").name_zh == "电线、电缆制造"


@pytest.mark.parametrize(
    "scheme", ["socio_economic_objective", "achievement_form", "application_state", "readiness_level"]
)
def test_what_was_not_checked_is_marked_so(scheme):
    assert {row.evidence for row in LISTS[scheme].codes} == {"unverified"}


@pytest.mark.parametrize(
    ("scheme", "code", "evidence"),
    [
        ("technology_field", "01", "inferred"),
        ("ip_type", "know_how", "verified"),
        ("ip_type", "plant_variety", "unverified"),
        ("plan_source", "key_research", "unverified"),
        ("party_nature", "330", "inferred"),
        ("party_nature", "400", "unverified"),
        ("region", "360781", "verified"),
        ("country", "142", "verified"),
        ("country", "502", "unverified"),
    ],
)
def test_a_row_carries_the_mark_of_its_evidence(scheme, code, evidence):
    assert row(scheme, code).evidence == evidence
