"""How the rooms are joined: each is wired in one file, events have publishers, and docs/rooms.md tells of it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from market.config import rooms
from market.kernel import outbox, policy
from market.kernel.outbox import Event

ROOT = Path(__file__).resolve().parents[3]
# Where a lower room registers on behalf of a room above it.
SOCKETS = {"search/index/consumers.py", "search/saved/consumers.py", "market/kernel/outbox.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for floor in rooms.FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> set[str]:
    """What is called, as it is written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def event_classes(of: type[Event] = Event) -> Iterator[type[Event]]:
    for kind in of.__subclasses__():
        if kind.__module__.split(".")[0] in rooms.FLOORS:
            yield kind
        yield from event_classes(kind)


def test_the_page_of_the_rooms_is_that_of_the_code(tmp_path):
    call_command("export_rooms", "--check")

    stale = tmp_path / "rooms.md"
    stale.write_text(rooms.text().replace("listings.exchange", "listings.elsewhere"), encoding="utf-8")
    with pytest.raises(CommandError, match="differs"):
        call_command("export_rooms", "--check", "--out", str(stale))


def test_the_page_names_every_consumer_that_is_registered():
    told = {item.parts[0] for item in rooms.registrations() if item.socket.startswith(f"{rooms.OUTBOX}.")}
    by_sockets = {"search.postgresql", "search.elasticsearch", "search.vectors", "search.alerts"}

    assert {consumer.name for consumer in outbox.consumers() if not consumer.name.startswith("tests.")} <= (
        told | by_sockets
    )


def test_every_event_that_somebody_listens_to_is_published_somewhere():
    published = set().union(*(calls(tree) for name, tree in sources() if not name.endswith("/events.py")))
    published = {name.rpartition(".")[2] for name in published}
    taken = {kind.__name__ for consumer in outbox.consumers() for kind in consumer.events.values()}

    assert len(taken) > 15
    assert taken - published - {"ThingHappened"} == set()


def test_events_stand_in_events_and_nothing_else_does():
    elsewhere = {kind.__qualname__ for kind in event_classes() if not kind.__module__.endswith(".events")}
    others = {
        f"{name}: {ast.unparse(node)[:60]}"
        for name, tree in sources()
        if name.endswith("/events.py")
        for node in tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.Expr)
    }

    assert (elsewhere, others) == (set(), set())


def test_consumers_listen_and_publish_nothing():
    found = {
        f"{name}: {call}"
        for name, tree in sources()
        if name.endswith("/consumers.py")
        for call in calls(tree)
        if call.startswith("outbox.publish")
    }

    assert found == set()


def test_a_room_is_wired_in_its_wiring_only():
    elsewhere = {
        name
        for name, tree in sources()
        if not name.endswith("/wiring.py") and name not in SOCKETS
        if calls(tree) & {"outbox.register", "outbox.register_batch", "slots.register", "navigation.register"}
    }
    unwired = {
        config.name
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in rooms.FLOORS
        and (ROOT.joinpath(*config.name.split("."), "wiring.py").exists() != ("ready" in vars(type(config))))
    }

    assert elsewhere == set()
    assert unwired <= {"market.config"}  # binds its tasks to Celery


def test_every_policy_of_a_room_is_registered():
    declared = {
        value
        for name, module in list(sys.modules.items())
        if name.split(".")[0] in rooms.FLOORS
        for value in vars(module).values()
        if isinstance(value, policy.Policy)
    }

    assert len(declared) > 20
    assert declared == set(policy.all_policies())
