"""Every form that edits a row: opened, and saved without a change, it leaves the row and its children as they were."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import resolve

from contracts.reports.models import Report
from market.accounts.models import Organisation
from tests import story as telling
from tests.cast import MONDAY
from tests.forms import Sent, posted_forms
from tests.market.config.access import API, BUTTONS, OWN_BUTTONS, PAGES, Rule
from tests.market.config.test_access_pages import VERBS, address
from tests.market.config.world import World, build_world

FLOORS = ("market", "search", "listings", "matching", "contracts")
# What tells of a change, and what answers to repeats are kept in: rows of each request, whatever it did.
TELLING = {"AuditRow", "UnsealedRow", "OutboxEvent", "Delivery", "IdempotencyKey"}
# What a button about oneself edits, and what saving moves by intent; the others show no values of a row.
OWN_EDITS = {"accounts:resubmit": {"rejected_at", "rejection_reason"}}
APART = {"id", "version", "updated_at"} | {name for names in OWN_EDITS.values() for name in names}


def edits() -> dict[str, Rule]:
    """The buttons that put or patch a row, and who may press them."""
    found = {name: API[operation] for name, operation in BUTTONS.items() if operation.startswith(("PUT", "PATCH"))}
    del found["matches:verdict"]  # buttons of which each says one thing
    return found | {name: OWN_BUTTONS[name] for name in OWN_EDITS}


def rows() -> Counter[tuple[str, tuple[tuple[str, str], ...]]]:
    """Every row of ours, by its values; one that was written anew with the same values is the same."""
    return Counter(
        (model.__name__, tuple((name, repr(value)) for name, value in values.items() if name not in APART))
        for config in apps.get_app_configs()
        if config.name.partition(".")[0] in FLOORS
        for model in config.get_models()
        if model.__name__ not in TELLING
        for values in model._base_manager.values()
    )


@pytest.fixture
def world(cast) -> World:
    """With a contract and a report that can still be changed, and an application that was sent back."""
    world = build_world(cast)
    story = telling.draft(telling.agree(telling.open_deal(telling.publish(cast, title="另一种铜箔退火工艺"))))
    Organisation.objects.filter(pk=cast.other_enterprise.pk).update(
        verified_at=None, rejected_at=MONDAY, rejection_reason="材料不全"
    )
    draft = Report.objects.exclude(pk=world.parameters["report_id"]).get()
    return replace(world, parameters=world.parameters | {"contract_id": story.contract.id, "report_id": draft.pk})


def pages_of(name: str) -> list[str]:
    """Where the form of a button may stand: on its own page, or on another of its room."""
    return [name] if name in PAGES else [page for page in PAGES if page.startswith(name.partition(":")[0] + ":")]


def name_of(action: str) -> str:
    found = resolve(action.partition("?")[0])
    return f"{found.view_name} {found.kwargs['verb']}" if found.view_name in VERBS else found.view_name


def forms_of(client: Any, name: str, world: World) -> list[tuple[str, Sent]]:
    found = []
    for page in pages_of(name):
        at = address(page, world)
        answer = client.get(at)
        if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            forms = posted_forms(answer.content.decode())
            found += [(form.action or at, form) for form in forms if name_of(form.action or at) == name]
    return found


def test_a_form_that_is_opened_and_saved_changes_nothing(api, world):
    clients = {name: api.as_(actor) for name, actor in world.cast.everyone.items() if name != "nobody"}
    faults, missing = {}, []
    for name, rule in edits().items():
        forms = []
        for who in sorted(rule.through, key=lambda who: not who.startswith("university")):
            if forms := forms_of(clients[who], name, world):
                break
        missing += [] if forms else [name]
        for action, form in forms:
            mark, before = transaction.savepoint(), rows()
            answer = clients[who].post(action, form.values)
            after = rows()
            transaction.savepoint_rollback(mark)
            if answer.status_code != 302 or after != before:
                faults[name, action, who] = (answer.status_code, form.values, before - after, after - before)

    # The control: what does change is seen.
    [(action, form)], before = forms_of(clients["broker"], "accounts:me", world), rows()
    clients["broker"].post(action, form.values | {"name": ["改过的姓名"]})
    assert sum((rows() - before).values()) == 1

    assert missing == []
    assert faults == {}, "\n".join(map(str, faults.items()))
