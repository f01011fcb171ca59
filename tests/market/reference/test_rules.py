"""What keeps a data file from being loaded."""

from datetime import date

import pytest

from market.reference.files import CODE_COLUMNS, LIST_COLUMNS, UnreadableFile, read_lists
from market.reference.rules import faults
from tests.market.reference.rows import listed, scheme

Y2020, Y2022, Y2024 = date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)


def test_a_sound_list_has_no_faults():
    apple = listed("apple", valid_from=Y2020, valid_until=Y2022, replaced_by="pear")
    again = listed("apple", valid_from=Y2024)

    assert faults([scheme(apple, again, listed("pear"), listed("small_pear", parent="pear"))]) == []


def test_parents_may_stand_in_another_list():
    fruit = scheme(listed("apple"))

    assert faults([fruit, scheme(listed("a1", parent="apple"), name="sorts", parent_scheme="fruit")]) == []
    assert faults([fruit, scheme(listed("a1", parent="plum"), name="sorts", parent_scheme="fruit")]) == [
        "sorts: a1 stands below 'plum', which is not listed"
    ]
    assert faults([scheme(listed("a1"), parent_scheme="sorts")]) == [
        "fruit: its parents stand in 'sorts', which is no list"
    ]


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        ([listed("a", parent="b")], "fruit: a stands below 'b', which is not listed"),
        ([listed("a", replaced_by="b", valid_until=Y2022)], "fruit: a is replaced by 'b', which is not listed"),
        ([listed("a"), listed("a", valid_from=Y2022)], "fruit: a means two things on 2022-01-01"),
        ([listed("a", valid_until=Y2024), listed("a", valid_from=Y2022)], "fruit: a means two things on 2022-01-01"),
        ([listed("a", parent="a")], "fruit: a stands above itself"),
    ],
)
def test_a_contradiction_is_named(codes, fault):
    assert faults([scheme(*codes)]) == [fault]


def test_circles_are_found_and_what_only_leads_into_one_is_not_lost():
    circle = [listed("a", parent="b"), listed("b", parent="c"), listed("c", parent="a")]

    assert faults([scheme(*circle)]) == [f"fruit: {code} stands above itself" for code in "abc"]


def test_a_code_may_not_replace_itself_by_a_detour():
    rows = [listed("a", replaced_by="b", valid_until=Y2022), listed("b", replaced_by="a", valid_until=Y2024)]

    assert faults([scheme(*rows)]) == ["fruit: a replaces itself", "fruit: b replaces itself"]


def write(folder, codes: str, heading: str = ",".join(CODE_COLUMNS)) -> None:
    (folder / "lists.csv").write_text(f"{','.join(LIST_COLUMNS)}\nfruit,水果,Fruit,,试验用,\n", encoding="utf-8")
    (folder / "fruit.csv").write_text(f"{heading}\n{codes}\n", encoding="utf-8")


def test_a_file_is_read_as_written(tmp_path):
    write(tmp_path, 'apple,苹果,Apple,,2020-01-01,2022-01-01,pear,inferred,"a, b"\npear,梨,,,2022-01-01,,,verified,')

    [fruit] = read_lists(tmp_path)

    assert fruit.name_en == "Fruit"
    assert fruit.codes == (
        listed(
            "apple", "苹果", name_en="Apple", valid_until=Y2022, replaced_by="pear", evidence="inferred", source="a, b"
        ),
        listed("pear", "梨", valid_from=Y2022),
    )


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ("apple,苹果,,,2020-13-01,,,verified,", "fruit.csv:2: month must be in 1..12"),
        ("apple,苹果,,,,,,verified,", "fruit.csv:2: Invalid isoformat string: ''"),
        ("apple,,,,2020-01-01,,,verified,", "fruit.csv:2: code, name_zh and evidence must be given"),
        ("apple,苹果,,,2020-01-01,,,sure,", "fruit.csv:2: code, name_zh and evidence must be given"),
        ("apple,苹果,,,2020-01-01,,verified", "fruit.csv:2: 9 columns are expected"),
        ("apple,苹果,,,2020-01-01,,,verified,,", "fruit.csv:2: 9 columns are expected"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, codes, message):
    write(tmp_path, codes)

    with pytest.raises(UnreadableFile) as refused:
        read_lists(tmp_path)

    assert str(refused.value) == message


def test_other_columns_and_missing_files_are_refused(tmp_path):
    write(tmp_path, "", heading="code,name")
    with pytest.raises(UnreadableFile, match=r"^fruit.csv:1: the columns must be code, name_zh"):
        read_lists(tmp_path)

    (tmp_path / "fruit.csv").unlink()
    with pytest.raises(UnreadableFile, match=r"^fruit.csv: No such file"):
        read_lists(tmp_path)
