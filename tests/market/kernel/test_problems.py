import importlib
import pkgutil

import pytest
from django.utils import translation

import contracts
import listings
import market
import matching
import search
from market.kernel.problems import NotFound, Stale, all_problems


def every_problem():
    for package in (market, search, listings, matching, contracts):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(".problems"):
                importlib.import_module(module.name)
    return list(all_problems())


def test_a_code_means_one_thing():
    meanings = {}
    for problem in every_problem():
        meanings.setdefault(problem.code, set()).add((problem.status, str(problem.title)))

    assert {code: found for code, found in meanings.items() if len(found) > 1} == {}


def test_every_problem_says_what_it_is_in_chinese_and_has_a_client_status():
    for problem in every_problem():
        with translation.override("zh-hans"):
            assert any("\u4e00" <= char <= "\u9fff" for char in str(problem.title)), problem
        assert 400 <= problem.status < 600


def test_a_problem_carries_only_what_it_declares():
    assert Stale(current_version=3).as_dict()["current_version"] == 3
    with pytest.raises(TypeError):
        NotFound(secret="x")
