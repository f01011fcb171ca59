"""The drafting form asks for less than the API takes; saving it must lose nothing that it does not show."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from contracts.agreements.models import TechnologyContract
from contracts.agreements.services import drafting
from tests import story
from tests.conftest import ApiClient
from tests.contracts.agreements.test_rules import PATENT
from tests.contracts.standing import nothing_moves

RICH = {
    "contract_type": "license",
    "subtype": "patent_license",
    "ip_type": "invention_patent",
    "technology_amount": Decimal("730000.00"),
    "payment_method": "instalments",
    "royalty_terms": "",
    "socio_economic_objective": "10",
    "is_related_party": True,
    "signed_at_place": "瑞金市",
    "risk_allocation": "风险由双方共同承担。",
    "definitions": "IACS 指国际退火铜标准。",
    "patents": [PATENT, PATENT | {"title": "另一件专利"}],
    "deductions": [
        {"kind": "equipment", "description": "专用设备", "amount": "300000.00", "carrier_amount": "80000.00"},
        {"kind": "materials", "description": "铜坯", "amount": "50000.00"},
    ],
    "instalments": [{"amount": "200000.00"}, {"amount": "300000.00"}, {"amount": "500000.00", "condition": "验收"}],
}


@pytest.fixture
def rich(agreed, cast) -> TechnologyContract:
    """A draft that came over the API, with more in it than the form shows."""
    return story.draft(agreed, **RICH).contract


@pytest.fixture
def page(cast) -> Client:
    return ApiClient().as_(cast.broker)


def shown(page, row) -> dict[str, str]:
    """What the browser would send back when nothing was typed."""
    form = page.get(reverse("agreements:edit", args=[row.id])).context["form"]
    return {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}


def save(page, row, **typed):
    return page.post(reverse("agreements:edit", args=[row.id]), shown(page, row) | typed)


def test_saving_a_form_in_which_nothing_was_typed_changes_nothing(rich, page):
    before = drafting.current_data(rich)

    answer = save(page, rich)

    assert answer.status_code == 302
    rich.refresh_from_db()
    assert rich.version == 2
    assert drafting.current_data(rich).model_dump() == before.model_dump()
    assert rich.is_license_mode_defaulted is True


def test_what_was_typed_is_changed_and_the_rest_stays(rich, page):
    answer = save(
        page, rich, title="改后的标题", deduction_amount="250000.00", technology_amount="700000.00", patent_title="改名"
    )

    assert answer.status_code == 302
    rich.refresh_from_db()
    data = drafting.current_data(rich)
    assert (data.title, data.is_related_party, data.definitions) == ("改后的标题", True, "IACS 指国际退火铜标准。")
    assert [(row.kind, row.amount) for row in data.deductions] == [
        ("equipment", Decimal("250000.00")),
        ("materials", Decimal("50000.00")),
    ]
    assert [(row.title, row.patentee) for row in data.patents] == [("改名", "示例大学"), ("另一件专利", "示例大学")]
    assert len(data.instalments) == 3


def test_another_first_instalment_is_followed_by_the_rest_as_the_second(rich, page):
    assert save(page, rich, first_instalment="100000.00").status_code == 302

    parts = [row.amount for row in rich.instalments.order_by("position")]
    assert parts == [Decimal("100000.00"), Decimal("900000.00")]


def test_a_first_instalment_above_the_total_is_refused(rich, page):
    with nothing_moves():
        answer = save(page, rich, contract_amount="1000000.00", first_instalment="1500000")

    assert answer.context["form"].errors["first_instalment"] == ["首期付款不能超过合同成交额"]


def test_a_form_that_was_opened_before_someone_elses_change_is_refused(rich, page):
    old = shown(page, rich)
    assert save(page, rich, title="先保存的标题").status_code == 302

    with nothing_moves():
        answer = page.post(reverse("agreements:edit", args=[rich.id]), old | {"title": "后保存的标题"})

    assert answer.status_code == 200
    assert "内容已被他人更新" in answer.content.decode()


def test_a_form_without_the_version_that_was_read_is_refused(rich, page):
    with nothing_moves():
        answer = save(page, rich, title="盲目覆盖", version="")

    assert "version" in answer.context["form"].errors
