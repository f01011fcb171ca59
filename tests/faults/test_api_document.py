"""Schemathesis makes requests from the served document; every answer must be one that the document declares.

Ids are those of a world that is there, versions those that a refusal names, and most bodies are good ones with a field
or two of the tool's own, so that calls come past 404, 428 and 412 to the rules behind them. What is done is undone:
each call, and each way along the links, begins in the same world.
"""

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.files.base import File
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.market.config.access import API
from tests.market.config.bodies import BODIES
from tests.market.config.document import PREFIX
from tests.market.config.world import World, build_world

pytestmark = pytest.mark.faults

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12  # for each operation
SCENARIOS, STEPS = 10, 12  # along the links
OF_THE_WORLD = 0.5  # of the calls along the links
SECONDS = 240  # after which an operation is tried once
SEED = 20260302
TOKEN = "a" * 32
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get(f"{PREFIX}/openapi.json").content)
    return found


@pytest.fixture
def world(cast):
    """The requests are answered in the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield build_world(cast)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Walk:
    """The operations of a document as one person, with what came of each."""

    def __init__(self, document: dict[str, Any], world: World, client: Any) -> None:
        config = SchemathesisConfig()
        config.projects.default.generation.update(with_security_parameters=False)
        self.schema = schemathesis.openapi.from_dict(document, config=config)
        self.app = get_wsgi_application()
        self.world = world
        self.cookies = {
            django_settings.SESSION_COOKIE_NAME: client.cookies[django_settings.SESSION_COOKIE_NAME].value,
            django_settings.CSRF_COOKIE_NAME: TOKEN,
        }
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)
        self.undeclared: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.chance = random.Random(SEED)  # noqa: S311
        self.until = time.monotonic() + SECONDS

    def try_each(self, only: str = "") -> None:
        """Requests made one by one; each begins in the same world."""
        for found in self.schema.get_all_operations():
            operation = found.ok()
            if only in operation.label:
                self._try(operation, operation.label.replace(PREFIX, "", 1))

    def _try(self, operation: Any, name: str) -> None:
        made = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

        @seed(SEED)
        @settings(BOUNDED, max_examples=EXAMPLES if time.monotonic() < self.until else 1)
        @given(case=made, of_the_world=st.sampled_from([True, True, False]), data=st.data())
        def attempt(case: Any, of_the_world: bool, data: Any) -> None:
            if of_the_world:
                made = case.body if isinstance(case.body, dict) else {}
                taken = data.draw(st.lists(st.sampled_from(sorted(made)), max_size=2)) if made else []
                self.into_the_world(name, case, taken)
            with undone():
                answer = self.answer(name, case)
            if answer.status_code == 412:
                with undone():
                    self.answer(name, case)

        attempt()

    def into_the_world(self, name: str, case: Any, taken: Iterable[str] = ()) -> None:
        """Name a row that is there, and send a good body, but for what is taken from the one that was made."""
        for parameter in case.path_parameters or {}:
            case.path_parameters[parameter] = str(self.world.parameters[parameter])
        if name in BODIES:
            good = BODIES[name](self.world)
            good = {key: value.read() if isinstance(value, File) else value for key, value in good.items()}
            case.body = good | {key: case.body[key] for key in taken}

    def follow_links(self) -> None:
        """Requests made one after another, with the ids that the answers before them told."""
        walk = self

        class Links(self.schema.as_state_machine()):
            def setup(self):
                self.mark = transaction.savepoint()

            def teardown(self):
                transaction.savepoint_rollback(self.mark)

            def call(self, case, **kwargs):
                name = case.operation.label.replace(PREFIX, "", 1)
                if walk.chance.random() < OF_THE_WORLD:
                    walk.into_the_world(name, case)
                answer = walk.answer(name, case)
                return walk.answer(name, case) if answer.status_code == 412 else answer

            def validate_response(self, *args, **kwargs):
                pass  # each answer was

        for number in range(SCENARIOS):
            self.chance.seed(SEED + number)
            # New rows have new ids, by which the tool takes a repetition for unsteady; each answer was checked.
            with suppress(Flaky):
                # The first is the simplest that there is, the second one of the seed's.
                seed(SEED + number)(Links).run(settings=settings(BOUNDED, max_examples=2, stateful_step_count=STEPS))

    def calls(self) -> int:
        return sum(counts.total() for counts in self.statuses.values())

    def answer(self, name: str, case: Any) -> Any:
        """The answer to the newest version of the row that a refusal told of."""
        headers = {"X-CSRFToken": TOKEN, "Accept-Language": "en"}
        if "If-Match" in (case.headers or {}) and name in self.versions:
            headers["If-Match"] = self.versions[name]
        answer = case.call(app=self.app, headers=headers, cookies=self.cookies)
        self.statuses[name][answer.status_code] += 1
        if answer.status_code == 412:
            self.versions[name] = f'"{answer.json()["current_version"]}"'
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.undeclared.setdefault(f"{name} {answer.status_code} {failure.title}", group.message)
        return answer


@contextmanager
def undone() -> Iterator[None]:
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("name", ["university_clerk", "registrar", "operator"])
def test_every_answer_is_declared(api, document, world, name):
    walk = Walk(document, world, api.as_(world.cast.everyone[name]))

    walk.try_each()
    stopped = [
        operation
        for operation, rule in API.items()
        if name in rule.through and is_versioned(document, operation)
        if walk.statuses[operation].keys() <= {404, 412, 428}
    ]
    one_by_one = walk.calls()
    walk.follow_links()

    assert walk.statuses.keys() == API.keys()
    assert one_by_one > 1000
    assert walk.calls() - one_by_one > 100
    assert walk.undeclared == {}
    assert stopped == []


def is_versioned(document: dict[str, Any], operation: str) -> bool:
    method, path = operation.split(" ")
    return any(item["name"] == "If-Match" for item in document["paths"][PREFIX + path][method.lower()]["parameters"])


@pytest.mark.parametrize(
    ("forget", "title"),
    [
        (lambda found: found.pop("200"), "Undocumented status code"),
        (lambda found: found["200"].update(content={"text/csv": {}}), "Undocumented Content-Type"),
    ],
)
def test_control_an_answer_that_the_document_does_not_declare_is_seen(api, document, world, forget, title):
    forget(document["paths"][f"{PREFIX}/deals"]["get"]["responses"])
    walk = Walk(document, world, api.as_(world.cast.university_clerk))

    walk.try_each("GET /api/v1/deals")

    assert [*walk.undeclared] == [f"GET /deals 200 {title}"]
