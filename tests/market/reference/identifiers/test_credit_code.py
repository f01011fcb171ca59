"""Worked examples 25 and 26 of the domain reference, and what must hold for every code."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from market.reference.identifiers.credit_code import (
    ALPHABET,
    check_character,
    normalise_credit_code,
    organisation_check,
    parse_credit_code,
    validate_credit_code,
)
from market.reference.identifiers.text import InvalidIdentifier
from tests.market.reference.identifiers.reading import read_or_none

VALID_25 = [
    "91110000600037341L",
    "91360781MA35A1B20N",
    "12360781123456788B",
    "913607811234567886",
    "933607811234567880",
    "N2360781123456788M",
]
REGIONS = ["360781", "110000", "360700", "310115", "500101", "100000", "653222"]


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    letters = st.sampled_from(ALPHABET)
    head = draw(letters) + draw(letters) + draw(st.sampled_from(REGIONS))
    body = head + "".join(draw(st.lists(letters, min_size=9, max_size=9)))
    return body + check_character(body)


@pytest.mark.parametrize("code", VALID_25)
def test_25_valid_codes_are_kept_as_they_are(code):
    assert parse_credit_code(code).value == code


@pytest.mark.parametrize("code", VALID_25)
def test_25_a_changed_last_character_is_refused(code):
    for last in set(ALPHABET) - {code[-1]}:
        with pytest.raises(InvalidIdentifier) as refused:
            parse_credit_code(code[:-1] + last)
        assert refused.value.code == "check_character"


@pytest.mark.parametrize(
    "typed",
    [
        "91360781ma35a1b20n",
        " 91360781 MA35A1B2 0N ",
        "９１３６０７８１ＭＡ３５Ａ１Ｂ２０Ｎ",
        "91360781\u3000MA35A1B20N\n",
    ],
)
def test_25_lower_case_space_and_full_width_are_normalised(typed):
    assert normalise_credit_code(typed) == "91360781MA35A1B20N"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("91360781MA35A1B20", "length"),
        ("91360781MA35A1B20NN", "length"),
        ("9" * 65, "too_long"),
        *[(f"91360781M{letter}35A1B20N", "alphabet") for letter in "IOSVZ"],
        ("91360781MA35A1B2-N", "alphabet"),
        ("91360781MA35A1B2零N", "alphabet"),
        ("91360001MA35A1B20N", "county_without_prefecture"),
        ("91A60781MA35A1B20N", "shape"),
        ("91000000MA35A1B20N", "shape"),
    ],
)
def test_25_what_is_no_code_is_refused_with_the_reason(text, code):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_credit_code(text)

    assert refused.value.code == code


def test_25_a_code_opens_into_its_parts():
    code = parse_credit_code("N2360781123456788M")

    assert (code.department, code.category, code.region) == ("N", "N2", "360781")
    assert code.organisation_code == "123456788"


@pytest.mark.parametrize(
    ("body", "check"), [("60003734", "1"), ("12345678", "8"), ("MA35A1B2", "0"), ("00000001", "9")]
)
def test_26_the_organisation_code_carries_its_own_check_character(body, check):
    assert organisation_check(body) == check


def test_26_a_wrong_organisation_check_is_told_and_not_refused():
    body = "91360781123456789"

    code = parse_credit_code(body + check_character(body))

    assert code.is_organisation_code_consistent is False
    assert parse_credit_code("91110000600037341L").is_organisation_code_consistent is True


def test_an_organisation_code_of_another_shape_is_refused():
    with pytest.raises(InvalidIdentifier):
        organisation_check("1234567")


@given(credit_codes())
def test_normalising_twice_is_normalising_once(code):
    once = normalise_credit_code(code.lower())

    assert once == code
    assert normalise_credit_code(once) == once


@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_one_changed_character_is_refused(code, position, character):
    changed = code[:position] + character + code[position + 1 :]
    if changed == code:
        return

    with pytest.raises(InvalidIdentifier):
        parse_credit_code(changed)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text):
    code = read_or_none(parse_credit_code, text)

    assert code is None or parse_credit_code(code.value) == code


def test_a_field_validator_speaks_chinese_and_keeps_the_code():
    with pytest.raises(ValidationError) as refused:
        validate_credit_code("91360781MA35A1B20M")

    assert refused.value.code == "check_character"
    assert refused.value.messages == ["统一社会信用代码校验位不正确"]
    validate_credit_code("91360781MA35A1B20N")


def test_a_code_issued_with_a_wrong_check_character_is_read_and_marked():
    """Of the series that Xiamen gave its businesses before 2016; the number is invented."""
    code = parse_credit_code("91350203M000123459")

    assert (code.value, code.is_irregular) == ("91350203M000123459", True)
    assert parse_credit_code(VALID_25[0]).is_irregular is False


@pytest.mark.parametrize("text", ["91350203M000123450 1", "91360203M000123459", "91350203A000123459"])
def test_no_other_wrong_check_character_is_let_through(text):
    assert read_or_none(parse_credit_code, text) is None


@pytest.mark.parametrize("number", ["362322190001011296", "11010519491231002X"])
def test_a_persons_identity_number_is_no_credit_code(number):
    with pytest.raises(InvalidIdentifier) as refused:
        parse_credit_code(number)

    assert refused.value.code in {"identity_number", "shape"}


@pytest.mark.parametrize(
    "around",
    [
        "'%s",
        "%s\u200b",
        "\ufeff%s",
        "“%s”",
        "＇%s",
        "\u202d%s\u202c",
        " %s\t",
        '"%s"',
        "`%s`",
        "\xa0%s\u3000",
        "%s\x0b",
    ],
)
def test_what_a_spreadsheet_or_a_chat_puts_around_a_number_is_gone(around):
    assert normalise_credit_code(around % "91360781MA35A1B20N") == "91360781MA35A1B20N"
