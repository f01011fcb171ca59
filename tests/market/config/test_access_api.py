"""Every operation of the OpenAPI document that writes is tried as everyone; those that read are in test_canaries.py."""

from typing import Any

from django.db import transaction

from tests.market.config.access import API, ended, expected
from tests.market.config.bodies import BODIES
from tests.market.config.document import PREFIX, operations, require_declared
from tests.market.config.world import World, build_world

FILES = frozenset({"scan", "proof", "file", "document"})
ROW_PARAMETERS = (
    *("achievement_id", "demand_id", "introduction_id", "deal_id", "contract_id", "payment_id"),
    *("registration_id", "organisation_id", "membership_id", "key_id", "job_id", "notice_id", "search_id", "value_id"),
    "report_id",
    "invitation_id",
    "user_id",
)


def attempt(client: Any, operation: str, world: World, **headers: str) -> Any:
    """Send the operation with a good body, and take back what it did; the answer must be one that is declared."""
    method, path = operation.split(" ")
    body = BODIES[operation](world) if operation in BODIES else None
    content: dict[str, Any] = {} if body is None else {"data": body}
    if body is not None and not FILES & body.keys():
        content["content_type"] = "application/json"
    mark = transaction.savepoint()
    try:
        answer = getattr(client, method.lower())(
            PREFIX + path.format(**world.parameters), headers={"Idempotency-Key": "walk"} | headers, **content
        )
    finally:
        transaction.savepoint_rollback(mark)
    require_declared(operation, answer)
    return answer


def test_every_operation_is_declared():
    assert sorted(operations()) == sorted(API)


def test_everyone_writes_as_far_as_declared(cast, api):
    """The version sent is a wrong one, so that nothing moves; who gets that far got through the policy."""
    world = build_world(cast)
    clients = {name: api if name == "nobody" else api.as_(actor) for name, actor in cast.everyone.items()}

    found = {
        (operation, name): ended(attempt(client, operation, world, **{"If-Match": '"9999"'}).status_code)
        for operation in API
        if not operation.startswith("GET ")
        for name, client in clients.items()
    }

    wanted = {
        (operation, name): expected(rule, name, operation.split(" ")[0])
        for operation, rule in API.items()
        if not operation.startswith("GET ")
        for name in clients
    }
    assert {key: value for key, value in found.items() if wanted[key] != value} == {}


def test_an_absent_row_is_answered_as_a_hidden_one(cast, api):
    """An outsider learns nothing from the answer, whatever the operation."""
    world = build_world(cast)
    absent = "0192a000-0000-7000-8000-000000000000"
    nothing = World(cast, world.story, world.payment, {**world.parameters} | dict.fromkeys(ROW_PARAMETERS, absent))
    outsider = api.as_(cast.other_clerk)
    with_row = [
        name
        for name, rule in API.items()
        if "_id}" in name and expected(rule, "other_clerk", name.split(" ")[0]) == "hidden"
    ]
    assert len(with_row) > 20

    for operation in with_row:
        hidden, missing = attempt(outsider, operation, world), attempt(outsider, operation, nothing)
        told = ("status", "code", "title", "detail", "errors")
        assert [hidden.json()[key] for key in told] == [missing.json()[key] for key in told], operation
