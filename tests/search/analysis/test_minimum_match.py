"""How many tokens must be there: rounded as Elasticsearch rounds, and the same for whoever asks by groups."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import minimum_match
from search.analysis.minimum_match import groups, missing, near

COUNTS = st.integers(1, 300)


@pytest.mark.parametrize(
    ("count", "absent"), [(0, 0), (1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (9, 2), (10, 3), (13, 3), (14, 4), (100, 30)]
)
def test_short_wordings_want_all_their_bigrams_and_longer_ones_most(count, absent):
    assert missing(count) == absent
    assert minimum_match.MINIMUM_SHOULD_MATCH == "3<-30%"


@pytest.mark.parametrize(
    ("count", "percent", "least"), [(1, 33, 1), (3, 33, 1), (6, 33, 1), (7, 33, 2), (4, 75, 3), (1, 75, 1), (0, 75, 1)]
)
def test_what_only_comes_close_shares_a_part_and_one_at_least(count, percent, least):
    assert near(count, percent) == least


@given(COUNTS)
def test_a_longer_wording_never_wants_fewer(count):
    assert count - missing(count) <= count + 1 - missing(count + 1)
    assert near(count, 33) <= near(count + 1, 33)


@given(st.lists(st.text(min_size=1, max_size=3), max_size=40), st.integers(0, 12))
def test_groups_are_the_tokens_in_their_order_about_equally_shared(tokens, may_miss):
    parts = groups(tokens, may_miss)

    assert [token for part in parts for token in part] == tokens
    assert len(parts) == min(may_miss + 1, len(tokens))
    assert max(map(len, parts), default=0) - min(map(len, parts), default=0) <= 1


@pytest.mark.parametrize("count", range(1, 11))
def test_who_lacks_no_more_than_allowed_holds_one_group_whole(count):
    tokens = [str(at) for at in range(count)]
    may_miss = missing(count)
    parts = [set(part) for part in groups(tokens, may_miss)]

    for absent in combinations(tokens, may_miss):
        held = set(tokens) - set(absent)
        assert any(part <= held for part in parts)
