"""What a field takes at its bounds, and what it refuses one step beyond; the API, the form and a file ask the same."""

from decimal import Decimal
from typing import Any

import pytest

from listings.catalog.data import data_of, errors_of
from listings.catalog.forms import FORMS
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Field, Kind, Shape
from market.kernel.money import MAX_AMOUNT
from market.kernel.problems import InvalidInput
from market.kernel.validation import validated
from tests.cast import MONDAY_ON
from tests.story import ACHIEVEMENT, DEMAND

WHOLE: dict[str, dict[str, Any]] = {"achievement": ACHIEVEMENT, "demand": DEMAND}
FIELDS = [
    pytest.param(kind, field, id=f"{kind.code}-{field.name}") for kind in KINDS.values() for field in kind.columns
]


def of_shape(*shapes: Shape) -> list[Any]:
    return [param for param in FIELDS if param.values[1].shape in shapes]


def taken(kind: Kind, field: Field, value: Any) -> Any:
    return getattr(validated(data_of(kind), WHOLE[kind.code] | {field.name: value}), field.name)


def refused_at(kind: Kind, field: Field, value: Any) -> set[Any]:
    """The fields at which the value is refused."""
    with pytest.raises(InvalidInput) as refused:
        taken(kind, field, value)
    return {error["loc"][0] for error in refused.value.errors}


def asked(kind: Kind, field: Field, value: Any) -> bool:
    """Whether the form takes the value for its field."""
    form = FORMS[kind.code]({field.name: value})
    return field.name not in form.errors


@pytest.mark.parametrize(("kind", "field"), of_shape(Shape.LINE, Shape.TEXT))
def test_a_text_is_taken_to_its_last_character_and_refused_with_one_more(kind, field, db):
    most = "铜" * field.most

    assert taken(kind, field, most) == most
    assert refused_at(kind, field, f"{most}铜") == {field.name}
    assert (asked(kind, field, most), asked(kind, field, f"{most}铜")) == (True, False)


@pytest.mark.parametrize(("kind", "field"), of_shape(Shape.WORDS))
def test_so_many_words_of_such_length_are_taken_and_neither_more_nor_longer_ones(kind, field, db):
    words = [f"{number:0{field.most}d}" for number in range(field.items)]
    many, long = [*words, "9"], ["9" * (field.most + 1)]

    assert taken(kind, field, words) == words
    assert refused_at(kind, field, many) == refused_at(kind, field, long) == {field.name}
    assert [asked(kind, field, "、".join(typed)) for typed in (words, many, long)] == [True, False, False]


@pytest.mark.parametrize(("kind", "field"), of_shape(Shape.MONEY))
@pytest.mark.parametrize(
    ("amount", "is_taken"),
    [
        ("0", True),
        ("0.01", True),
        ("1e3", True),
        (str(MAX_AMOUNT), True),
        (str(MAX_AMOUNT + Decimal("0.01")), False),
        ("-0.01", False),
        ("0.001", False),
        ("NaN", False),
    ],
)
def test_an_amount_is_not_negative_has_no_part_of_a_fen_and_an_end(kind, field, amount, is_taken, db):
    if is_taken:
        assert taken(kind, field, amount) == Decimal(amount)
    else:
        assert refused_at(kind, field, amount) == {field.name}


@pytest.mark.parametrize(("kind", "field"), of_shape(Shape.NUMBER))
def test_a_number_lies_between_its_ends(kind, field, db):
    for value in (field.least, field.most):
        assert taken(kind, field, value) == value
        assert asked(kind, field, value)
    for value in (field.least - 1, field.most + 1):
        assert refused_at(kind, field, value) == {field.name}
        assert not asked(kind, field, value)


@pytest.mark.parametrize(("kind", "field"), [param for param in FIELDS if param.values[1].required])
def test_what_is_required_is_missed_and_only_that(kind, field, db):
    rest = {name: value for name, value in WHOLE[kind.code].items() if name != field.name}

    with pytest.raises(InvalidInput) as refused:
        validated(data_of(kind), rest)
    assert [error["loc"] for error in refused.value.errors] == [[field.name]]
    assert not asked(kind, field, "")


@pytest.mark.parametrize(("kind", "field"), [param for param in FIELDS if not param.values[1].required])
def test_what_is_not_required_is_empty_when_nobody_says_it(kind, field):
    rest = {name: value for name, value in WHOLE[kind.code].items() if name != field.name}

    value = getattr(validated(data_of(kind), rest), field.name)

    assert value == (next(iter(field.choices)) if field.choices else field.empty)


@pytest.mark.parametrize(("kind", "field"), of_shape(Shape.CHOICE))
def test_a_choice_is_one_of_its_own(kind, field, db):
    for code in field.choices.values:
        assert taken(kind, field, code) == code
    assert refused_at(kind, field, "everybody") == {field.name}
    assert not asked(kind, field, "everybody")


@pytest.mark.parametrize(
    ("codes", "wrong"), [(["H01B 7/00", "C22F 1/08"], []), (["H01B 7/00", "铜"], [1]), (["Z99", "H01B", "??"], [0, 2])]
)
def test_each_class_that_is_none_is_named_by_its_place(codes, wrong, db):
    kind = KINDS["achievement"]
    data = validated(data_of(kind), ACHIEVEMENT | {"ipc_codes": codes})

    errors = [error["loc"] for error in errors_of(kind, data, on=MONDAY_ON)]

    assert errors == [["ipc_codes", place] for place in wrong]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_field_that_no_kind_has_is_refused_not_passed_over(kind):
    with pytest.raises(InvalidInput) as refused:
        validated(data_of(kind), WHOLE[kind.code] | {"secrecy": "none"})

    assert [error["loc"] for error in refused.value.errors] == [["secrecy"]]
