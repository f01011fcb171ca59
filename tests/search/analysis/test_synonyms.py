"""A query's words with one term replaced by another of the same meaning."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import synonyms, text

with synonyms.FILE.open(encoding="utf-8", newline="") as lines:
    LINES = list(csv.reader(lines))
TERMS = [term for line in LINES for term in line]


def test_each_line_of_the_file_has_two_terms_at_least_and_none_twice():
    assert all(len(line) >= 2 and len({text.normalised(term) for term in line}) == len(line) for line in LINES)
    assert all(term == term.strip() and term for term in TERMS)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_every_term_leads_to_the_others_of_its_line(line):
    for term in line:
        others = {text.normalised(other) for other in line} - {text.normalised(term)}

        assert others & set(synonyms.variants(term))


def test_one_term_is_replaced_and_the_rest_of_the_words_stays():
    term, other = (text.normalised(term) for term in LINES[0][:2])

    assert f"高效{other}工艺" in synonyms.variants(f"高效{term}工艺")


@given(st.text(max_size=400))
def test_whatever_is_typed_has_few_variants_and_itself_first(words):
    found = synonyms.wordings(words)

    assert found[0] == words
    assert len(found) <= synonyms.MOST + 1
    assert len(set(found[1:])) == len(found) - 1
