"""A string of its own in every free text of every row; then everyone reads every page and operation, and nobody sees
another's or gets further than declared."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction

from contracts.monitoring.models import IndicatorValue
from contracts.registration.models import Round
from contracts.reports.models import Report, ReportFile
from deploy.local.messages import FLOORS
from listings.catalog import policy
from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Tier
from listings.catalog.models import Achievement, Demand
from market.accounts.models import Membership, User
from market.kernel.policy import PUBLIC
from market.notices.models import Notice
from search.index import engine, maintenance
from tests.cast import MONDAY, Cast
from tests.market.config.access import (
    API,
    BUYERS,
    CONTRACT,
    DEAL,
    EVERYONE,
    OFFICE,
    PAGES,
    SELLERS,
    SIGNED_IN,
    WATCHERS,
    ended,
    expected,
)
from tests.market.config.document import PREFIX, require_declared
from tests.market.config.test_access_pages import address
from tests.market.config.world import World, build_world
from tests.story import ACHIEVEMENT, DEMAND

CANARY = re.compile(rb"canary(\d{4})")
COMMON = "丝雀普查"  # found by a search that names no canary
NOBODY: frozenset[str] = frozenset()
OPERATOR = frozenset({"operator"})
VERIFIED = SIGNED_IN - {"stranger"}
OWN_PEOPLE = SELLERS | OPERATOR

# Who may read the free texts of a model's rows in the world; a field may differ from its model.
READERS: dict[str, frozenset[str]] = {
    "accounts.apikey": OWN_PEOPLE,
    "accounts.apikey.secret_hash": NOBODY,
    "accounts.invitation": frozenset({"university_clerk"}),
    "accounts.organisation": EVERYONE,
    "accounts.organisation.rejection_reason": OWN_PEOPLE,
    "accounts.organisation.suspension_reason": OPERATOR,
    "accounts.organisation.contact_name": DEAL | CONTRACT,
    "accounts.organisation.contact_phone": DEAL | CONTRACT,
    "accounts.user": OWN_PEOPLE,  # and colleagues, see people_of
    "accounts.user.password": NOBODY,
    "accounts.user.suspension_reason": OPERATOR,
    "agreements.deduction": CONTRACT,
    "agreements.instalment": CONTRACT,
    "agreements.technologycontract": CONTRACT,
    "agreements.technologycontract.title": CONTRACT | {"leader"},
    "brokerage.deal": DEAL,
    "brokerage.dealmove": DEAL,
    "brokerage.introduction": DEAL,
    "catalog.patent": EVERYONE,
    "exchange.feedsource": OPERATOR,
    "kernel.auditrow": NOBODY,
    "kernel.delivery": OPERATOR,
    "kernel.idempotencykey": NOBODY,
    "kernel.job": OWN_PEOPLE,
    "kernel.outboxevent": OPERATOR,
    "kernel.privatefile": CONTRACT,
    "monitoring.indicatorvalue": EVERYONE,  # a confirmed one; one that waits see waiting_values
    "notices.notice": OWN_PEOPLE,  # whose it is, see people_of
    "payments.payment": DEAL,
    "payments.dispute": DEAL,
    "payments.payeeaccount": SELLERS | BUYERS,
    "payments.payment.checkout_url": BUYERS,  # whoever has it is on the payer's page
    "payments.providerevent": NOBODY,
    "payments.refund": DEAL,
    "ranking.matchstate": OPERATOR,
    "ranking.verdict": SELLERS,  # the organisation that gave it
    "registration.change": CONTRACT,
    "registration.correction": CONTRACT,
    "registration.registration": CONTRACT,
    "registration.round": CONTRACT,  # what is sent back is the office's own
    "reports.report": frozenset({"operator", "leader", "auditor"}),  # a draft; a published one is frozen
    "registration.registrationevent": CONTRACT | {"leader"},
}
# Of a listing, field by field as its kind declares it; what no owner types is for nobody.
TIERS = {
    Tier.PUBLIC: EVERYONE,
    Tier.SIGNED_IN: SIGNED_IN,
    Tier.VERIFIED: VERIFIED,
    Tier.NDA: OWN_PEOPLE,
    Tier.OWNER: OWN_PEOPLE,
}
for kind in KINDS.values():
    label = kind.model._meta.label_lower
    READERS |= dict.fromkeys((f"{label}.{name}" for name in kind.internal), NOBODY)
    READERS |= {f"{label}.{field.name}": TIERS[field.tier] for field in kind.columns}
# Codes, addresses, hashes and facts of public lists: a canary there would break the page, not tell on it.
NO_FREE_TEXT = re.compile(
    r"reference\.|kernel\.(chain|seal|unsealed)|turnover\.|search\.|saved\.|payments\.journal|exchange\.feeditem|agreements\.signature"
    r"|\.(subtype|ip_type|plan_source|rule_set|local_industry|pricing|attribute|form|level|category|source"
    r"|application_state|source_market|scheme|kind|sha256|media_type|topic|key|consumer|action|subject_kind"
    r"|subject_id|request_id|route|principal|body_hash|industries|ipc_codes|transfer_modes|short_cooperation"
    r"|long_cooperation|qualifications|scopes|roles|code|provider_event_id|type|account|url|model|digest|sides)$"
)


def fields() -> Iterator[tuple[type[models.Model], models.Field, str]]:
    """Every column that people write freely, with its name in READERS."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in FLOORS:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and (field.max_length or 999) >= 30
            is_array = isinstance(field, ArrayField)
            name = f"{model._meta.label_lower}.{field.name}"
            if (is_text or is_array) and not field.choices and not NO_FREE_TEXT.search(name):
                yield model, field, name


def readers_of(name: str) -> frozenset[str]:
    return READERS[name] if name in READERS else READERS[name.rpartition(".")[0]]


@pytest.fixture
def planted(cast: Cast, settings: Any) -> Iterator[tuple[World, dict[bytes, tuple[str, frozenset[str]]]]]:
    """The world with a canary in every field of every row, and private listings besides; who may see which."""
    address_of_engine = settings.ELASTICSEARCH_URL
    world = build_world(cast)
    private = private_listings(cast) | waiting_values()
    private |= dict.fromkeys(ReportFile.objects.values_list("file_id", flat=True), EVERYONE)
    told: dict[bytes, tuple[str, frozenset[str]]] = {}
    for model, field, name in fields():
        for row in model._default_manager.all():
            number = f"{len(told):04d}"
            readers = private.get(row.pk, readers_of(name))
            if model in (User, Notice) and readers:
                readers = people_of(cast, row)
            if isinstance(row, Round) and row.kind == Round.Kind.SENT_BACK:
                readers = OFFICE | {"operator", "auditor"}
            if row.pk == world.parameters["evidence_id"]:
                readers = frozenset({"auditor", "leader"}) | OPERATOR  # a job of their organisation
            value = f"canary{number}@example.com" if field.name == "email" else f"canary{number} {COMMON}"
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(
                        **{field.name: [value] if isinstance(field, ArrayField) else value}
                    )
            except IntegrityError:  # an append-only row
                continue
            told[number.encode()] = (f"{name} of {row.pk}", readers)
    engine.breaker.reset()
    maintenance.rebuild()
    maintenance.refill_fallback()
    yield world, told
    settings.ELASTICSEARCH_URL = address_of_engine
    engine.drop_all()


def people_of(cast: Cast, row: Any) -> frozenset[str]:
    """Of a person: the colleagues and the operator, of a broker also whom the broker serves; of a notice its reader."""
    user = row.id if isinstance(row, User) else row.user_id
    own = {name: actor for name, actor in cast.everyone.items() if actor.user_id == user}
    if isinstance(row, Notice):
        return frozenset(own)
    homes = set(Membership.objects.filter(user=user).values_list("organisation", flat=True))
    colleagues = {name for name, actor in cast.everyone.items() if actor.organisation_id in homes}
    return frozenset(own) | colleagues | OPERATOR | (DEAL if "broker" in own else NOBODY)


def private_listings(cast: Cast) -> dict[Any, frozenset[str]]:
    """A draft, one for the own organisation and one for verified ones, of each kind, with who may read it."""
    found: dict[Any, frozenset[str]] = {}
    for disclosure, is_published, readers in (
        ("public", False, OWN_PEOPLE),
        ("organisation", True, OWN_PEOPLE),
        ("verified", True, VERIFIED),
    ):
        seller, buyer = cast.university_clerk, cast.enterprise_clerk
        data = AchievementData(**ACHIEVEMENT | {"disclosure": disclosure})
        row = catalog.create_achievement(actor=seller, data=data, at=MONDAY)
        asked = catalog.create_demand(actor=buyer, data=DemandData(**DEMAND | {"disclosure": disclosure}), at=MONDAY)
        if is_published:
            catalog.publish_achievement(actor=seller, achievement_id=row.id, version=None, at=MONDAY)
            catalog.publish_demand(actor=buyer, demand_id=asked.id, version=None, at=MONDAY)
        found[row.id] = readers
        found[asked.id] = (
            readers if readers == VERIFIED else frozenset({"enterprise_clerk", "enterprise_finance"}) | OPERATOR
        )
    return found


def waiting_values() -> dict[Any, frozenset[str]]:
    """A value that waits for its second person, and the proofs of all values."""
    found: dict[Any, frozenset[str]] = dict.fromkeys(IndicatorValue.objects.values_list("proof", flat=True), WATCHERS)
    return found | dict.fromkeys(IndicatorValue.objects.filter(state="entered").values_list("pk", flat=True), WATCHERS)


def doors(world: World) -> dict[str, str]:
    """The address of each page and of each operation that reads, by its name in PAGES or API."""
    found = {name: address(name, world) for name in PAGES}
    found["brokerage:introduce"] += f"?demand={world.story.demand.id}&achievement={world.story.achievement.id}"
    return found | {
        name: PREFIX + name.split(" ")[1].format(**world.parameters) for name in API if name.startswith("GET ")
    }


def places() -> list[str]:
    """What else is read: each private listing, each report, and searches for what is hidden."""
    found: list[str] = []
    for model, kind in ((Achievement, "achievements"), (Demand, "demands")):
        for row in model.objects.all():
            found += [f"/{kind}/{row.pk}/", f"/api/v1/{kind}/{row.pk}", f"/api/v1/{kind}/{row.pk}/matches"]
    for report_id in Report.objects.values_list("pk", flat=True):
        found += [f"/reports/{report_id}/", f"/api/v1/reports/{report_id}", f"/reports/{report_id}/content.json"]
    found += [f"/api/v1/search?q={COMMON}&limit=100", f"/search?q={COMMON}", f"/search/suggest?q={COMMON}"]
    found += ["/search?q=canary 绝无此词", f"/api/v1/search/suggest?q={COMMON}", "/exchange/v1/listings", "/feed"]
    found += ["/api/v1/turnover?year=2026", "/api/v1/turnover?year=canary", "/api/v1/achievements?cursor=canary"]
    return found


# What asks the engine for an answer; everything else reads the same, whichever engine there is.
OF_THE_ENGINE = re.compile(r"^/$|search|match|suggest")


@dataclass
class Walk:
    """What was read by whom it is not for, every canary that was seen, how far everyone got at each door, and the
    links of pages to rows that are hidden from their reader."""

    leaks: set[str] = dataclasses.field(default_factory=set)
    seen: set[bytes] = dataclasses.field(default_factory=set)
    ended: dict[tuple[str, str], str] = dataclasses.field(default_factory=dict)
    dead_links: set[str] = dataclasses.field(default_factory=set)


LINK_TO_ROW = re.compile(r'(?:href|hx-get)="(/[^"?#]*[0-9a-f]{8}-[0-9a-f]{4}-[^"?#]*)')


def read_everything(planted: Any, api: Any, part: re.Pattern[str] = re.compile(""), *, follow: bool = False) -> Walk:
    """As everyone, at the addresses of which a part fits; with `follow` also where their links to rows lead."""
    world, told = planted
    found = Walk()
    wanted = [*doors(world).items(), *(("", place) for place in places())]
    for person, actor in world.cast.everyone.items():
        client = api.as_(actor) if actor.is_signed_in else api
        links: dict[str, str] = {}
        status: dict[str, int] = {}
        for door, place in wanted:
            if not part.search(place):
                continue
            answer = client.get(place)
            assert answer.status_code < 500, place
            found.ended[door, person] = ended(answer.status_code)
            status[place] = answer.status_code
            if door in API:
                require_declared(door, answer)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            links |= dict.fromkeys(LINK_TO_ROW.findall(body.decode(errors="replace")), place)
            for number in set(CANARY.findall(body + str(answer.headers).encode())):
                what, readers = told[number]
                found.seen.add(number)
                if person not in readers:
                    found.leaks.add(f"{what} read by {person} at {place.split('?')[0]}")
        if follow:
            dead = [link for link in links if (status.get(link) or client.get(link).status_code) == 404]
            found.dead_links |= {f"{links[link]} leads {person} to {link}" for link in dead}
    return found


def test_everyone_reads_what_is_declared_for_them_and_nobody_what_is_not_theirs(planted, api):
    found = read_everything(planted, api, follow=True)

    assert sorted(found.leaks) == []
    assert sorted(found.dead_links) == []
    assert len(found.seen) > 60  # a walk that reads nothing finds no leak either
    wanted = {
        (door, person): expected(PAGES[door] if door in PAGES else API[door], person, "GET")
        for door, person in found.ended
        if door
    }
    # A passer-by is asked to sign in where a page is a desk.
    differing = {
        (door, person): (found.ended[door, person], want)
        for (door, person), want in wanted.items()
        if found.ended[door, person] != want
        and not (door in PAGES and person == "nobody" and (found.ended[door, person], want) == ("sign in", "hidden"))
    }
    assert differing == {}, "\n".join(map(str, differing.items()))


def test_nobody_finds_what_is_not_theirs_while_the_engine_is_away(planted, api, settings):
    settings.ELASTICSEARCH_URL = ""

    found = read_everything(planted, api, OF_THE_ENGINE)

    assert sorted(found.leaks) == []
    assert found.seen


def test_control_a_listing_that_is_indexed_for_everyone_is_caught(planted, api, monkeypatch):
    audience = policy.audience
    monkeypatch.setattr(policy, "audience", lambda row, owner: [*audience(row, owner), PUBLIC])
    engine.drop_all()
    maintenance.rebuild()

    found = read_everything(planted, api, OF_THE_ENGINE)

    assert {leak.split(" at ")[1] for leak in found.leaks} == {"/search", "/api/v1/search", "/search/suggest"} | {
        "/api/v1/search/suggest"
    }


def test_every_free_text_has_its_readers():
    undeclared = [name for _model, _field, name in fields() if not {name, name.rpartition(".")[0]} & READERS.keys()]

    assert undeclared == []
