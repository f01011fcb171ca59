"""Measures of a ranking by hand, and the two commands on a tiny folder."""

import json
import math

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from matching.scoring import judgements, learners, measures, ranker, training
from matching.scoring.evaluation import Measured
from matching.scoring.features import NAMES
from matching.scoring.judgements import Judged
from matching.scoring.ranker import Calibration
from matching.scoring.score_models import Linear
from matching.scoring.training import TooFew, Worse

THIRD, SECOND = 1 / math.log2(4), 1 / math.log2(3)


def scores(*values):
    return np.array(values, dtype=np.float64)


def test_gains_are_discounted_by_rank_and_compared_with_the_best_order():
    gains = [0, 3, 1]

    assert measures.ndcg(scores(3, 2, 1), gains, 10) == pytest.approx((3 * SECOND + 1 * THIRD) / (3 + SECOND))
    assert measures.ndcg(scores(3, 2, 1), gains, 1) == 0
    assert measures.ndcg(scores(1, 3, 2), gains, 1) == 1


def test_equal_scores_keep_the_order_of_ids():
    assert measures.order(scores(1, 2, 2, 1 + 1e-12)).tolist() == [1, 2, 0, 3]


def test_precision_and_average_precision_count_levels_from_three_on():
    levels = [4, 2, 3, 1]

    assert measures.precision(scores(4, 3, 2, 1), levels, 5) == 0.5
    assert measures.precision(scores(4, 3, 2, 1), levels, 1) == 1
    assert measures.average_precision(scores(4, 3, 2, 1), levels) == pytest.approx((1 + 2 / 3) / 2)
    assert math.isnan(measures.average_precision(scores(1, 2), [1, 2]))


def test_the_calibration_error_is_the_mean_gap_between_what_was_said_and_what_happened():
    said, happened = scores(0.05, 0.05, 0.95, 1.0), np.array([True, False, True, True])

    assert measures.calibration_error(said, happened) == pytest.approx((0.9 + 0.05) / 4)


def test_an_interval_is_the_same_every_time_and_holds_the_mean():
    values = np.linspace(0, 1, 50)

    low, high = measures.interval(values)

    assert (low, high) == measures.interval(values)
    assert 0.4 < low < 0.5 < high < 0.6


def test_the_baseline_is_bm25_of_unigrams_and_bigrams():
    plain = measures.Bm25(["铜线", "铜管", "脐橙"])

    common, rare = math.log1p((3 - 2 + 0.5) / 2.5), math.log1p((3 - 1 + 0.5) / 1.5)
    # Every document is of mean length, so a word that is there once counts its rarity alone.
    assert plain.scores("铜线", [0, 1, 2]).tolist() == pytest.approx([common + 2 * rare, common, 0])
    assert plain.scores("铜线铜", [1]).tolist() == pytest.approx([2 * common])


def run(*command):
    from io import StringIO

    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_a_folder_is_evaluated_beside_the_baseline(folder):
    found = json.loads(run("evaluate_matching", "--data", str(folder), "--json").splitlines()[-1])

    # d1 has a strong answer in the same words and d2 one too; d3 has no gain and is left out.
    assert (found["demands"], found["pairs"], found["model"]) == (2, 6, ranker.shipped().model)
    assert (found["ndcg@1"], found["precision@5"], found["map"]) == (1, pytest.approx(1 / 3, abs=1e-4), 1)
    # The machine tool (a gain of 1) and the fruit share no word with d1, so ids decide between them for the baseline.
    expected = (1 + (3 + THIRD) / (3 + SECOND)) / 2
    assert found["baseline"]["ndcg@10"] == pytest.approx(expected, abs=1e-4)
    assert found["in_sample"] is False
    assert set(found["intervals"]) == {"ndcg@1", "ndcg@5", "ndcg@10", "precision@5", "map"}
    assert 0 <= found["ece"] <= 1


def test_the_figures_are_told_in_lines(folder):
    told = run("evaluate_matching", "--data", str(folder))

    assert f"{ranker.shipped().model}: 2 demands with a gain, 6 judged pairs" in told
    assert "IN SAMPLE" not in told
    assert "ndcg@10" in told


def test_a_ranker_fitted_to_a_folder_is_named_in_sample_there(folder, tmp_path):
    content = json.loads(ranker.FILE.read_text(encoding="utf-8"))
    content["card"]["training_sha256"] = judgements.read(folder).sha256
    content["sha256"] = ranker.digest(content)
    file = tmp_path / "own.json"
    file.write_text(json.dumps(content))

    assert "IN SAMPLE" in run("evaluate_matching", "--data", str(folder), "--model", str(file))


@pytest.mark.parametrize("command", [["evaluate_matching"], ["train_matching", "--out", "x.json"]])
def test_a_bad_folder_ends_a_command_with_file_and_line(folder, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (folder / "judgements.tsv").open("a") as opened:
        opened.write("d1\ta3\t7\n")

    with pytest.raises(CommandError, match=r"judgements.tsv, line 10: the level 7 is none of 1, 2, 3 and 4"):
        run(command[0], "--data", str(folder), *command[1:])
    assert not (tmp_path / "x.json").exists()


def test_a_bad_model_ends_the_evaluation(folder, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run("evaluate_matching", "--data", str(folder), "--model", str(tmp_path / "none.json"))


def test_too_few_demands_train_nothing_and_write_nothing(folder, tmp_path):
    with pytest.raises(CommandError, match="2 demands with a gain are too few: 10 at least"):
        run("train_matching", "--data", str(folder), "--out", str(tmp_path / "new.json"))
    assert not list(tmp_path.glob("*new.json*"))


@pytest.fixture(scope="module")
def judged():
    """Forty invented lists in which features and levels go together, and words say less than vectors."""
    chance = np.random.default_rng(7)
    lists, tables, plain = [], [], []
    for place in range(40):
        truth = chance.normal(size=30)
        levels = 1 + np.digitize(truth + chance.normal(scale=0.5, size=30), [0.2, 1.2, 1.9])
        levels[0] = 4
        table = np.full((30, len(NAMES)), np.nan, dtype=np.float32)
        for column in range(len(training.FULL)):
            table[:, column] = 0.5 + 0.1 * truth + chance.normal(scale=0.1 if column > 1 else 0.2, size=30)
        lists.append(Judged(f"d{place:02}", tuple(f"a{row:02}" for row in range(30)), tuple(levels.tolist())))
        tables.append(table)
        plain.append(table[:, 0].astype(np.float64))
    titles = tuple(f"题目{place // 2}" for place in range(40))
    return Measured(tuple(lists), tuple(tables), tuple(plain), titles, "0" * 64)


@pytest.fixture(scope="module")
def trained(judged):
    return training.train(judged, lambda rows, _size: rows)


def test_training_compares_the_families_and_takes_the_simplest_within_the_noise(trained):
    report = trained["report"]

    assert list(report["families"]) == ["sum", "ridge", "trees", "ridge+trees"]
    assert report["family"] in ("sum", "ridge")
    best = max(row["ndcg@10"] for row in report["families"].values())
    assert report["cross_validated"]["ndcg@10"] >= best - 0.02
    assert report["cross_validated"]["ndcg@10"] > report["baseline"]["ndcg@10"] + 0.05
    assert report["cross_validated"]["ece"] < 0.05


@pytest.mark.slow
def test_training_twice_gives_the_same_file(judged, trained):
    assert training.train(judged, lambda rows, _size: rows) == trained


def test_what_was_written_is_read_as_it_was_made(trained, tmp_path):
    file = tmp_path / "ranker.json"
    training.write(trained, file)

    loaded = ranker.load(file)

    assert loaded.model == trained["model"]
    assert list(tmp_path.iterdir()) == [file]


def test_rankers_of_other_numbers_have_other_names(trained):
    moved = trained | {"calibration": trained["calibration"] | {"slope": 1.0}}

    assert trained["model"].rpartition("-")[0] == trained["report"]["family"]
    assert training.named(trained)["model"] == trained["model"] != training.named(moved)["model"]


def test_a_content_that_cannot_be_read_is_not_written(trained, tmp_path):
    file = tmp_path / "ranker.json"
    file.write_text("before")

    with pytest.raises(ValueError, match="no member of the kind oracle"):
        training.write(trained | {"members": {"full": {"kind": "oracle"}, "words": {}}}, file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_lists_of_one_title_are_held_out_together(judged):
    for repeat in range(3):
        folds = training.folds_of(judged.titles, repeat)
        assert (folds[::2] == folds[1::2]).all()
        assert sorted(set(folds.tolist())) == [0, 1, 2, 3, 4]


def test_a_ranker_that_is_worse_on_the_same_held_judgements_is_refused(judged, trained):
    shipped = ranker.from_content(trained)
    training.refuse_worse(judged, trained, shipped)  # as good as itself

    report = trained["report"]
    worse = trained | {
        "report": report
        | {"cross_validated": report["cross_validated"] | {"ndcg@10": report["cross_validated"]["ndcg@10"] - 0.001}}
    }
    with pytest.raises(Worse, match="nothing written"):
        training.refuse_worse(judged, worse, shipped)


def test_a_ranker_that_is_worse_than_one_from_other_judgements_is_refused(judged, trained):
    other = ranker.from_content(trained | {"card": {"training_sha256": "1" * 64}})
    report = trained["report"]
    worse = trained | {"report": report | {"cross_validated": report["cross_validated"] | {"ndcg@10": 0.1}}}

    with pytest.raises(Worse, match=r"nDCG@10 0.1 on held judgements"):
        training.refuse_worse(judged, worse, other)


def test_too_few_titles_cannot_be_held_out(judged):
    few = Measured(judged.lists[:18], judged.tables[:18], judged.baseline[:18], judged.titles[:18], "")

    with pytest.raises(TooFew, match="9 demands"):
        training.train(few, lambda rows, _size: rows)


def test_grown_trees_score_as_their_library_predicts_and_never_fall(judged):
    from importlib import import_module

    lists = training.lists_of(judged)
    member = learners.trees(lists, training.FULL)

    table = lists[0][0].astype(np.float64)
    lower, higher = table.copy(), table.copy()
    higher[:, 0] += 0.2
    assert (member.score(higher) >= member.score(lower) - 1e-12).all()
    rows, gains, weights, _means, _scales = learners._centred(lists, training.FULL)
    lightgbm = import_module("lightgbm")
    whole = np.concatenate([found[:, : len(training.FULL)] for found, _gains in lists]).astype(np.float64)
    settings = learners.TREE_SETTINGS | {"monotone_constraints": [1] * len(training.FULL)}
    booster = lightgbm.train(settings, lightgbm.Dataset(whole, gains, weight=weights), learners.TREES)
    assert len(rows) == len(whole)
    np.testing.assert_allclose(member.score(table), booster.predict(table[:, : len(training.FULL)]), atol=1e-5)


def test_scores_of_another_scale_are_moved_to_where_one_calibration_fits_both():
    chance = np.random.default_rng(4)
    other = chance.normal(size=40_000)
    drawn = chance.uniform(size=40_000)
    scale = Calibration(1.5, {2: 0.0, 3: 2.0, 4: 3.0}, {})
    above = [1 / (1 + np.exp(at - 1.5 * (0.3 + 0.5 * other))) for at in (0.0, 2.0, 3.0)]
    levels = 1 + sum((drawn < share).astype(int) for share in above)

    shift, factor = training.move(other, levels, scale)

    assert (shift, factor) == (pytest.approx(0.3, abs=0.03), pytest.approx(0.5, abs=0.03))


def test_a_sum_is_moved_without_another_order():
    member = Linear(("title_words", "wording_words"), np.array([0.1, 0.2]), np.array([0.5, 2.0]), np.array([0.3, -0.9]))
    table = np.random.default_rng(5).normal(size=(50, len(NAMES)))

    assert member.moved(0.7, 2.5).score(table).tolist() == pytest.approx((0.7 + 2.5 * member.score(table)).tolist())


def test_a_calibration_finds_the_ordinal_model_that_made_the_levels():
    chance = np.random.default_rng(3)
    found = chance.normal(size=40_000)
    drawn = chance.uniform(size=40_000)
    above = [1 / (1 + np.exp(at - 1.5 * found)) for at in (0.0, 2.0, 3.0)]
    levels = 1 + sum((drawn < share).astype(int) for share in above)

    fitted = training.fit(found, levels)

    assert fitted.slope == pytest.approx(1.5, abs=0.05)
    assert [fitted.at[level] for level in (2, 3, 4)] == pytest.approx([0, 2, 3], abs=0.08)
    for level in (2, 3, 4):
        assert (found >= fitted.least[level]).mean() == pytest.approx((levels >= level).mean(), abs=0.001)
