"""What proposing misses is counted on any texts, and nothing of them stays."""

import json
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from listings.catalog.models import Achievement, Demand
from matching.matches.models import Level, ListingVectors
from matching.matches.recall import BEST, Best, Size
from search.index import encoder, engine
from search.index.models import TextVector

ABOUT = "铜合金接触线连续铸造"
UNLIKE = ["脐橙果胶提取", "桥梁索力监测", "白莲种子组织培养", "污泥厌氧发酵"]


def lines(file, rows):
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def texts(tmp_path):
    """Twelve achievements about what the demand is about, and four that share nothing with it."""
    like = [{"title": f"{ABOUT}工艺{number}", "abstract": f"{ABOUT}的第{number}种做法"} for number in range(12)]
    return {
        "achievements": [
            lines(tmp_path / "first.jsonl", like),
            lines(tmp_path / "second.jsonl", [{"title": title} for title in UNLIKE]),
        ],
        "demands": [lines(tmp_path / "demands.jsonl", [{"title": ABOUT, "content": f"寻求{ABOUT}的工艺"}])],
    }


def report(texts, **options):
    out = StringIO()
    call_command("evaluate_candidates", json=True, stdout=out, **texts, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_ten_best_of_all_are_looked_for_among_the_proposed(texts, db):
    shipped, four = report(texts, sizes=[Size(200, 60), Size(4, 4)])

    assert (shipped["pool"], shipped["nearest"]) == (200, 60)
    assert shipped["words"] == shipped["all"] == shipped["fitting"] == 1.0
    assert four["words"] == 4 / BEST


def test_an_achievement_may_be_the_one_that_asks(tmp_path, db):
    texts = {
        "achievements": [lines(tmp_path / "a.jsonl", [{"title": ABOUT}])],
        "demands": [
            lines(tmp_path / "d.jsonl", [{"title": f"{ABOUT}{number}", "content": ABOUT} for number in range(BEST)])
        ],
    }

    shipped, four = report(texts, sizes=[Size(100, 60), Size(4, 4)], seeking="achievement")

    assert shipped["all"] == 1.0
    assert four["words"] == 4 / BEST
    assert four["proposed"] < BEST


def test_nothing_of_the_texts_stays(texts, db, settings):
    report(texts)

    assert [model.objects.count() for model in (TextVector, ListingVectors, Achievement, Demand)] == [0] * 4
    settings.NAMESPACE += "-recall"
    assert engine.current_index() is None


@pytest.mark.encoder
def test_what_means_the_same_in_other_words_is_found_by_meaning_alone(tmp_path, db):
    assert encoder.is_available()
    fillers = [{"title": title} for title in UNLIKE]
    texts = {
        "achievements": [lines(tmp_path / "a.jsonl", [{"title": "电解液添加剂"}, *fillers])],
        "demands": [lines(tmp_path / "d.jsonl", [{"title": "battery electrolyte"}])],
    }

    (found,) = report(texts)

    assert found["words"] == 0
    assert found["words_and_meaning"] == 1


def test_the_best_are_ten_and_of_equal_ones_those_with_the_smaller_id():
    best = Best()
    for number in (*range(20, 0, -1), 30):
        best.offer(1.0, UUID(int=number), Level.NONE if number < 9 else Level.STRONG)
    best.offer(2.0, UUID(int=99), Level.STRONG)

    assert best.ids() == {UUID(int=number) for number in (*range(1, 10), 99)}
    assert best.ids(least=Level.WEAK) == {UUID(int=9), UUID(int=99)}


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"title": 3}'])
def test_a_broken_line_is_named(texts, line, tmp_path, db):
    (tmp_path / "demands.jsonl").write_text('{"title": "铜"}\n' + line, encoding="utf-8")

    with pytest.raises(CommandError, match=r"demands\.jsonl:2: not a JSON object with a title"):
        report(texts)


@pytest.mark.parametrize("size", ["200", "0:60", "200:0", "a:b"])
def test_a_size_that_proposes_nothing_is_refused(texts, size):
    with pytest.raises(CommandError, match="--sizes"):
        call_command(
            "evaluate_candidates", "--achievements", *map(str, texts["achievements"]), "--demands",
            str(texts["demands"][0]), "--sizes", size,
        )  # fmt: skip
