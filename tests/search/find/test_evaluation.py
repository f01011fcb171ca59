"""The measure of the ranking: pure parts by hand, and the bounds that the shipped weights must hold."""

import json
import random
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from market.config import demo
from search.find import evaluation
from search.index import engine
from search.index.models import SearchDocument


@pytest.mark.parametrize(
    ("gains", "ideal", "value"),
    [
        ([3, 0, 1], [3, 1, 0], 0.9639),  # (3 + 1/2) / (3 + 1/log2(3))
        ([3, 1, 0], [3, 1, 0], 1.0),
        ([0, 0, 0], [1, 0, 0], 0.0),
    ],
)
def test_ndcg_by_hand(gains, ideal, value):
    assert round(evaluation.ndcg(gains, ideal), 4) == value


def test_a_worn_title_lacks_a_third_and_one_word_is_put_otherwise():
    title = "高导电铜合金接触线的连续铸造工艺"
    worn = evaluation.worn(title, random.Random(1))  # noqa: S311

    assert len(worn.split()) == 6  # of eight pieces
    assert sum(1 for word in worn.split() if word not in title) == 1


def folder(tmp_path, judgements="d\ta\t4\nd\tb\t1\n"):
    achievements = [{"id": "a", "title": "铜合金 接触线"}, {"id": "b", "title": "脐橙 果胶"}]
    for name, rows in (
        ("achievements", achievements),
        ("demands", [{"id": "d", "title": "铜合金接触线强度", "content": "导电"}]),
    ):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "judgements.tsv").write_text("demand_id\tachievement_id\tlevel\n" + judgements, encoding="utf-8")
    return tmp_path


def report(**options):
    out = StringIO()
    call_command("evaluate_search", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_any_folder_of_the_form_is_measured_and_leaves_no_index(tmp_path, settings):
    assert report(data=folder(tmp_path)) == {"ndcg@10": 1.0, "demands": 1}

    settings.NAMESPACE += "-evaluation"
    assert engine.current_index() is None


@pytest.mark.parametrize("judgements", ["d\ta\n", "d\ta\tx\n", "d\tabsent\t4\n"])
def test_a_broken_folder_is_a_clear_error(tmp_path, judgements):
    with pytest.raises(CommandError):
        report(data=folder(tmp_path, judgements))


@pytest.mark.parametrize("by_database", [False, True])
def test_short_queries_succeed_where_one_of_the_first_ten_is_what_it_must_be(tmp_path, db, by_database):
    titles = {"CN1A": "铜杆连铸装置", "CN2A": "羽绒防钻绒面料", "CN215989580U": "茶叶清洗机"}
    rows = [{"publication_no": number, "title": title, "ipc_subclasses": ["H01B"]} for number, title in titles.items()]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "patents.jsonl").write_text(lines, encoding="utf-8")
    asked = ("character\t铜\t铜", "question\t怎么给羽绒服防钻绒\t羽绒&防钻", "classification\tH01\tipc:H01B")
    asked = ("kind\tquery\tmust", *asked, "number\t215989580\tno:CN215989580U", "word\t脐橙\t脐橙|柑橘")
    (tmp_path / "queries.tsv").write_text("\n".join(asked) + "\n", encoding="utf-8")

    files = {"queries": tmp_path / "queries.tsv", "patents": tmp_path / "patents.jsonl"}
    found = report(**files, by_database=by_database)

    assert (found["queries"], found["success@10"], found["without_result"]) == (5, 0.8, 0.2)
    assert found["without_strict_result"] == 0.4
    assert (found["missed"], found["by_kind"]["question"]) == (["脐橙"], 1.0)
    assert not SearchDocument.objects.filter(kind=evaluation.KIND).exists()


def test_the_set_of_short_queries_names_no_patent_but_those_of_the_demonstration_city():
    lines = (Path(__file__).parent / "data" / "queries.tsv").read_text(encoding="utf-8").splitlines()[1:]
    shown = json.loads((Path(demo.__file__).parent / "data" / "patents.json").read_text(encoding="utf-8"))
    numbers = {row["publication_no"] for row in shown}

    asked = [line.split("\t") for line in lines]

    assert len({query for _kind, query, _must in asked}) == 200
    assert {must.removeprefix("no:") for kind, _query, must in asked if kind == "number"} <= numbers


@pytest.mark.shared
def test_the_search_query_alone_ranks_as_well_as_published(shared):
    found = report(
        data=shared / "data" / "demand_match", abstracts=shared / "data" / "achievements" / "abstracts.jsonl"
    )

    assert found["ndcg@10"] >= 0.70
    assert found["mrr"] >= 0.95
