"""What the judged pairs lack and our listings have: bodies help those who wrote them and hurt nobody."""

import json
import random
import re
from pathlib import Path

import numpy as np
import pytest

from matching.scoring import features, ranker
from matching.scoring.preparation import Prepared, prepared
from matching.scoring.profiles import Profile
from matching.scoring.statistics import Statistics

CITY = Path(__file__).resolve().parents[3] / "market" / "config" / "demo" / "data"
# Invented, in the words of what each achievement says of itself rather than of its title.
ASKED = {
    "pair-05": "旋风预除尘加余热锅炉，粉尘排放低于 10 mg/m³",
    "pair-08": "线芯小节距复绞，扭转万次不断芯",
    "pair-11": "亲水助剂交联，水洗后仍然速干",
    "pair-14": "气流输送与动态称量代替人工充绒",
    "pair-17": "用面料仿真缩短打样周期",
    "pair-20": "分子蒸馏脱酸，降低酸价",
    "pair-23": "余热回收的分级除湿，吨能耗要低",
    "pair-26": "时间温度指示，断链要能识别",
    "pair-29": "高峰期拥堵时的分布式路径规划",
    "pair-32": "减少车辆空驶的多目标线路优化",
    "pair-35": "地形约束下的航线规划，缩短单程时间",
    "pair-38": "纹样提取，避免文创同质化",
}


def city(*, with_bodies):
    """The pairs' achievements and the real patents beside them, which have titles alone."""
    pairs = json.loads((CITY / "pairs.json").read_text(encoding="utf-8"))
    patents = json.loads((CITY / "patents.json").read_text(encoding="utf-8"))
    profiles = {
        row["slug"]: Profile(row["achievement"]["title"], row["achievement"]["summary"] if with_bodies else "")
        for row in pairs
    }
    return profiles | {str(place): Profile(row["title"]) for place, row in enumerate(patents)}


def ranks(asked, offered):
    """For each (demand, key of what answers it) its place in the list of all, from 1."""
    statistics = Statistics.of(f"{profile.title}\n{profile.body}" for profile in offered.values())
    rows, keys = prepared(list(offered.values())), list(offered)
    found = []
    for demand, answer in asked:
        scores = ranker.shipped().score(features.pair_features(Prepared.of(demand), rows, statistics))
        found.append(1 + int((scores > scores[keys.index(answer)]).sum()))
    return np.array(found)


def reciprocal(found):
    return float((1 / found).mean())


def test_a_demand_in_the_words_of_a_body_finds_it_where_the_title_alone_would_not():
    asked = [(Profile(wording), slug) for slug, wording in ASKED.items()]

    titles, bodies = (ranks(asked, city(with_bodies=with_bodies)) for with_bodies in (False, True))

    assert (bodies <= titles).all()
    assert titles.tolist() == [1, 1, 2, 1, 18, 1, 1, 2, 1, 1, 1, 1]
    assert bodies.tolist() == [1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 1]


def test_the_citys_own_demands_find_their_answer_first_with_bodies_and_without():
    pairs = json.loads((CITY / "pairs.json").read_text(encoding="utf-8"))
    asked = [(Profile(row["demand"]["title"], row["demand"]["difficulties"]), row["slug"]) for row in pairs]

    for with_bodies in (False, True):
        assert (ranks(asked, city(with_bodies=with_bodies)) == 1).all()


@pytest.mark.shared
def test_among_papers_of_which_every_other_has_a_body_those_gain_and_the_bare_ones_lose_next_to_nothing(shared):
    """A clause of each abstract's second half is the demand; bodies are the first halves, of every other paper."""
    lines = (shared / "data" / "achievements" / "abstracts.jsonl").read_text(encoding="utf-8").splitlines()
    papers = [json.loads(line) for line in lines]
    chance = random.Random(5)  # noqa: S311  repeatable, not secret
    asked, bare, mixed = [], {}, {}
    for place, paper in enumerate(papers):
        half = len(paper["abstract"]) // 2
        bare[paper["id"]] = Profile(paper["title"])
        mixed[paper["id"]] = Profile(paper["title"], paper["abstract"][:half] if place % 2 else "")
        clauses = [part for part in re.split(r"[，,。.；;：:]", paper["abstract"][half:]) if 10 <= len(part) <= 40]
        if clauses and place < 160:
            asked.append((Profile(chance.choice(clauses)), paper["id"]))

    titles, bodies = ranks(asked, bare), ranks(asked, mixed)

    has_body = np.array([bool(mixed[key].text) for _demand, key in asked])
    assert reciprocal(bodies[has_body]) > reciprocal(titles[has_body]) + 0.03
    assert reciprocal(bodies[~has_body]) > reciprocal(titles[~has_body]) - 0.01
