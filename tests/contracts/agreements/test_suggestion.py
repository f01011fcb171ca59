"""An empty draft begins with what the deal and its listings say."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from contracts.agreements import services
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from listings.catalog.models import Patent
from market.reference.identifiers.patents import check_digit
from tests import story
from tests.cast import MONDAY_ON
from tests.conftest import ApiClient
from tests.contracts.agreements.test_form import fields

GRANTED: dict[str, Any] = {
    "application_no": f"202110000001{check_digit('202110000001')}",
    "title": "铜合金接触线的连续铸造方法",
    "applicant": "示例大学",
    "filed_on": "2021-01-08",
    "granted_on": "2023-05-05",
}


def suggested(cast, **changes: Any) -> dict[str, Any]:
    told = story.agree(story.open_deal(story.publish(cast, **changes)))
    return services.suggested_data(told.deal, on=MONDAY_ON)


@pytest.mark.parametrize(
    ("modes", "contract_type"),
    [
        (["license"], "license"),
        (["assignment", "license"], "assignment"),
        (["other", "technical_service"], "service"),
        (["joint_development"], "development"),
        ([], "development"),
    ],
)
def test_the_type_follows_the_way_of_transfer_that_the_listing_offers(cast, modes, contract_type):
    values = suggested(cast, transfer_modes=modes, ip_type="software_copyright")

    assert (values["contract_type"], values["ip_type"]) == (contract_type, "software_copyright")


def test_the_patents_of_the_listing_are_its_clauses_and_a_licence_ends_before_them(cast):
    pending = GRANTED | {
        "filed_on": "2022-02-08",
        "application_no": f"202210000001{check_digit('202210000001')}",
        "title": "在审的方法",
        "granted_on": None,
    }
    told = story.agree(story.open_deal(story.publish(cast, ip_type="", patents=[GRANTED, pending])))
    Patent.objects.filter(title=GRANTED["title"]).update(expires_on=date(2027, 1, 8))

    values = services.suggested_data(told.deal, on=MONDAY_ON)

    assert (values["ip_type"], values["valid_until"]) == ("invention_patent", date(2027, 1, 7))
    first, second = values["patents"]
    assert (first["patentee"], first["expires_on"]) == ("示例大学", date(2027, 1, 8))
    assert first["patent_no"].removeprefix("ZL") == first["application_no"]
    assert "patent_no" not in second
    ContractData(**{name: value for name, value in values.items() if value is not None})


def test_the_form_opens_with_what_was_suggested_and_saves_as_it_stands(cast):
    told = story.agree(story.open_deal(story.publish(cast, ip_type="invention_patent", patents=[GRANTED])))
    page, address = ApiClient().as_(cast.broker), reverse("agreements:draft", args=[told.deal.id])

    shown = fields(page.get(address).content)
    answer = page.post(address, shown)

    assert answer.status_code == 302, answer.content.decode()
    contract = TechnologyContract.objects.get()
    assert (contract.contract_type, contract.contract_amount) == ("license", Decimal("800000.00"))
    assert [patent["title"] for patent in contract.patents] == [GRANTED["title"]]
    assert (contract.seller_id, contract.buyer_id) == (cast.university.id, cast.enterprise.id)


def test_a_contract_of_know_how_begins_without_the_patents_of_its_listing(cast):
    told = story.agree(story.open_deal(story.publish(cast, ip_type="know_how", patents=[GRANTED])))

    values = services.suggested_data(told.deal, on=MONDAY_ON)

    assert (values["ip_type"], values["patents"]) == ("know_how", [])
