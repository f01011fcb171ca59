"""One line of a file as a listing, or the reason why not."""

import json

import pytest

from listings.imports.records import Record, Refused, read


def test_a_patents_facts_become_an_achievement():
    line = json.dumps({"publication_no": "CN114081026A", "title": "驱鸟装置", "ipc_subclasses": ["A01M", "H02G"]})

    found = read("achievement", 7, line)

    assert isinstance(found, Record)
    assert (found.line, found.key, found.data.title) == (7, "CN114081026A", "驱鸟装置")
    assert (found.data.ipc_codes, found.data.ip_type) == (["A01M", "H02G"], "patent")
    assert [patent.publication_no for patent in found.data.patents] == ["CN114081026A"]


@pytest.mark.parametrize(
    ("content", "difficulties", "rest"),
    [("难", "难", ""), ("", "标题", ""), ("x" * 5001, "x" * 5000, "x")],
)
def test_a_demands_text_becomes_its_difficulties(content, difficulties, rest):
    found = read("demand", 1, json.dumps({"id": "d-1", "title": "标题", "content": content}))

    assert (found.key, found.data.difficulties, found.data.research_content) == ("d-1", difficulties, rest)


def test_a_column_may_be_headed_by_the_words_of_its_field():
    line = json.dumps({"id": "a-1", "名称": "铜箔退火工艺", "成果简介": "低温长时退火", "意向价格（元）": "800000"})

    found = read("achievement", 1, line)

    assert isinstance(found, Record), found
    assert (found.data.title, found.data.summary, found.data.price) == ("铜箔退火工艺", "低温长时退火", 800_000)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "json_invalid"),
        ("[]", "not_an_object"),
        ('{"title": "x"}', "string_too_short"),
        ('{"title": "名称", "prise": 1}', "extra_forbidden"),
        ('{"title": "名称\\u0000"}', "unreadable_character"),
        ('{"title": "\\ud800ab"}', "json_invalid"),
        ('{"title": "' + "字" * 100_001 + '"}', "line_too_long"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(line, code):
    found = read("achievement", 3, line)

    assert isinstance(found, Refused)
    assert (found.line, found.code) == (3, code)
