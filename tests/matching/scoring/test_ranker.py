"""The ranker's file, its scores, levels and words."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.matches.models import Level
from matching.scoring import features, ranker, score_models, vectors
from matching.scoring.features import NAMES, pair_features
from matching.scoring.preparation import Prepared
from matching.scoring.profiles import Profile
from matching.scoring.ranker import BadRanker
from matching.scoring.statistics import Statistics

LEARNED = [feature.name for feature in features.WORDS + features.VECTORS]


def linear(**weights):
    return {"kind": "linear", "features": {name: [0.5, 0.25, weight] for name, weight in weights.items()}}


@pytest.fixture
def content():
    found = {
        "format": ranker.FORMAT,
        "version": ranker.VERSION,
        "model": "test-1",
        "vectors": vectors.model(),
        "members": {"full": linear(**dict.fromkeys(LEARNED, 0.1)), "words": linear(title_words=0.2)},
        "calibration": {
            "slope": 2.0,
            "at": {"4": 3.0, "3": 2.0, "2": 0.0},
            "least": {"4": 1.0, "3": 0.5, "2": -0.5},
        },
        "report": {},
        "card": {},
    }
    return found | {"sha256": ranker.digest(found)}


@pytest.fixture
def written(content, tmp_path):
    def write(**changes):
        found = content | changes
        if "sha256" not in changes:
            found["sha256"] = ranker.digest(found)
        file = tmp_path / "ranker.json"
        file.write_text(json.dumps(found))
        return file

    return write


def row(**values):
    return np.array([[values.get(name, np.nan) for name in NAMES]], dtype=np.float32)


def test_a_score_is_the_weighted_sum_of_what_each_feature_is_above_its_mean(written):
    loaded = ranker.load(written())

    full = dict.fromkeys(LEARNED, 0.75)
    assert loaded.score(row(**full)).tolist() == pytest.approx([0.5])
    assert loaded.score(row(**full | {"topics": 1.0})).tolist() == pytest.approx([0.6])


def test_a_pair_without_vectors_is_scored_by_its_words(written):
    loaded = ranker.load(written())

    assert loaded.score(row(title_words=0.75, wording_words=0.1)).tolist() == pytest.approx([0.2])
    both = np.concatenate([row(title_words=0.75), row(**dict.fromkeys(LEARNED, 0.75))])
    assert loaded.score(both).tolist() == pytest.approx([0.2, 0.5])


def test_a_row_of_which_nothing_is_known_has_a_score(written):
    assert ranker.load(written()).score(row()).tolist() == [0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("body_words", 0.2, 0.2),
        ("body_words", 1.0, 0.5),
        ("same_field", 1, 0.05),
        ("same_field", 0, 0),
        ("maturity_short", 2, -0.1),
        ("maturity_short", 8, -0.2),
        ("price_over", 0.5, -0.1),
        ("price_over", 9, -0.2),
        ("shared_ipc", np.inf, 0),
        ("years_older", 3, -0.03),
        ("years_older", 40, -0.05),
        ("owner_record", 1, 0.01),
        ("owner_record", 10, 0.05),
    ],
)
def test_text_and_facts_move_a_score_by_a_little_and_within_bounds(name, value, expected):
    assert ranker.adjustments(row(**{name: value}).astype(np.float64)).sum() == pytest.approx(expected)


def test_every_feature_is_learned_or_has_its_part():
    assert sorted([*LEARNED, *ranker.PARTS]) == sorted(NAMES)
    directions = {feature.name: feature.direction for feature in features.FEATURES}
    assert all(np.sign(per_unit) == directions[name] for name, (per_unit, _most) in ranker.PARTS.items())


VALUES = st.lists(st.one_of(st.floats(-1, 9, width=32), st.just(np.nan)), min_size=len(NAMES), max_size=len(NAMES))


@settings(max_examples=100)
@given(VALUES, st.sampled_from(NAMES), st.floats(0, 1, width=32))
def test_more_of_what_speaks_for_a_pair_never_lowers_the_shipped_score(values, name, more):
    loaded = ranker.shipped()
    before = np.array([values], dtype=np.float32)
    after = before.copy()
    place = NAMES.index(name)
    after[0, place] += more * features.FEATURES[place].direction

    assert loaded.score(after)[0] >= loaded.score(before)[0] - 1e-6
    assert np.isfinite(loaded.score(before)).all()


def test_the_probabilities_of_the_levels_are_those_of_the_ordinal_model_and_sum_to_one(written):
    (found,) = ranker.load(written()).levels(np.array([1.0]))

    above = [1 / (1 + np.exp(at - 2.0)) for at in (3.0, 2.0, 0.0)]
    assert found.tolist() == pytest.approx([above[0], above[1] - above[0], above[2] - above[1], 1 - above[2]])
    assert found.sum() == pytest.approx(1)


@given(st.floats(-20, 20))
def test_every_score_has_probabilities_and_a_higher_one_likelier_high_levels(score):
    found = ranker.shipped().levels(np.array([score, score + 0.1]))

    assert (found >= 0).all()
    assert found.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert (np.cumsum(found[1])[:3] >= np.cumsum(found[0])[:3]).all()


@pytest.mark.parametrize(
    ("score", "level", "word", "english"),
    [
        (1.0, 4, "高度匹配", "Strong match"),
        (0.99, 3, "较匹配", "Fair match"),
        (0.5, 3, "较匹配", "Fair match"),
        (-0.5, 2, "弱匹配", "Weak match"),
        (-0.51, 1, "不匹配", "No match"),
    ],
)
def test_a_score_has_the_word_of_its_band(written, score, level, word, english):
    found = ranker.load(written()).level(score)

    assert (found, Level(found).label) == (level, word)
    with translation.override("en"):
        assert Level(found).label == english


def test_the_shipped_ranker_says_each_word_as_often_as_the_level_was_judged_and_means_it():
    report = ranker.shipped().report

    for row in report["bands"].values():
        assert row["pairs"] == pytest.approx(row["judged"], rel=0.1)
    shares = [report["bands"][level]["at_least_3"] for level in "4321"]
    assert shares == sorted(shares, reverse=True)
    assert report["cross_validated"]["ece"] <= 0.05


def test_the_shipped_ranker_is_above_the_plain_baseline_on_demands_it_did_not_see():
    report = ranker.shipped().report

    assert report["cross_validated"]["ndcg@10"] >= report["baseline"]["ndcg@10"] + 0.03
    assert report["words_only"]["ndcg@10"] > report["baseline"]["ndcg@10"]
    assert report["words_only"]["ece"] <= 0.05


def test_the_shipped_file_holds_numbers_and_its_own_words_and_no_text_of_a_listing():
    content = json.loads(ranker.FILE.read_text(encoding="utf-8"))

    def texts(part):
        if isinstance(part, dict):
            return {text for value in part.values() for text in texts(value)}
        if isinstance(part, list):
            return {text for value in part for text in texts(value)}
        return {part} if isinstance(part, str) else set()

    card = set(content["card"].values())
    families = {"linear", "trees", "mean", content["report"]["family"]}
    known = {content["format"], content["model"], content["vectors"], content["sha256"], *card, *families, *NAMES}
    assert texts(content) <= known
    assert {"data", "terms", "training_sha256"} <= content["card"].keys()


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadRanker, match="No such file"):
        ranker.load(tmp_path / "none.json")


def test_a_truncated_file_is_refused(written):
    file = written()
    file.write_text(file.read_text()[:-20])

    with pytest.raises(BadRanker, match="is damaged"):
        ranker.load(file)


def test_a_file_of_bytes_is_refused(tmp_path):
    file = tmp_path / "ranker.json"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BadRanker, match="is damaged"):
        ranker.load(file)


@pytest.mark.parametrize("foreign", ["[]", "{}", '{"format": "pickle"}', "null"])
def test_a_foreign_file_is_refused(tmp_path, foreign):
    file = tmp_path / "ranker.json"
    file.write_text(foreign)

    with pytest.raises(BadRanker, match="is not a ranker"):
        ranker.load(file)


def test_a_file_of_another_version_is_refused(written):
    with pytest.raises(BadRanker, match="is of version 2, not 1"):
        ranker.load(written(version=2))


def test_a_file_fitted_to_other_vectors_is_refused(written):
    with pytest.raises(BadRanker, match="was fitted to vectors of e5-small-q4-00000000, not of e5-small-q4-"):
        ranker.load(written(vectors="e5-small-q4-00000000"))


def test_an_altered_file_is_refused(written, content):
    with pytest.raises(BadRanker, match="was altered"):
        ranker.load(written(members=content["members"] | {"words": linear(title_words=9)}, sha256=content["sha256"]))


@pytest.mark.parametrize(
    "full",
    [
        {},
        {"kind": "oracle"},
        {"kind": "mean", "parts": []},
        linear(clicks=1),
        {"kind": "linear", "features": {"title_words": [0, 0, 1]}},
        {"kind": "linear", "features": {"title_words": [0, 1, float("nan")]}},
        {"kind": "trees", "features": ["topics"], "trees": [[[0], [0.5], [0], [0], [0]]]},
        {"kind": "trees", "features": ["topics"], "trees": [[[1, -1, -1], [0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 2]]]},
        {"kind": "trees", "features": ["topics"], "trees": [[[-1], [], [0], [0], [0]]]},
    ],
)
def test_a_member_that_cannot_be_used_is_refused(written, full):
    with pytest.raises(BadRanker, match="lacks something or has it in another form"):
        ranker.load(written(members={"full": full, "words": linear(title_words=1)}))


@pytest.mark.parametrize("part", ["members", "calibration", "report", "card", "model"])
def test_a_file_that_lacks_a_part_is_refused(content, tmp_path, part):
    del content[part]
    file = tmp_path / "ranker.json"
    file.write_text(
        json.dumps(content | {"sha256": ranker.digest({key: content[key] for key in content if key != "sha256"})})
    )

    with pytest.raises(BadRanker, match="lacks something"):
        ranker.load(file)


def test_trees_are_walked_to_the_leaf_on_each_side_of_a_bound():
    trees = [[[0, -1, -1], [0.5, 0, 0], [1, 0, 0], [2, 0, 0], [0, -1, 1]]]
    member = score_models.from_content({"kind": "trees", "features": ["topics"], "trees": trees})

    table = np.concatenate([row(topics=value) for value in (0.5, 0.6, np.nan)]).astype(np.float64)
    assert member.score(table).tolist() == [-1, 1, -1]
    assert score_models.from_content(member.content()).score(table).tolist() == [-1, 1, -1]


def test_a_mean_of_members_is_the_mean_of_their_scores():
    parts = [linear(title_words=0.1), linear(title_words=0.3)]
    member = score_models.from_content({"kind": "mean", "parts": parts})

    assert member.score(row(title_words=0.75).astype(np.float64)).tolist() == pytest.approx([0.2])


def test_facts_that_clash_lower_the_score_of_a_pair_and_absent_ones_do_not():
    statistics = Statistics.of(["铜合金线材", "铜合金管件"])
    asked = Profile("铜合金线材", maturity="mass_production", amount=Decimal(100_000), published_on=date(2026, 3, 2))

    def score(**stated):
        offered = Prepared.of(Profile("铜合金线材", **stated))
        return ranker.shipped().score(pair_features(Prepared.of(asked), [offered], statistics))[0]

    assert score(maturity="sample") < score() == score(maturity="mass_production")
    assert score(amount=Decimal(1_000_000)) < score() == score(amount=Decimal(100_000))
    assert score(text="也可用于铜合金线材") == score()
    assert score(published_on=date(2020, 1, 1)) < score() == score(published_on=date(2026, 1, 1))
    assert score(signed=3) > score(signed=1) > score() == score(signed=0)
