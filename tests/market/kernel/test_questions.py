"""What is asked about before it is kept, and what is said of values that are not of their type."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from django.utils import translation
from pydantic import BaseModel, Field

from market.kernel import marks
from market.kernel.problems import ConfirmationNeeded, InvalidInput
from market.kernel.questions import AMOUNT_UNIT, about_amount, require_confirmed
from market.kernel.validation import MESSAGES, message_of, validated

FOUND = {"first": ["甲？", "乙？"], "second": ["丙？"], "none": []}


@pytest.mark.parametrize(
    ("confirmed", "asked"),
    [((), ["first", "first", "second"]), (("first",), ["second"]), (("second", "unasked"), ["first", "first"])],
)
def test_each_question_is_asked_until_its_code_is_confirmed(confirmed, asked):
    with pytest.raises(ConfirmationNeeded) as needed:
        require_confirmed(confirmed, FOUND)

    assert [question["code"] for question in needed.value.data["questions"]] == asked


@pytest.mark.parametrize(("confirmed", "found"), [(("first", "second"), FOUND), ((), {"none": []}), ((), {})])
def test_what_is_confirmed_or_asks_nothing_goes_through(confirmed, found):
    require_confirmed(confirmed, found)


@pytest.mark.parametrize(
    ("typed", "known", "names"),
    [
        ("80.00", {"预算": Decimal("800000.00")}, ["预算"]),
        ("8000000000.00", {"预算": Decimal("800000.00")}, ["预算"]),
        ("800000.00", {"预算": Decimal("800000.00")}, []),
        (
            "80.00",
            {"预算": Decimal("800000.00"), "价格": Decimal("90.00"), "原价": Decimal("810000.00")},
            ["预算", "原价"],
        ),
        ("80.00", {"预算": None}, []),
        (None, {"预算": Decimal("800000.00")}, []),
    ],
)
def test_a_factor_of_ten_thousand_is_asked_about_by_the_name_of_what_it_is_compared_with(typed, known, names):
    asked = about_amount(None if typed is None else Decimal(typed), known)[AMOUNT_UNIT]

    assert len(asked) == len(names)
    assert all(name in question for name, question in zip(names, asked, strict=True))


# Values that are not of their type


class Sample(BaseModel, extra="forbid"):
    name: Annotated[str, Field(min_length=2, max_length=3)]
    count: Annotated[int, Field(ge=1, le=9)] = 1
    tags: Annotated[list[str], Field(max_length=1)] = []
    amount: Annotated[Decimal, Field(decimal_places=2)] = Decimal(0)


@pytest.mark.parametrize(
    ("values", "loc", "code", "message"),
    [
        ({}, ["name"], "missing", "必填"),
        ({"name": "甲"}, ["name"], "string_too_short", "至少 2 个字符"),
        ({"name": "甲乙丙丁"}, ["name"], "string_too_long", "最多 3 个字符"),
        ({"name": "甲乙", "count": 0}, ["count"], "greater_than_equal", "不得小于 1"),
        ({"name": "甲乙", "count": 10}, ["count"], "less_than_equal", "不得大于 9"),
        ({"name": "甲乙", "count": "x"}, ["count"], "int_parsing", "应为整数"),
        ({"name": "甲乙", "tags": ["a", "b"]}, ["tags"], "too_long", "最多 1 项"),
        ({"name": "甲乙", "tags": ["a", 1][1:]}, ["tags", 0], "string_type", "应为文字"),
        ({"name": "甲乙", "amount": "0.001"}, ["amount"], "decimal_max_places", "最多 2 位小数"),
        ({"name": "甲乙", "other": 1}, ["other"], "extra_forbidden", "没有这一项"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_in_our_words(values, loc, code, message):
    with pytest.raises(InvalidInput) as refused:
        validated(Sample, values)

    assert refused.value.errors == [{"loc": loc, "code": code, "message": message}]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidInput) as refused:
        validated(Sample, {"name": "甲", "count": 0, "other": 1})

    assert [error["loc"] for error in refused.value.errors] == [["name"], ["count"], ["other"]]


class Everything(dict[str, Any]):
    """Any blank that a sentence may have."""

    def __missing__(self, name: str) -> str:
        return "7"


@pytest.mark.parametrize("code", MESSAGES)
def test_every_sentence_is_in_both_languages_with_the_same_blanks(code):
    with translation.override("zh-hans"):
        chinese = str(MESSAGES[code])
    with translation.override("en"):
        english = str(MESSAGES[code])

    assert english != chinese
    assert ("7" in chinese % Everything()) is ("7" in english % Everything())


@pytest.mark.parametrize(
    ("code", "context"), [("unheard_of", {}), ("too_long", {}), ("string_too_short", {"other": 1})]
)
def test_a_code_or_a_blank_that_nobody_knows_is_still_a_sentence(code, context):
    assert message_of(code, **context) == "内容不正确"


# Marks


@pytest.mark.parametrize(
    ("made", "chinese", "english"),
    [
        (lambda: marks.listed(["甲", "", "乙"]), "甲、乙", "甲, 乙"),
        (lambda: marks.listed([]), "", ""),
        (lambda: marks.labelled("名", 7), "名：7", "名: 7"),
        (lambda: marks.bracketed("甲", "乙"), "甲（乙）", "甲 (乙)"),
        (lambda: marks.bracketed("甲", ""), "甲", "甲"),
    ],
)
def test_marks_are_those_of_the_reader(made, chinese, english):
    assert made() == chinese
    with translation.override("en"):
        assert made().strip() == english
