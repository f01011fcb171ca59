"""No list asks the database more often because it is longer: one chain told, then five."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.payments import services as payments
from contracts.payments.models import Rail
from tests import story as telling
from tests.cast import MONDAY, Cast
from tests.market.config.access import API, PAGES
from tests.market.config.test_access_pages import addresses
from tests.running import run_outbox

LISTS = [f"/api/v1{name.removeprefix('GET ')}" for name in API if name.startswith("GET ") and "{" not in name]
PARAMETERS = {
    "/api/v1/turnover": {"year": MONDAY.year},
    "/api/v1/turnover/breakdown": {"year": MONDAY.year, "by": "contract_type"},
    "/api/v1/turnover/breakdown.csv": {"year": MONDAY.year, "by": "contract_type"},
    "/api/v1/search": {"q": "铜合金"},
    "/search": {"q": "铜合金"},
}
# Pages of lists: those without a parameter in their address.
PAGE_LISTS = [name for name in PAGES if not addresses()[name] and name != "brokerage:introduce"]


def tell_chain(cast: Cast, number: int) -> telling.Story:
    story = telling.signed(cast, title=f"铜合金接触线工艺开发第{number}期")
    payments.start_payment(
        actor=cast.enterprise_finance,
        instalment_id=story.contract.instalments.order_by("position")[0].id,
        rail=Rail.BANK_TRANSFER,
        at=MONDAY,
    )
    telling.register(telling.apply(story), no=f"202636070100{number:04d}")
    run_outbox()
    return story


@pytest.mark.parametrize("person", ["university_clerk", "operator"])
def test_a_longer_list_takes_no_more_queries(cast, api, person):
    client = api.as_(getattr(cast, person))
    places = [*LISTS, *(reverse(name) for name in PAGE_LISTS)]

    def count(place: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(place, PARAMETERS.get(place, {}))
        assert answer.status_code in {200, 403, 404}, place  # some lists are for operators
        return len(queries)

    tell_chain(cast, 1)
    for place in places:
        count(place)
    short = {place: count(place) for place in places}
    for number in range(2, 6):
        tell_chain(cast, number)
    long = {place: count(place) for place in places}

    assert {place: (short[place], long[place]) for place in places if long[place] > short[place]} == {}
    assert len(places) > 25
