"""Folders of judged pairs: what is read, and what is refused with file and line."""

import pytest

from matching.scoring import judgements
from matching.scoring.judgements import BadFolder, without_blanks
from matching.scoring.profiles import Profile


def test_a_folder_is_read_in_the_order_of_ids_with_the_blanks_of_titles_taken_out(folder):
    found = judgements.read(folder)

    assert found.demands["d1"] == Profile("铜合金线材强度与导电率", "连续铸造的铜合金线材强度不足。")
    assert found.achievements["a1"] == Profile("高导电铜合金接触线连续铸造")
    assert [(row.demand, row.achievements, row.levels) for row in found.lists] == [
        ("d1", ("a1", "a2", "a4"), (4, 1, 2)),
        ("d2", ("a1", "a2", "a4"), (1, 3, 1)),
        ("d3", ("a1", "a4"), (1, 1)),
    ]
    assert [row.demand for row in found.counted] == ["d1", "d2"]
    assert found.lists[0].gains == (3, 0, 1)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("高 镍 三元", "高镍三元"),
        ("LiFePO4 battery pack", "LiFePO4 battery pack"),
        ("基于 deep learning 检测", "基于deep learning检测"),
        ("", ""),
    ],
)
def test_blanks_stay_only_between_words_that_are_not_ideographs(title, expected):
    assert without_blanks(title) == expected


def test_a_mark_of_byte_order_and_carriage_returns_change_nothing(folder):
    plain = judgements.read(folder)
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert judgements.read(folder) == plain


def test_other_fields_are_passed_over_and_missing_ones_are_empty(folder):
    with (folder / "achievements.jsonl").open("a") as opened:
        opened.write('{"id": "a9", "title": "铜箔", "text": "厚度均匀", "year": 2020, "tags": ["x"]}\n')
    with (folder / "demands.jsonl").open("a") as opened:
        opened.write('{"id": "d9", "title": "铜箔测厚", "content": null}\n\n')

    found = judgements.read(folder)

    assert found.achievements["a9"] == Profile("铜箔", "厚度均匀")
    assert found.demands["d9"] == Profile("铜箔测厚")


def test_the_checksum_is_of_what_was_judged_and_not_of_ids_or_of_the_order_of_lines(folder):
    before = judgements.read(folder).sha256
    for file in folder.iterdir():
        head, *rest = file.read_text().splitlines()
        rows = [head, *rest[::-1]] if file.suffix == ".tsv" else [*rest[::-1], head]
        file.write_text("\n".join(rows).replace("d1", "first").replace("a1", "another"))
    assert judgements.read(folder).sha256 == before

    file = folder / "judgements.tsv"
    file.write_text(file.read_text().replace("another\t4", "another\t3"))
    assert judgements.read(folder).sha256 != before


@pytest.mark.parametrize(
    ("file", "line", "text", "said"),
    [
        ("demands.jsonl", 4, '{"id": "d4", "title": ', "line 4: not JSON"),
        ("demands.jsonl", 4, "[1]", "line 4: not a JSON object"),
        ("demands.jsonl", 4, '{"title": "x"}', "line 4: no id"),
        ("demands.jsonl", 4, '{"id": "d1", "title": "x"}', "line 4: the id d1 is there twice"),
        ("demands.jsonl", 4, '{"id": "d4", "title": 5}', "line 4: no title"),
        ("demands.jsonl", 4, '{"id": "d4", "title": "x", "content": []}', "line 4: content is not a text"),
        ("achievements.jsonl", 5, "[" * 100_000, "line 5: not JSON"),
        ("achievements.jsonl", 5, '{"id": "a5", "title": "x", "text": 1}', "line 5: text is not a text"),
        ("judgements.tsv", 10, "d9\ta1\t2", "line 10: no demand has the id d9"),
        ("judgements.tsv", 10, "d1\ta9\t2", "line 10: no achievement has the id a9"),
        ("judgements.tsv", 10, "d1\ta3\t0", "line 10: the level 0 is none of 1, 2, 3 and 4"),
        ("judgements.tsv", 10, "d1\ta3\t５", "line 10: the level ５ is none"),
        ("judgements.tsv", 10, "d1\ta1\t4", "line 10: this pair is judged twice"),
        ("judgements.tsv", 10, "d1 a1 4", "line 10: 1 columns, not 3"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(folder, file, line, text, said):
    with (folder / file).open("a") as opened:
        opened.write(text + "\n")

    with pytest.raises(BadFolder, match=f"{file}, {said}"):
        judgements.read(folder)
    assert f"line {line}" in said


def test_bytes_that_are_not_utf_8_are_named_by_their_line(folder):
    file = folder / "demands.jsonl"
    file.write_bytes(file.read_bytes() + b'{"id": "\xff"}\n')

    with pytest.raises(BadFolder, match=r"demands.jsonl, line 4: not UTF-8"):
        judgements.read(folder)


@pytest.mark.parametrize("name", ["demands.jsonl", "achievements.jsonl", "judgements.tsv"])
def test_a_file_that_is_not_there_is_named(folder, name):
    (folder / name).unlink()

    with pytest.raises(BadFolder, match=f"{name}: No such file"):
        judgements.read(folder)


@pytest.mark.parametrize("content", ["", "d1\ta1\t4\n", "demand_id,achievement_id,level\n"])
def test_judgements_without_their_headings_are_refused(folder, content):
    (folder / "judgements.tsv").write_text(content)

    with pytest.raises(BadFolder, match="line 1: the headings are not demand_id, achievement_id, level"):
        judgements.read(folder)


def test_judgements_without_any_gain_rank_nothing(folder):
    (folder / "judgements.tsv").write_text("demand_id\tachievement_id\tlevel\nd1\ta1\t1\n")

    with pytest.raises(BadFolder, match="no pair is judged above 1"):
        judgements.read(folder)
