"""What a lifecycle refuses to be written as."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.registration.lifecycle import APPROVE, REGISTRATIONS
from contracts.registration.models import Registration
from market.kernel.lifecycle import Lifecycle, LifecycleFlawed, OnePerson, Verb, WaitsFor, targets
from market.kernel.policy import all_lifecycles

State = Registration.State


def service(*, actor: Any, registration_id: Any, version: Any, at: Any) -> None:
    """A verb that does nothing."""


def verb(**more: Any) -> Verb:
    told: dict[str, Any] = {"code": "stamp", "label": "盖章", "who": lambda actor, row: True, "service": service}
    return Verb(**({"states": (State.DRAFT,)} | told | more))


def written(*verbs: Verb) -> None:
    """Write a lifecycle and put the real one back."""
    try:
        Lifecycle(Registration, "registration_id", verbs)
    finally:
        replace(REGISTRATIONS)


def test_a_verb_that_moves_an_amount_without_its_second_person_cannot_be_written():
    with pytest.raises(LifecycleFlawed, match="no second person"):
        verb(moves="成交额")

    assert verb(moves="成交额", second_person=WaitsFor(APPROVE)).second_person == WaitsFor(APPROVE)


def test_it_waits_for_nothing_but_a_second_persons_verb():
    with pytest.raises(LifecycleFlawed, match="no second person's"):
        verb(moves="成交额", second_person=WaitsFor(verb()))


def test_only_these_verbs_move_an_amount_by_one_person():
    alone = {
        (lifecycle.model.__name__, verb.code)
        for lifecycle in all_lifecycles()
        for verb in lifecycle.verbs
        if isinstance(verb.second_person, OnePerson)
    }

    assert alone == {("Payment", "refund")}


@pytest.mark.parametrize(
    ("flawed", "because"),
    [
        ([verb(), verb()], "told twice"),
        ([verb(states=())], "starts from no state"),
        ([verb(states=("nowhere",))], "the field does not have"),
        ([verb(transitions=(Registration.accept,))], "its transitions do not"),
        ([verb(service=lambda *, actor, at: None)], "takes no"),
    ],
)
def test_a_lifecycle_that_contradicts_itself_cannot_be_written(flawed, because):
    with pytest.raises(LifecycleFlawed, match=because):
        written(*flawed)


def test_a_verb_starts_where_its_transitions_do_unless_it_says_fewer():
    assert verb(states=(), transitions=(Registration.submit,)).sources == {State.DRAFT, State.SUPPLEMENT_REQUESTED}
    assert REGISTRATIONS.by_code["register"].sources == {State.ACCEPTED}
    assert targets(Registration.submit, Registration.refuse, source=State.SUBMITTED) == [State.REFUSED]
