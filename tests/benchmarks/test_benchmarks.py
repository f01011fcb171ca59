"""Every bench runs and finds its ratios; sizes are tiny, so the ratios mean nothing here."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest

from search.analysis import text
from tests.benchmarks import data, frame
from tests.benchmarks.command import BENCHES

PLAN = frame.Plan(rows=60, rounds=2, quiet=True, round_seconds=0.01)


def measured(name, plan=PLAN):
    found = BENCHES[name].run(plan)
    assert all(ratio.ratio > 0 and ratio.n == plan.rounds for ratio in found), found
    return [ratio.name for ratio in found]


@pytest.mark.parametrize("words", [["-m", "tests.benchmarks"], ["manage.py", "bench"]])
def test_the_benches_are_named_under_both_names_of_the_command(words):
    listed = subprocess.run([sys.executable, *words, "--list"], check=True, stdout=subprocess.PIPE, text=True)

    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted(BENCHES)


def test_invented_listings_are_as_various_as_real_ones_and_the_same_on_every_run():
    texts = [data.text_of(number) for number in range(300)]

    assert all(300 <= len(words) <= 600 for words in texts)
    assert len({token.text for words in texts for token in text.bigrams(words)}) > 5000
    assert texts[7] == data.text_of(7)
    assert len(set(data.queries_of(200, listings=300))) == 200


def test_invented_demands_are_various_and_the_same_on_every_run():
    needs = [data.need_of(number) for number in range(300)]

    assert all(300 <= len(words) <= 600 for _title, words in needs)
    assert len({title for title, _words in needs}) > 280
    assert needs[7] == data.need_of(7)


def test_a_ratio_is_the_median_of_its_rounds():
    found = frame.ratio_of("P0", [(2.0, 1.0), (3.0, 1.0), (10.0, 2.0)])

    assert found.as_dict() == {
        "ratio": 3.0, "iqr": [2.0, 5.0], "n": 3, "ours_us": 3e6, "theirs_us": 1e6, "clock": "processor",
    }  # fmt: skip
    assert frame.percentile(range(1, 101), 50) == 50
    assert frame.percentile(range(1, 101), 99) == 99


@pytest.mark.slow
def test_growth_is_measured_of_each_kind_of_answer(committed_db):
    found = {ratio.name: ratio for ratio in BENCHES["growth"].run(PLAN)}

    assert list(found) == ["P23-rebuild", "P23-list", "P23-detail", "P23-search", "P23-page"]
    assert {name: ratio.n for name, ratio in found.items()} == dict.fromkeys(found, 2) | {"P23-rebuild": 1}
    assert found["P23-list"].more["slope_percent"] == pytest.approx(100 * math.log10(found["P23-list"].ratio))


@pytest.mark.slow
def test_the_list_is_measured_against_its_peers(committed_db):
    assert measured("list") == ["P3", "P4"]


@pytest.mark.slow
def test_search_is_measured_against_the_engine_itself(committed_db):
    assert measured("search") == ["P1", "P2", "P24"]


def test_rebuilding_is_measured_against_ready_documents(committed_db):
    assert measured("reindex", replace(PLAN, rounds=1, only=("P9",))) == ["P9"]


@pytest.mark.slow
def test_the_memory_of_a_rebuild_is_measured_in_processes_of_its_own(committed_db):
    assert measured("reindex", replace(PLAN, rounds=1, only=("P11",))) == ["P11"]


@pytest.mark.slow
def test_rebuilding_is_measured_against_the_peer(committed_db):
    plan = replace(PLAN, rounds=1, only=("P10", "P10-tuned"))

    assert measured("reindex", plan) == ["P10", "P10-tuned"]


@pytest.mark.slow
def test_writing_is_measured_against_its_peer(committed_db):
    assert measured("write") == ["P5", "P5-validation"]


def test_the_figure_is_measured_against_a_plain_sum_and_a_bare_insert(committed_db):
    assert measured("turnover", replace(PLAN, rows=400)) == ["P16", "P23", "P17"]


@pytest.mark.slow
def test_new_listings_are_measured_against_saved_searches(committed_db):
    assert measured("saved") == ["P15"]


@pytest.mark.slow
def test_matching_is_measured_against_raw_searches(committed_db):
    assert measured("match", replace(PLAN, rounds=1, only=("P13", "page"))) == ["P13", "page"]


@pytest.mark.slow
def test_matching_is_measured_whole_and_by_what_changed(committed_db):
    plan = replace(PLAN, rows=200, rounds=1, only=("P13-50", "P13-pruned", "P14", "P15"))

    assert measured("match", plan) == ["P14", "P13-50", "P13-pruned", "P15"]


@pytest.mark.slow
def test_the_memory_of_matching_is_measured_in_processes_of_its_own(committed_db):
    assert measured("match", replace(PLAN, rows=200, rounds=1, only=("memory",))) == ["memory"]


@pytest.mark.slow
def test_the_lag_is_measured_with_a_relay_and_writers_of_its_own(committed_db):
    assert measured("lag", replace(PLAN, rounds=1, only=("P12",))) == ["P12"]


@pytest.mark.slow
def test_the_audit_chain_is_measured_with_a_sequencer_and_writers_of_its_own(committed_db):
    assert measured("chain", replace(PLAN, rounds=1)) == ["P18", "P19-lag", "P19"]
