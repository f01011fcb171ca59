"""Matches as they are stored, read without the engine: their order, who waits, what is due, and what people said."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from listings.catalog.models import Achievement, Demand, Disclosure, State
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn
from matching.matches import match_alerts, pairing, queries, services, verdicts
from matching.matches.models import Kind, Level, Match, MatchState, MatchWatch, Verdict
from tests import recipes
from tests.cast import MONDAY

MODEL = "tests-1"


@pytest.fixture
def demand(cast):
    return recipes.published_demand.make(owner=cast.enterprise)


@pytest.fixture
def offer(cast):
    def make(**changes: Any) -> Achievement:
        return recipes.published_achievement.make(owner=cast.university, **changes)

    return make


def match(demand: Demand, achievement: Achievement, score: float = 0.5, level: int = Level.FAIR) -> Match:
    return Match.objects.create(
        demand=demand,
        achievement=achievement,
        score=score,
        level=level,
        features={},
        reasons={"phrases": ["铜合金"]},
        model=MODEL,
        demand_version=demand.version,
        achievement_version=achievement.version,
        matched_at=MONDAY,
    )


def state(row: Any, **values: Any) -> MatchState:
    kind = Kind.DEMAND if isinstance(row, Demand) else Kind.ACHIEVEMENT
    given = {"version": row.version, "model": MODEL, "matched_at": MONDAY}
    return MatchState.objects.create(kind=kind, listing_id=row.pk, **given | values)


def said(demand: Demand, achievement: Achievement, code: str, by: Any) -> Verdict:
    return Verdict.objects.create(
        demand=demand, achievement=achievement, organisation=by, code=code, note="说明", given_at=MONDAY
    )


def listed(actor: Any, demand: Demand, **more: Any) -> list[Any]:
    return [item.listing.pk for item in queries.matches_for_demand(actor=actor, demand_id=demand.pk, **more).items]


# The list


def test_the_best_stands_first_and_of_equal_ones_the_smaller_id(cast, demand, offer):
    rows = [offer() for _ in range(4)]
    best = rows.pop(2)
    for row in rows:
        match(demand, row, 0.5)
    match(demand, best, 0.9)

    assert listed(cast.nobody, demand) == [best.pk, *sorted(row.pk for row in rows)]
    assert listed(cast.nobody, demand, limit=2) == [best.pk, min(row.pk for row in rows)]


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({}, True),
        ({"state": State.UNDER_NEGOTIATION}, True),
        ({"state": State.TRANSACTED}, False),
        ({"state": State.SUSPENDED}, False),
        ({"disclosure": Disclosure.VERIFIED}, False),
        ({"secrecy": "secret"}, False),
    ],
)
def test_a_stored_match_with_what_is_closed_or_hidden_is_not_shown(cast, demand, offer, changes, is_listed):
    match(demand, offer(**changes))

    assert bool(listed(cast.stranger, demand)) is is_listed


@pytest.mark.parametrize("closed", [State.TRANSACTED, State.SUSPENDED, State.WITHDRAWN])
def test_a_listing_that_is_closed_shows_no_match_and_waits_for_none(cast, demand, offer, closed):
    match(demand, offer())
    Demand.objects.filter(pk=demand.pk).update(state=closed)

    found = queries.matches_for_demand(actor=cast.enterprise_clerk, demand_id=demand.pk)

    assert (found.items, found.is_seeking, found.is_waiting) == ([], False, False)


@pytest.mark.parametrize(
    ("values", "waits", "is_degraded"),
    [
        (None, True, False),
        ({}, False, False),
        ({"due_since_at": MONDAY}, True, False),
        ({"due_since_at": MONDAY, "last_error": "away"}, False, False),
        ({"is_degraded": True}, False, True),
    ],
)
def test_a_list_says_whether_it_is_being_made_and_from_words_alone(cast, demand, values, waits, is_degraded):
    if values is not None:
        state(demand, **values)

    found = queries.matches_for_demand(actor=cast.nobody, demand_id=demand.pk)

    assert (found.is_waiting, found.is_degraded) == (waits, is_degraded)
    assert found.matched_at == (None if values is None else MONDAY)


@pytest.mark.parametrize("code", [code for code in Verdict.Code if code != Verdict.Code.FITS])
def test_every_word_but_that_it_fits_sets_a_pair_aside(cast, demand, offer, code):
    row = offer()
    match(demand, row)
    said(demand, row, code, cast.enterprise)

    found = queries.matches_for_demand(actor=cast.enterprise_clerk, demand_id=demand.pk)

    assert (found.items, [item.listing for item in found.set_aside]) == ([], [row])
    assert listed(cast.other_clerk, demand) == [row.pk]


def test_what_was_kept_of_a_match_is_what_it_was(cast, demand, offer):
    row = offer()
    kept = queries.snapshot(match(demand, row, 0.123456789))

    assert kept["score"] == 0.123457
    assert (kept["id"], kept["title"], kept["level"]) == (str(row.pk), row.title, Level.FAIR)
    assert (kept["reason"], kept["model"]) == ("都提到“铜合金”", MODEL)


def test_a_pair_that_does_not_fit_has_no_match_and_one_that_is_hidden_is_not_there(cast, demand, offer):
    hidden, row = offer(disclosure=Disclosure.ORGANISATION), offer()
    match(demand, hidden)

    def found(achievement: Achievement) -> Match | None:
        return queries.match_of(actor=cast.broker, demand_id=demand.pk, achievement_id=achievement.pk)

    assert found(row) is None
    with pytest.raises(NotFound):
        found(hidden)


# What is due


@pytest.mark.parametrize(
    ("values", "is_stale"),
    [
        (None, True),
        ({}, False),
        ({"version": 7}, True),
        ({"model": "tests-0"}, True),
        ({"is_degraded": True}, True),
        ({"due_since_at": MONDAY}, True),
    ],
)
def test_what_was_not_matched_in_its_version_by_the_model_with_the_engine_is_stale(demand, values, is_stale):
    if values is not None:
        state(demand, **values)

    assert pairing.stale(Kind.DEMAND, MODEL, is_full=False) == ([demand.pk] if is_stale else [])
    assert pairing.stale(Kind.DEMAND, MODEL, is_full=True) == [demand.pk]


@pytest.mark.parametrize("changes", [{"state": State.SUSPENDED}, {"state": State.TRANSACTED}, {"secrecy": "secret"}])
def test_what_is_closed_or_secret_is_never_stale(demand, changes):
    Demand.objects.filter(pk=demand.pk).update(**changes)

    assert pairing.stale(Kind.DEMAND, MODEL, is_full=True) == []


# What people said


@pytest.mark.parametrize(
    ("codes", "level"),
    [
        (["fits"], Level.STRONG),
        (["too_dear"], Level.FAIR),
        (["immature"], Level.WEAK),
        (["wrong_field"], Level.NONE),
        (["fits", "immature"], Level.FAIR),
        (["fits", "fits", "wrong_field"], Level.STRONG),
        (["fits", "already_solved", "duplicate"], Level.STRONG),
        (["already_solved"], None),
        (["duplicate", "other"], None),
    ],
)
def test_words_become_a_judgement_and_those_that_say_nothing_of_the_fit_none(cast, demand, offer, codes, level):
    row = offer()
    for code, by in zip(codes, (cast.enterprise, cast.agency, cast.university), strict=False):
        said(demand, row, code, by)

    assert list(verdicts.judgements()) == ([] if level is None else [(demand.pk, row.pk, level)])


def test_a_note_is_kept_without_blanks_around_it_and_to_its_length(cast, demand, offer):
    row = offer()

    def say(note: str) -> Verdict:
        return services.give_verdict(
            actor=cast.broker, demand_id=demand.pk, achievement_id=row.pk, code="other", note=note, at=MONDAY
        )

    assert say("  价格未谈  ").note == "价格未谈"
    assert say("长" * 501).note == "长" * 500


def test_a_word_that_was_never_said_is_not_taken_back(cast, demand, offer):
    row = offer()
    said(demand, row, "fits", cast.enterprise)

    with pytest.raises(NotFound):
        services.withdraw_verdict(actor=cast.broker, demand_id=demand.pk, achievement_id=row.pk, at=MONDAY)
    assert Verdict.objects.count() == 1


# Watching


@pytest.mark.parametrize(("name", "problem"), [("nobody", NotSignedIn), ("stranger", NotAllowed)])
@pytest.mark.parametrize("step", [match_alerts.watch, match_alerts.unwatch])
def test_who_acts_for_no_organisation_watches_nothing(cast, demand, name, problem, step):
    with pytest.raises(problem):
        step(actor=getattr(cast, name), kind=Kind.DEMAND, listing_id=demand.pk, at=MONDAY)
    assert not MatchWatch.objects.exists()


def test_what_one_does_not_see_one_does_not_watch(cast, demand):
    Demand.objects.filter(pk=demand.pk).update(disclosure=Disclosure.ORGANISATION)

    for listing_id in (demand.pk, uuid4()):
        with pytest.raises(NotFound):
            match_alerts.watch(actor=cast.other_clerk, kind=Kind.DEMAND, listing_id=listing_id, at=MONDAY)
    assert not MatchWatch.objects.exists()


def test_watching_twice_is_watching_once_and_ends_with_one_word(cast, demand):
    watched = {"actor": cast.broker, "kind": Kind.DEMAND, "listing_id": demand.pk}
    assert not match_alerts.is_watching(**watched)

    for hours in (0, 1):
        match_alerts.watch(**watched, at=MONDAY + timedelta(hours=hours))
    assert match_alerts.is_watching(**watched)
    assert MatchWatch.objects.filter(is_on=True).count() == 1

    match_alerts.unwatch(**watched, at=MONDAY)
    assert not match_alerts.is_watching(**watched)


# The operator's


@pytest.mark.parametrize("name", ["broker", "registrar", "leader", "university_clerk", "nobody"])
def test_the_operators_desk_is_for_operators(cast, name):
    actor = getattr(cast, name)

    for step in (services.start_rematch, services.retry_given_up):
        with pytest.raises(NotFound):
            step(actor=actor, at=MONDAY)
    with pytest.raises(NotFound):
        queries.operating(actor=actor)


# The database


@pytest.mark.parametrize("level", [1, 5])
def test_only_what_fits_is_kept(demand, offer, level):
    row = offer()

    with pytest.raises(IntegrityError, match="only_what_fits_is_kept"), transaction.atomic():
        match(demand, row, level=level)


def test_a_pair_is_kept_once_and_judged_once_by_an_organisation_with_its_reason(cast, demand, offer):
    row = offer()
    match(demand, row)
    said(demand, row, "fits", cast.enterprise)

    with pytest.raises(IntegrityError, match="matched_once"), transaction.atomic():
        match(demand, row)
    with pytest.raises(IntegrityError, match="one_verdict_per_organisation"), transaction.atomic():
        said(demand, row, "immature", cast.enterprise)
    with pytest.raises(IntegrityError, match="other_says_what"), transaction.atomic():
        Verdict.objects.filter(organisation=cast.enterprise).update(code="other", note="")
