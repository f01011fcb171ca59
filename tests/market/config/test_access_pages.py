"""Every page is declared, and every button of the portal is tried as everyone; the pages are in test_canaries.py."""

from functools import cache
from typing import Any

from django.db import transaction
from django.urls import get_resolver, reverse

from contracts.agreements import lifecycle as agreements
from contracts.monitoring import lifecycle as monitoring
from contracts.payments import lifecycle as payments
from contracts.registration import lifecycle as registration
from contracts.reports import lifecycle as reports
from listings.catalog import lifecycle as catalog
from market.kernel.lifecycle import Lifecycle
from matching.brokerage import lifecycle as brokerage
from tests.market.config.access import API, BUTTONS, OWN_BUTTONS, PAGES, ended, expected
from tests.market.config.bodies import BODIES
from tests.market.config.world import World, build_world

# Libraries' own addresses: allauth's pages have no namespace, the admin lets in staff only.
NOT_OURS = frozenset({"admin", "api"})


def buttons_of(lifecycle: Lifecycle) -> list[str]:
    return [verb.code for verb in lifecycle.verbs if verb.form is not None]


VERBS = {
    "agreements:step": buttons_of(agreements.CONTRACTS),
    "monitoring:step": buttons_of(monitoring.VALUES),
    "payments:step": buttons_of(payments.PAYMENTS),
    "registration:step": buttons_of(registration.REGISTRATIONS),
    "registration:change-step": buttons_of(registration.CHANGES),
    "registration:correction-step": buttons_of(registration.CORRECTIONS),
    "reports:step": buttons_of(reports.REPORTS),
    "catalog:move": buttons_of(catalog.LIFECYCLES["achievement"]),
    "brokerage:move": buttons_of(brokerage.DEALS),
}


@cache
def addresses() -> dict[str, list[str]]:
    """The parameters of every named address of ours."""
    spaces = get_resolver().namespace_dict
    return {
        f"{space}:{pattern.name}": list(pattern.pattern.converters)
        for space, (_prefix, resolver) in spaces.items()
        if space not in NOT_OURS
        for pattern in resolver.url_patterns
    }


def address(name: str, world: World) -> str:
    name, _space, verb = name.partition(" ")
    values = {"verb": verb, "kind": "achievement", "number": 1} | world.parameters
    return reverse(name, kwargs={parameter: values[parameter] for parameter in addresses()[name]})


def methods(client: Any, name: str, world: World) -> set[str]:
    verb = VERBS.get(name, [""])[0]
    allowed = client.options(address(f"{name} {verb}".strip(), world)).headers["Allow"]
    return {method.strip() for method in allowed.split(",")}


def press(client: Any, name: str, world: World) -> Any:
    """Send a good form for a version that is not the row's, and take back what it did."""
    operation = BUTTONS.get(name, "")
    body = BODIES[operation](world) if operation in BODIES else {}
    form: dict[str, Any] = {"version": 9999, "demand": world.story.demand.id, "achievement": world.story.achievement.id}
    form["organisation"] = world.cast.university.id
    mark = transaction.savepoint()
    try:
        return client.post(
            address(name, world), form | {key: value for key, value in body.items() if value is not None}
        )
    finally:
        transaction.savepoint_rollback(mark)


def test_every_page_and_button_is_declared(cast, api):
    world = build_world(cast)
    pages, buttons = set(), set()
    for name in addresses():
        allowed = methods(api, name, world)
        pages |= {name} if "GET" in allowed else set()
        if "POST" in allowed:
            buttons |= {f"{name} {verb}" for verb in VERBS[name]} if name in VERBS else {name}

    assert sorted(pages) == sorted(PAGES)
    assert sorted(buttons) == sorted(BUTTONS.keys() | OWN_BUTTONS.keys())


def test_a_button_serves_whom_the_api_serves(cast, api):
    world = build_world(cast)
    found, wanted = {}, {}
    for name, actor in cast.everyone.items():
        client = api if name == "nobody" else api.as_(actor)
        for button in (*BUTTONS, *OWN_BUTTONS):
            rule = OWN_BUTTONS.get(button) or API[BUTTONS[button]]
            found[button, name] = ended(press(client, button, world).status_code)
            wanted[button, name] = expected(rule, name, "POST")

    differing = {
        key: (value, wanted[key])
        for key, value in found.items()
        if value != wanted[key] and not (key[1] == "nobody" and value in {"hidden", "sign in"})
    }
    assert differing == {}, "\n".join(map(str, differing.items()))


def test_the_admin_lets_in_staff_only(cast, api):
    for name, actor in cast.everyone.items():
        client = api if name == "nobody" else api.as_(actor)
        assert client.get("/admin/").status_code == 302, name
