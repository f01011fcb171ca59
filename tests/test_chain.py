"""The unbroken chain on the real database and index, service by service; tests/e2e walks it in a browser."""

from decimal import Decimal

import pytest

from contracts.turnover import queries as turnover
from contracts.turnover.checks import compare
from listings.catalog.models import State
from market.kernel.models import AuditRow
from search.find.query import parse
from search.find.services import find
from search.index import engine
from tests import story
from tests.running import run_outbox


@pytest.fixture(autouse=True)
def _fresh_index(elasticsearch):
    engine.drop_all()
    yield
    engine.drop_all()


@pytest.mark.django_db
def test_a_listing_becomes_a_yuan_of_the_figure_and_leads_back_to_it(cast):
    told = story.registered(cast)

    run_outbox()

    figure = turnover.figure(year=2026)
    assert (figure.absorption.contract_amount, figure.absorption.contracts) == (Decimal("1000000.00"), 1)
    assert figure.output.contract_amount == Decimal("0.00")  # worked example 4: the seller sits in Nanchang
    entry = turnover.entries(actor=cast.operator, year=2026, side="absorption").get()
    introduction = entry.event.registration.contract.deal.introduction
    assert (introduction.achievement_id, introduction.demand_id) == (told.achievement.id, told.demand.id)
    told.achievement.refresh_from_db()
    told.deal.refresh_from_db()
    assert told.achievement.state == State.TRANSACTED
    assert told.deal.stage == "signed"
    assert compare().differing == []


@pytest.mark.django_db
def test_every_step_of_the_chain_left_its_audit_row(cast):
    story.registered(cast)

    actions = set(AuditRow.objects.values_list("action", flat=True))

    assert actions >= {
        "achievement.created",
        "achievement.published",
        "demand.published",
        "introduction.made",
        "deal.opened",
        "deal.moved",
        "contract.drafted",
        "contract.finalised",
        "contract.sealed",
        "contract.signed",
        "registration.submitted",
        "registration.accepted",
        "registration.registered",
    }


@pytest.mark.django_db
def test_what_is_published_is_found_in_chinese_by_those_who_may_see_it(cast):
    told = story.publish(cast)
    run_outbox()
    engine.client().indices.refresh(index=engine.alias())

    found = find(actor=cast.nobody, query=parse("铜合金接触线"))

    assert found.is_degraded is False
    assert told.achievement.id in {hit.id for hit in found.items}
    assert "<mark>" in found.items[0].title_html
