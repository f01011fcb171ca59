"""Two brokers at the same moment, on commits that are real; with each guard taken away for its control."""

from functools import partial

import pytest
from django.db import models
from django_fsm import ConcurrentTransition, ConcurrentTransitionMixin

from market.kernel.actor import OrganisationKind, Role
from market.kernel.problems import Stale, WrongState
from matching.brokerage import policy, services
from matching.brokerage.models import Deal, Introduction
from matching.brokerage.problems import AlreadyIntroduced, DealExists
from tests import story as telling
from tests.cast import MONDAY, member, organisation
from tests.matching.brokerage.desk import published
from tests.together import at_once_up_to


@pytest.fixture
def brokers(committed_cast):
    return committed_cast.broker, member(committed_cast.agency, "second-broker", Role.BROKER)


@pytest.fixture
def deal(committed_cast):
    found = telling.open_deal(telling.publish(committed_cast)).deal
    assert found is not None
    return found


def advance_both(deal, brokers, *, version, stages=("nda_signed", "due_diligence")):
    """Both read the deal as introduced, and come as far as writing their step."""
    works = [
        partial(services.advance_deal, actor=actor, deal_id=deal.id, version=version, stage=stage, note="", at=MONDAY)
        for actor, stage in zip(brokers, stages, strict=True)
    ]
    return at_once_up_to("brokerage_dealmove", works)


def refusals(answers):
    return [type(answer) for answer in answers if isinstance(answer, Exception)]


def steps(deal):
    return list(deal.moves.order_by("id").values_list("from_stage", "to_stage"))


def unlock(monkeypatch):
    """The guard off: rows are read without FOR UPDATE."""
    fetch = policy.deals.fetch
    monkeypatch.setattr(policy.deals, "fetch", lambda **options: fetch(**(options | {"lock": False})))


def test_of_two_brokers_who_read_the_same_version_one_moves_the_deal(deal, brokers):
    answers = advance_both(deal, brokers, version=1)

    assert refusals(answers) == [Stale]
    deal = Deal.objects.get()
    assert (deal.version, steps(deal)) == (2, [("", "introduced"), ("introduced", deal.stage)])
    assert len(published("matching.brokerage.deal.moved")) == 1


def test_without_a_version_the_second_is_judged_by_the_stage_that_the_first_reached(deal, brokers):
    answers = advance_both(deal, brokers, version=None, stages=("negotiating", "negotiating"))

    assert refusals(answers) == [WrongState]
    assert steps(deal) == [("", "introduced"), ("introduced", "negotiating")]


def test_control_without_the_lock_the_second_meets_the_comparison_of_stages_instead_of_a_refusal(
    deal, brokers, monkeypatch
):
    unlock(monkeypatch)

    answers = advance_both(deal, brokers, version=1)

    assert refusals(answers) == [ConcurrentTransition]
    assert len(steps(deal)) == 2


def test_control_without_lock_and_comparison_both_leave_the_same_stage(deal, brokers, monkeypatch):
    unlock(monkeypatch)
    monkeypatch.setattr(ConcurrentTransitionMixin, "_do_update", models.Model._do_update)

    answers = advance_both(deal, brokers, version=1)

    assert refusals(answers) == []
    assert Deal.objects.get().version == 2  # though it was moved twice
    assert sorted(steps(deal)) == [("", "introduced"), ("introduced", "due_diligence"), ("introduced", "nda_signed")]


def test_one_who_loses_a_deal_and_one_who_advances_it_do_not_both_start_from_the_same_stage(deal, brokers):
    first, second = brokers
    common = {"deal_id": deal.id, "version": 1, "note": "", "at": MONDAY}

    answers = at_once_up_to(
        "brokerage_dealmove",
        [
            partial(services.lose_deal, actor=first, reason="price", **common),
            partial(services.advance_deal, actor=second, stage="negotiating", **common),
        ],
    )

    assert refusals(answers) == [Stale]
    assert len(steps(deal)) == 2


def introduce_both(told, actors):
    works = [
        partial(
            services.introduce,
            actor=actor,
            demand_id=told.demand.id,
            achievement_id=told.achievement.id,
            note="走访",
            at=MONDAY,
        )
        for actor in actors
    ]
    return at_once_up_to("brokerage_introduction", works)


def test_two_brokers_of_an_agency_introduce_a_pair_once(committed_cast, brokers):
    answers = introduce_both(telling.publish(committed_cast), brokers)

    assert refusals(answers) == [AlreadyIntroduced]
    assert (Introduction.objects.count(), len(published("matching.brokerage.introduction."))) == (1, 1)


def test_control_brokers_of_two_agencies_introduce_it_both(committed_cast, brokers):
    agency = organisation(OrganisationKind.AGENCY, "另一技术转移中心", 9)
    rival = member(agency, "rival", Role.BROKER)

    answers = introduce_both(telling.publish(committed_cast), (brokers[0], rival))

    assert refusals(answers) == []
    assert (Introduction.objects.count(), len(published("matching.brokerage.introduction."))) == (2, 2)


@pytest.mark.parametrize("pairs", [1, 2], ids=["one introduction", "control: two"])
def test_two_brokers_open_the_deal_of_an_introduction_once(committed_cast, brokers, pairs):
    rows = []
    for _ in range(pairs):
        told = telling.publish(committed_cast)
        rows.append(
            services.introduce(
                actor=committed_cast.broker,
                demand_id=told.demand.id,
                achievement_id=told.achievement.id,
                note="走访",
                at=MONDAY,
            )
        )

    answers = at_once_up_to(
        "brokerage_deal",
        [
            partial(services.open_deal, actor=actor, introduction_id=row.id, at=MONDAY)
            for actor, row in zip(brokers, (rows[0], rows[-1]), strict=True)
        ],
    )

    assert refusals(answers) == [DealExists] * (2 - pairs)
    assert (Deal.objects.count(), len(published("matching.brokerage.deal.opened"))) == (pairs, pairs)
