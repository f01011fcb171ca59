"""Every verb, in every state, by everyone, for every lifecycle: done exactly where its table says."""

import re
from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest
from django.db import transaction

from market.kernel.actor import Actor
from market.kernel.lifecycle import Verb
from market.kernel.policy import all_lifecycles, policy_of
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn, Problem, SecondPersonNeeded, WrongState
from market.notices.models import Notice
from tests.cast import MONDAY
from tests.contracts import standing as contracts
from tests.lifecycles.specimens import SPECIMENS, Specimen
from tests.market.config.document import described, operations
from tests.matching.brokerage import desk as matching

CASES = [
    pytest.param(specimen, state, id=f"{specimen.lifecycle.model.__name__} {state}")
    for specimen in SPECIMENS
    for state in specimen.states
]
DONE = "done"


def standing() -> dict[str, Any]:
    return contracts.standing() | matching.standing()


def expected(specimen: Specimen, verb: Verb, actor: Actor, row: Any) -> Any:
    """How the verb ends for the actor by the table: done, or the refusal; Problem where only its offer says no."""
    policy = policy_of(specimen.lifecycle.model)
    if not policy.visible_to(actor).filter(pk=row.pk).exists():
        return NotFound
    if not verb.who(actor, row):
        return NotAllowed if actor.is_signed_in else NotSignedIn
    if specimen.lifecycle.field and getattr(row, specimen.lifecycle.field) not in verb.sources:
        return WrongState
    if not verb.is_second_person(actor, row):
        return SecondPersonNeeded
    return DONE if verb.offered is None or verb.offered(actor, row) else Problem


def attempt(specimen: Specimen, verb: Verb, actor: Actor, row: Any) -> tuple[Any, int]:
    """How the service ends, and how many notices it wrote; what it did is taken back."""
    values = specimen.values[verb.code](row) if verb.code in specimen.values else {}
    before = Notice.objects.count()
    try:
        with transaction.atomic():
            named = {specimen.lifecycle.id_name: row.pk, "at": MONDAY}
            version = {"version": None} if "version" in signature(verb.service).parameters else {}
            verb.service(actor=actor, **named, **version, **values)
            written = Notice.objects.count() - before
            transaction.set_rollback(True)
    except Problem as problem:
        return type(problem), 0
    return DONE, written


def outcomes(specimen: Specimen, cast: Any, row: Any) -> Iterator[tuple[Verb, str, Any, Any, int]]:
    for verb in specimen.lifecycle.verbs:
        for name, actor in cast.everyone.items():
            wanted = expected(specimen, verb, actor, row)
            found, notices = attempt(specimen, verb, actor, row)
            yield verb, name, wanted, Problem if wanted is Problem and found is not DONE else found, notices


def test_every_lifecycle_has_its_specimen():
    assert {specimen.lifecycle.model for specimen in SPECIMENS} == {found.model for found in all_lifecycles()}
    assert {
        (specimen.lifecycle.model, code)
        for specimen in SPECIMENS
        for code in specimen.values.keys() - specimen.lifecycle.by_code.keys()
    } == set()


@pytest.mark.parametrize(("specimen", "state"), CASES)
def test_a_verb_is_done_exactly_where_its_table_says(cast, specimen, state):
    row = specimen.make(cast, state)
    before = standing()

    found = list(outcomes(specimen, cast, row))

    wrong = {(verb.code, name): (ended, wanted) for verb, name, wanted, ended, _notices in found if ended != wanted}
    assert wrong == {}
    told = {
        verb: [notices for of, _n, _w, ended, notices in found if of is verb and ended is DONE] for verb, *_ in found
    }
    assert {verb.code for verb, notices in told.items() if notices and any(notices) != bool(verb.tells)} == set()
    assert standing() == before


@pytest.mark.parametrize(("specimen", "state"), CASES)
def test_page_and_api_offer_what_the_table_allows(cast, api, specimen, state):
    row = specimen.make(cast, state)
    policy = policy_of(specimen.lifecycle.model)
    onlooker = {"auditor": cast.auditor} if policy.visible_to(cast.auditor).filter(pk=row.pk).exists() else {}
    people = {name: actor for name, actor in cast.everyone.items() if policy.allowed(actor, row)}

    for name, actor in (people | onlooker).items():
        allowed = policy.allowed(actor, row)
        client = api.as_(actor)
        page = client.get(specimen.page(row)).content.decode()
        parts = re.findall(rf'action="[^"]*{row.pk}/(?:step/)?(\w+)"', page)
        with_button = [code for code in allowed if specimen.lifecycle.by_code[code].form is not None]
        drawn = [specimen.buttons.get(part, part) for part in parts]
        assert [code for code in drawn if code in specimen.lifecycle.by_code] == with_button, name
        told = told_of(row, client.send("get", specimen.shown_at(row)).json())
        assert told.get("allowed", allowed if specimen.buttons else None) == allowed, name


def told_of(row: Any, answer: Any) -> Any:
    """The row's own part of an answer that shows it, alone or among others."""
    parts = [answer, *answer.get("values", ())]
    return next(part for part in parts if part.get("id") == str(row.pk))


def test_the_api_has_the_endpoints_of_the_tables_and_no_other_verb():
    posted = [operation for operation in operations() if operation.startswith("POST ")]
    current = {operation for operation in posted if not described(operation).get("deprecated")}
    told = {
        f"POST {specimen.endpoint_pattern}/{verb.endpoint.path or verb.code.replace('_', '-')}"
        for specimen in SPECIMENS
        for verb in specimen.lifecycle.verbs
        if verb.endpoint is not None
    }

    assert told <= current
    rows = tuple(f"POST {specimen.endpoint_pattern}/" for specimen in SPECIMENS)
    assert {operation for operation in current if operation.startswith(rows)} == told
