"""Features of a pair: exact values on small examples, and what must hold for every pair."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.scoring import facts, features, vectors
from matching.scoring.features import NAMES, demands_features, pair_features
from matching.scoring.preparation import Prepared, prepared
from matching.scoring.profiles import Profile
from matching.scoring.statistics import BadStatistics, Statistics, token_ids

TITLES = ["铜合金线材铸造", "铜合金管件", "脐橙保鲜涂膜", "污泥脱水干化", "数控机床主轴", ""]
STATISTICS = Statistics.of(TITLES)
WANTED = Profile("铜合金线材", "连续铸造时线材开裂")


def values(demand, achievement, statistics=STATISTICS):
    (row,) = pair_features(Prepared.of(demand), [Prepared.of(achievement)], statistics)
    return dict(zip(NAMES, row.tolist(), strict=True))


def rarity(frequency, documents):
    highest = math.log1p((documents + 0.5) / 0.5)
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5)) / highest


def test_the_rarer_a_token_the_more_it_weighs_and_none_weighs_more_than_one():
    single, double = token_ids("铜线新")

    assert STATISTICS.weights(single).tolist() == pytest.approx([rarity(2, 6), rarity(1, 6), 1], abs=1e-6)
    assert STATISTICS.weights(double).tolist() == pytest.approx([1, 1], abs=1e-6)
    assert STATISTICS.mean_length == pytest.approx((6 + 4 + 5 + 5 + 5) / 6)


def test_titles_in_common_are_the_cosine_of_their_weighted_tokens():
    statistics = Statistics.of(["铜线", "铜管"])
    both, one = rarity(2, 2), rarity(1, 2)

    # Unigrams 铜 (in both documents) and 线 or 管, and the bigram: the two titles share 铜 alone.
    found = values(Profile("铜线"), Profile("铜管"), statistics)

    assert found["title_words"] == pytest.approx(both**2 / (both**2 + 2 * one**2), rel=1e-5)
    assert found["wording_words"] == pytest.approx(found["title_words"], rel=1e-5)
    assert values(Profile("铜线"), Profile("铜线"), statistics)["title_words"] == pytest.approx(1)


def test_a_word_of_the_demands_text_counts_less_than_one_of_its_title():
    in_title = values(Profile("线材开裂", "难"), Profile("线材"))["wording_words"]
    in_text = values(Profile("难", "线材开裂"), Profile("线材"))["wording_words"]

    assert in_title > in_text > 0
    assert values(Profile("难", "线材开裂"), Profile("线材"))["title_words"] == 0


def test_the_text_of_an_achievement_adds_only_what_its_title_lacks():
    whole = sum(rarity(STATISTICS_COUNTS[pair], 6) for pair in ("铜合", "合金", "金线", "线材"))
    lacking = sum(rarity(STATISTICS_COUNTS[pair], 6) for pair in ("金线", "线材"))

    assert values(WANTED, Profile("铜合金管件", "也可用于铜合金线材"))["body_words"] == pytest.approx(
        lacking / whole, rel=1e-5
    )
    assert values(WANTED, Profile("铜合金线材", "铜合金线材"))["body_words"] == 0
    assert math.isnan(values(WANTED, Profile("铜合金线材"))["body_words"])


STATISTICS_COUNTS = {"铜合": 2, "合金": 2, "金线": 1, "线材": 1}


def test_the_text_of_an_achievement_changes_no_other_feature():
    bare, full = values(WANTED, Profile("铜合金管件")), values(WANTED, Profile("铜合金管件", "线材开裂" * 50))

    assert {name for name in NAMES if bare[name] != full[name] and not math.isnan(full[name])} == {"body_words"}


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({}, {}, {}),
        ({"technology_field": "05"}, {}, {}),
        ({"technology_field": "05"}, {"technology_field": "05"}, {"same_field": 1}),
        ({"technology_field": "05"}, {"technology_field": "04"}, {"same_field": 0}),
        ({"local_industry": "tea"}, {"local_industry": "tea"}, {"same_local_industry": 1}),
        ({"industries": ("C32", "C33")}, {"industries": ("C33",)}, {"shared_industry": 1}),
        ({"industries": ("C32",)}, {"industries": ("C33",)}, {"shared_industry": 0}),
        ({"ipc_codes": ("C22C9/00",)}, {"ipc_codes": ("C22C 1/02", "B21C1/00")}, {"shared_ipc": 1}),
        ({"region": "360781"}, {"region": "360781"}, {"same_region": 1}),
        ({"maturity": "pilot"}, {"maturity": "sample"}, {"maturity_short": 3}),
        ({"maturity": "sample"}, {"maturity": "mass_production"}, {"maturity_short": 0}),
        ({"maturity": "pilot"}, {"readiness_level": 8, "maturity": "sample"}, {"maturity_short": 0}),
        ({"maturity": "other"}, {"maturity": "sample"}, {}),
        ({"amount": Decimal(10)}, {"amount": Decimal(1000)}, {"price_over": 2}),
        ({"amount": Decimal(10)}, {"amount": Decimal(10)}, {"price_over": 0}),
        ({"amount": Decimal(0)}, {"amount": Decimal(10)}, {}),
        ({"amount": Decimal(1)}, {"amount": Decimal(10) ** 13}, {"price_over": 9}),
    ],
)
def test_a_fact_is_compared_where_both_sides_state_it(ours, theirs, expected):
    found = facts.of(Profile("甲", **ours), Profile("乙", **theirs))

    named = zip((feature.name for feature in features.FACTS), found, strict=True)
    assert {name: value for name, value in named if not math.isnan(value)} == expected


def test_without_vectors_what_needs_them_is_not_known():
    found = values(WANTED, Profile("铜合金"))

    assert all(math.isnan(found[feature.name]) for feature in features.VECTORS)
    assert found["title_words"] > 0


def test_no_achievements_give_no_rows():
    assert pair_features(Prepared.of(WANTED), [], STATISTICS).shape == (0, len(NAMES))
    assert demands_features([], Prepared.of(WANTED), STATISTICS).shape == (0, len(NAMES))


SIDES = st.builds(
    Profile,
    title=st.text(alphabet="铜合金线材脐橙的，ab1 \n繁體", max_size=12),
    text=st.text(alphabet="铜合金线材开裂，。xy", max_size=30),
    technology_field=st.sampled_from(["", "05", "04"]),
    maturity=st.sampled_from(["", "pilot", "other"]),
    amount=st.sampled_from([None, Decimal(0), Decimal("12.50")]),
)


@settings(max_examples=60, deadline=None)
@given(SIDES, st.lists(SIDES, max_size=5))
def test_every_value_is_in_its_range_or_not_known_and_a_list_changes_no_pair(demand, others):
    rows = prepared(others)
    found = pair_features(Prepared.of(demand), rows, STATISTICS)

    for column, feature in enumerate(features.FEATURES):
        known = found[:, column][np.isfinite(found[:, column])]
        assert ((known >= feature.low - 1e-5) & (known <= feature.high + 1e-5)).all(), feature
    wanted = Prepared.of(demand)
    for row, other in zip(found, rows, strict=True):
        np.testing.assert_allclose(demands_features([wanted, wanted], other, STATISTICS), [row, row], atol=1e-6)


@pytest.mark.encoder
def test_vectors_bring_titles_together_that_share_no_word():
    demand, near, far = Profile("废水净化"), Profile("污水处理"), Profile("脐橙保鲜")
    offered = prepared([near, far], vectors.of_achievements([near, far]))

    found = pair_features(prepared([demand], vectors.of_demands([demand]))[0], offered, STATISTICS)

    for feature in features.VECTORS:
        column = found[:, NAMES.index(feature.name)]
        assert column[0] > column[1], feature
        assert feature.low <= column.min() <= column.max() <= feature.high


@pytest.mark.encoder
def test_a_pair_has_the_same_values_in_a_list_and_alone_and_whichever_side_was_asked_for():
    demands = [WANTED, Profile("脐橙采后腐烂", "贮藏"), Profile("？？")]
    offered = [Profile(title) for title in TITLES]
    ours, theirs = prepared(demands, vectors.of_demands(demands)), prepared(offered, vectors.of_achievements(offered))

    forward = np.stack([pair_features(demand, theirs, STATISTICS) for demand in ours])
    for column, achievement in enumerate(theirs):
        backward = demands_features(ours, achievement, STATISTICS)
        np.testing.assert_allclose(backward, forward[:, column], atol=1e-5)


@pytest.mark.encoder
def test_an_achievement_without_vectors_among_others_leaves_theirs_as_they_were():
    demand = prepared([WANTED], vectors.of_demands([WANTED]))[0]
    offered = [Profile(title) for title in TITLES]
    made = vectors.of_achievements(offered)

    whole = pair_features(demand, prepared(offered, made), STATISTICS)
    partly = pair_features(demand, prepared(offered, [None, *made[1:]]), STATISTICS)

    np.testing.assert_allclose(partly[1:], whole[1:], atol=1e-6)
    assert np.isnan(partly[0, 2:5]).all()
    assert np.isfinite(whole[:, 2:5]).all()


@pytest.mark.encoder
def test_vectors_are_the_same_after_they_were_stored():
    (made,) = vectors.of_demands([WANTED])

    again = vectors.Vectors.from_bytes(made.to_bytes())

    assert made.title_tokens == again.title_tokens > 0
    for name in ("tokens", "words", "topics", "nearness", "sentence"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    for bad in (b"", made.to_bytes()[:-1], b"XXXX" + made.to_bytes()[4:]):
        with pytest.raises(vectors.BadVectors):
            vectors.Vectors.from_bytes(bad)


@pytest.mark.encoder
def test_punctuation_has_no_token_and_a_long_text_few():
    (made, long) = vectors.of_demands(
        [Profile("铜，线。", "（）"), Profile("铜线", "连续铸造时线材开裂，需要改进。" * 30)]
    )

    assert len(made.tokens) == made.title_tokens == 2
    assert len(long.tokens) - long.title_tokens == vectors.MOST_CONTEXT


def test_a_damaged_file_of_points_is_refused():
    data = vectors.FILE.read_bytes()

    assert vectors.parse(data).places.shape == (2000, 384)
    for bad in (b"", data[:-1], b"XXXX" + data[4:]):
        with pytest.raises(vectors.BadVectors, match=r"topics.bin is damaged"):
            vectors.parse(bad)


def test_statistics_that_lost_what_they_gained_are_as_before_and_stored_ones_as_made():
    before = Statistics.of(TITLES).to_bytes()
    changed = Statistics.of(TITLES)
    changed.add("稀土永磁")
    assert changed.to_bytes() != before
    changed.remove("稀土永磁")
    assert changed.to_bytes() == before
    assert Statistics.from_bytes(before).to_bytes() == before

    merged = Statistics.of(TITLES[:3])
    merged.merge(Statistics.of(TITLES[3:]))
    assert merged.to_bytes() == before


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-3], lambda data: b"XXXX" + data[4:]])
def test_damaged_statistics_are_refused(damage):
    with pytest.raises(BadStatistics):
        Statistics.from_bytes(damage(STATISTICS.to_bytes()))


def test_statistics_of_nothing_weigh_every_token_alike():
    single, _double = token_ids("铜线")

    assert Statistics().weights(single).tolist() == [1, 1]
    assert Statistics().mean_length == 0
