"""Worked example 27 of the domain reference, publication numbers (6.3), and what must hold for every number."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.reference.identifiers.patents import (
    check_digit,
    normalise_application_no,
    normalise_publication_no,
    parse_application_no,
    parse_publication_no,
)
from market.reference.identifiers.text import InvalidIdentifier
from tests.market.reference.identifiers.reading import read_or_none


@pytest.mark.parametrize(
    ("number", "year", "patent_type", "is_pct"),
    [
        ("95115608.X", 1995, "invention", False),
        ("97101765.4", 1997, "invention", False),
        ("201710601862.3", 2017, "invention", False),
        ("201310699744.2", 2013, "invention", False),
        ("200310102344.5", 2003, "invention", False),
        ("202430000003.X", 2024, "design", False),
        ("202180012345.7", 2021, "invention", True),
        ("202290000123.3", 2022, "utility_model", True),
    ],
)
def test_27_valid_numbers_tell_year_and_type(number, year, patent_type, is_pct):
    parsed = parse_application_no(number)

    assert (parsed.value, parsed.year, parsed.patent_type, parsed.is_pct) == (number, year, patent_type, is_pct)
    assert parsed.patent_no == f"ZL{number}"


@pytest.mark.parametrize(
    "typed",
    [
        "ZL201310699744.2",
        "CN201310699744.2",
        "2013106997442",
        "zl 2013 1 0699744.2",
        " ＣＮ２０１３１０６９９７４４．２ ",
    ],
)
def test_27_prefix_space_and_dot_do_not_matter(typed):
    assert normalise_application_no(typed) == "201310699744.2"


def test_27_a_short_number_is_read_without_its_dot_too():
    assert normalise_application_no("ZL 95 1 15608x") == "95115608.X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("201710601862.4", "check_digit"),
        ("201710601862.X", "check_digit"),
        *[(f"2017{digit}0601862.3", "type_digit") for digit in "04567"],
        ("04115608.X", "year"),
        ("84115608.X", "year"),
        ("200210102344.5", "year"),
        ("210010102344.5", "year"),
        ("201710601862", "check_digit_missing"),
        ("95115608", "check_digit_missing"),
        ("2017106018623.3", "shape"),
        ("20171060186.3", "shape"),
        ("951156081.X", "shape"),
        ("2017 1060 1862.3", "shape"),
        ("201710601862 .3", "shape"),
        ("201710601862. 3", "shape"),
        ("US201710601862.3", "shape"),
        ("201710601862.3B", "shape"),
        ("", "shape"),
        ("٢٠١٧١٠٦٠١٨٦٢.٣", "shape"),
        ("2" * 65, "too_long"),
    ],
)
def test_27_what_is_no_number_is_refused_with_the_reason(text, code):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_application_no(text)

    assert refused.value.code == code


@st.composite
def application_numbers(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        year, width = f"{draw(st.integers(2003, 2099))}", 7
    else:
        year, width = draw(st.sampled_from([f"{y:02d}" for y in (*range(85, 100), *range(4))])), 5
    serial = f"{draw(st.integers(0, 10**width - 1)):0{width}d}"
    digits = year + draw(st.sampled_from("12389")) + serial
    return f"{digits}.{check_digit(digits)}"


@given(application_numbers(), st.sampled_from(["", "ZL", "CN", "zl ", "CN "]))
def test_normalising_is_idempotent_whatever_the_prefix(number, prefix):
    assert normalise_application_no(prefix + number) == number
    assert normalise_application_no(number.replace(".", "")) == number


@given(application_numbers(), st.integers(0, 13), st.sampled_from("0123456789"))
def test_any_one_changed_digit_is_refused(number, position, digit):
    position %= len(number)
    if number[position] in (digit, "."):
        return

    with pytest.raises(InvalidIdentifier):
        parse_application_no(number[:position] + digit + number[position + 1 :])


@pytest.mark.parametrize(
    ("typed", "value", "patent_type", "is_grant"),
    [
        ("CN114735076B", "CN114735076B", "invention", True),
        ("CN122072823A", "CN122072823A", "invention", False),
        ("cn 114735076 b", "CN114735076B", "invention", True),
        ("CN215792497U", "CN215792497U", "utility_model", True),
        ("CN1234567C", "CN1234567C", "invention", True),
        ("CN2345678Y", "CN2345678Y", "utility_model", True),
        ("CN3456789D", "CN3456789D", "design", True),
        ("CN307000001S", "CN307000001S", "design", True),
        ("CN101234567B8", "CN101234567B8", "invention", True),
    ],
)
def test_publication_numbers_tell_type_and_whether_granted(typed, value, patent_type, is_grant):
    parsed = parse_publication_no(typed)

    assert (parsed.value, parsed.patent_type, parsed.is_grant) == (value, patent_type, is_grant)
    assert normalise_publication_no(parsed.value) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("114735076B", "shape"),
        ("CN114735076", "shape"),
        ("CN114735B", "shape"),
        ("CN11473507B", "shape"),
        ("CN1147350761B", "shape"),
        ("CN414735076B", "shape"),
        ("US114735076B", "shape"),
        ("CN114735076U", "kind"),
        ("CN215792497A", "kind"),
        ("CN307000001U", "kind"),
        ("CN114735076Z", "kind"),
        ("", "shape"),
    ],
)
def test_publication_numbers_of_another_shape_are_refused(text, code):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_publication_no(text)

    assert refused.value.code == code


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text):
    for parse in (parse_application_no, parse_publication_no):
        parsed = read_or_none(parse, text)

        assert parsed is None or parse(parsed.value) == parsed


@pytest.mark.shared
def test_every_real_publication_number_is_read_as_it_stands(shared):
    with (shared / "data/patents/patents.jsonl").open(encoding="utf-8") as lines:
        numbers = [json.loads(line)["publication_no"] for line in lines]

    assert len(numbers) == 9740
    assert [normalise_publication_no(number) for number in numbers] == numbers
