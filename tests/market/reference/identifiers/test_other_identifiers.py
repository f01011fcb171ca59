"""Worked examples 28–31 of the domain reference (shapes), and IPC symbols (6.4)."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.reference.identifiers.achievement_no import parse_achievement_no
from market.reference.identifiers.industry import DIVISIONS, parse_industry
from market.reference.identifiers.ipc import normalise_ipc, parse_ipc
from market.reference.identifiers.regions import parse_party_location, parse_region
from market.reference.identifiers.registration_no import oddities, parse_registration_no
from market.reference.identifiers.text import InvalidIdentifier
from tests.market.reference.identifiers.reading import read_or_none

PARSERS = [parse_achievement_no, parse_industry, parse_ipc, parse_region, parse_registration_no]


def test_28_a_registration_number_opens_into_its_parts():
    number = parse_registration_no("2025 3607 01 000123")

    assert number.value == "2025360701000123"
    assert (number.year, number.region, number.office, number.serial) == (2025, "3607", "01", "000123")
    assert number.is_legacy is False


def test_28_a_fourteen_digit_number_is_of_the_last_century_or_this_one():
    assert (parse_registration_no("98360701000123").year, parse_registration_no("98360701000123").is_legacy) == (
        1998,
        True,
    )
    assert parse_registration_no("05360701000123").year == 2005


@pytest.mark.parametrize(
    "text", ["202536070100012", "20253607010001234", "9836070100012", "2025A60701000123", "", "٢٠٢٥٣٦٠٧٠١٠٠٠١٢٣"]
)
def test_28_a_number_of_another_length_is_refused(text):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_registration_no(text)

    assert refused.value.code == "shape"


@pytest.mark.parametrize(
    ("registered_on", "region", "codes"),
    [
        (date(2025, 12, 31), "360700", []),
        (date(2025, 12, 31), "360781", []),
        (date(2026, 1, 1), "360781", ["year"]),
        (date(2025, 1, 1), "360100", ["region"]),
        (date(2026, 1, 1), "360100", ["year", "region"]),
    ],
)
def test_28_a_number_that_does_not_fit_is_a_warning(registered_on, region, codes):
    number = parse_registration_no("2025360701000123")

    found = oddities(number, registered_on=registered_on, region=region)

    assert [oddity.code for oddity in found] == codes


def test_a_serial_of_zeros_is_a_warning():
    found = oddities(parse_registration_no("2025360701000000"), registered_on=date(2025, 3, 3), region="360781")

    assert [oddity.code for oddity in found] == ["serial"]


@pytest.mark.parametrize(
    ("code", "level", "ancestors"),
    [
        ("360000", "province", ()),
        ("360700", "prefecture", ("360000",)),
        ("360781", "county", ("360700", "360000")),
        ("360781100", "town", ("360781", "360700", "360000")),
        ("362134", "county", ("362100", "360000")),
        ("500101", "county", ("500100", "500000")),
    ],
)
def test_29_a_region_knows_its_level_and_what_is_above(code, level, ancestors):
    region = parse_region(f" {code} ")

    assert (region.value, region.level, region.ancestors) == (code, level, ancestors)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("360001", "county_without_prefecture"),
        ("36078", "shape"),
        ("3607811", "shape"),
        ("960781", "shape"),
        ("000000", "shape"),
        ("100000", "shape"),
        ("360700100", "town_without_county"),
        ("360781000", "town_without_county"),
        ("36O781", "shape"),
    ],
)
def test_29_a_malformed_region_is_refused(text, code):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_region(text)

    assert refused.value.code == code


@pytest.mark.parametrize("code", ["360701", "110100", "500200", "469000"])
def test_29_nobody_is_located_in_a_grouping_row(code):
    assert parse_region(code).is_placeholder is True
    with pytest.raises(InvalidIdentifier) as refused:
        parse_party_location(code)
    assert refused.value.code == "placeholder"


@pytest.mark.parametrize("code", ["360781", "360700", "110101", "500101", "469001", "360702", "360781101"])
def test_29_a_real_place_is_a_location(code):
    assert parse_party_location(code).value == code


@pytest.mark.parametrize(
    ("text", "value", "ancestors"),
    [
        ("C3831", "C3831", ("C383", "C38", "C")),
        ("c 383", "C383", ("C38", "C")),
        ("3831", "C3831", ("C383", "C38", "C")),
        ("05", "A05", ("A",)),
        ("T", "T", ()),
        ("T97", "T97", ("T",)),
    ],
)
def test_30_an_industry_knows_the_codes_above_it(text, value, ancestors):
    industry = parse_industry(text)

    assert (industry.value, industry.ancestors, industry.edition) == (value, ancestors, "GB/T 4754-2017")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U", "section"),
        ("A13", "division"),
        ("C44", "division"),
        ("00", "division"),
        ("98", "division"),
        ("C3", "shape"),
        ("C38311", "shape"),
        ("38C31", "shape"),
        ("", "shape"),
    ],
)
def test_30_an_unknown_prefix_is_refused(text, code):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_industry(text)

    assert refused.value.code == code


def test_30_the_edition_has_97_divisions_without_gap_in_20_sections():
    spans = list(DIVISIONS.values())

    assert len(spans) == 20
    assert [number for first, last in spans for number in range(first, last + 1)] == list(range(1, 98))


def test_31_an_achievement_number_opens_into_its_parts():
    number = parse_achievement_no("360 2024y0001")

    assert (number.value, number.department, number.year, number.kind, number.serial) == (
        "3602024Y0001",
        "360",
        2024,
        "Y",
        "0001",
    )


@pytest.mark.parametrize("text", ["3602024Y001", "3602024Y00011", "36020240001", "360-2024Y0001", "3602O24Y0001", ""])
def test_31_an_achievement_number_of_another_shape_is_refused(text):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_achievement_no(text)

    assert refused.value.code == "shape"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("H01M", "H01M"),
        ("h01m10/0525", "H01M 10/0525"),
        (" H01M 10/0525 ", "H01M 10/0525"),
        ("A01B 1/00", "A01B 1/00"),
        ("G06F 3000/000001", "G06F 3000/000001"),
    ],
)
def test_an_ipc_symbol_is_written_one_way(typed, value):
    assert normalise_ipc(typed) == value


def test_an_ipc_symbol_knows_section_and_class():
    symbol = parse_ipc("H01M 10/0525")

    assert (symbol.section, symbol.class_symbol, symbol.subclass) == ("H", "H01", "H01M")


@pytest.mark.parametrize(
    "text",
    ["I01M", "H1M", "H00M", "H01", "H01M 10", "H01M 10/5", "H01M 10/0525001", "H01M 12345/00", "H01M/00", "01HM", ""],
)
def test_what_is_no_ipc_symbol_is_refused(text):
    with pytest.raises(InvalidIdentifier):
        parse_ipc(text)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text):
    for parse in PARSERS:
        parsed = read_or_none(parse, text)

        assert parsed is None or parse(parsed.value) == parsed


@pytest.mark.shared
def test_every_subclass_of_the_real_patents_is_read_as_it_stands(shared):
    with (shared / "data/patents/patents.jsonl").open(encoding="utf-8") as lines:
        symbols = {symbol for line in lines for symbol in json.loads(line)["ipc_subclasses"]}

    assert len(symbols) > 400
    assert {normalise_ipc(symbol) for symbol in symbols} == symbols
