"""The drafting form takes every field of a contract; worked examples 1, 2 and 12 to 14 through it."""

from datetime import date
from decimal import Decimal
from typing import Any

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from contracts.agreements import rules, services
from contracts.agreements.models import TechnologyContract
from contracts.agreements.rules import GROUND_LABELS, Ground
from contracts.agreements.services import drafting
from tests import story
from tests.cast import MONDAY
from tests.conftest import ApiClient
from tests.contracts.agreements.test_rules import PATENT
from tests.contracts.standing import nothing_moves

RICH: dict[str, Any] = {
    "contract_type": "license",
    "subtype": "patent_license",
    "ip_type": "invention_patent",
    "technology_amount": Decimal("730000.00"),
    "payment_method": "royalty_with_entry_fee",
    "royalty_terms": "按净销售额的 3% 提成。\n每年结算一次。",
    "socio_economic_objective": "10",
    "industry": "C3251",
    "is_related_party": True,
    "signed_at_place": "瑞金市",
    "risk_allocation": "风险由双方共同承担。",
    "definitions": "IACS 指国际退火铜标准。",
    "liability": "逾期按日支付违约金。",
    "disputes": "提交赣州仲裁委员会仲裁。",
    "expected_new_investment": Decimal("0.00"),
    "expected_new_output": Decimal("500000.00"),
    "patents": [PATENT, PATENT | {"title": "另一件专利", "applicant": "示例大学、示例研究院"}],
    "deductions": [
        {"kind": "equipment", "description": "专用设备", "amount": "300000.00", "carrier_amount": "80000.00"},
        {"kind": "materials", "description": "铜坯", "amount": "50000.00"},
    ],
    "instalments": [
        {"amount": "200000.00", "due_on": date(2026, 4, 1)},
        {"amount": "300000.00"},
        {"amount": "500000.00", "condition": "验收"},
    ],
}


@pytest.fixture
def rich(agreed, cast) -> TechnologyContract:
    """A draft with something in every field."""
    contract = story.draft(agreed, **RICH).contract
    assert contract is not None
    return contract


@pytest.fixture
def page(cast) -> Client:
    return ApiClient().as_(cast.broker)


def fields(content: bytes) -> dict[str, str]:
    """What the browser would send back when nothing was typed."""
    found = [form for form in lxml.html.fromstring(content.decode()).forms if "contract_amount" in form.fields]
    sent = {}
    for field in found[0].inputs:
        if field.name and field.get("type") not in {"submit", "checkbox"}:
            sent[field.name] = field.value or ""
        elif field.get("type") == "checkbox" and field.checked:
            sent[field.name] = "on"
    return sent


def shown(page, row) -> dict[str, str]:
    return fields(page.get(reverse("agreements:edit", args=[row.id])).content)


def save(page, row, **typed):
    return page.post(reverse("agreements:edit", args=[row.id]), shown(page, row) | typed)


def row_typed(name: str, index: int, **values) -> dict[str, str]:
    return {f"{name}-{index}-{field}": str(value) for field, value in values.items()}


def test_saving_a_form_in_which_nothing_was_typed_changes_nothing(rich, page):
    before = drafting.current_data(rich)

    answer = save(page, rich)

    assert answer.status_code == 302
    rich.refresh_from_db()
    assert rich.version == 2
    assert drafting.current_data(rich).model_dump() == before.model_dump()
    assert rich.is_license_mode_defaulted is True


def test_every_field_that_the_api_takes_stands_in_the_form(rich, page):
    names = set(shown(page, rich))

    for name, value in drafting.current_data(rich).model_dump().items():
        rows = value if name in drafting.ROWS else None
        wanted = {name} if rows is None else {f"{name}-0-{field}" for field in rows[0]}
        assert wanted <= names, name


def test_what_was_typed_is_changed_and_the_rest_stays(rich, page):
    typed = row_typed("deductions", 0, amount="250000.00") | row_typed("patents", 0, title="改名")
    answer = save(page, rich, title="改后的标题", technology_amount="780000.00", **typed)

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


def test_a_row_that_is_emptied_is_gone_and_the_spare_one_is_another(rich, page):
    typed = row_typed("deductions", 0, kind="", description="", amount="", carrier_amount="")
    typed |= row_typed("deductions", 2, kind="other", description="差旅", amount="20000.00")

    assert save(page, rich, technology_amount="930000.00", **typed).status_code == 302

    kept = rich.deductions.order_by("id").values_list("kind", "description", "amount")
    assert list(kept) == [("materials", "铜坯", Decimal("50000.00")), ("other", "差旅", Decimal("20000.00"))]


def test_another_row_is_asked_for_without_a_script_and_nothing_is_kept_or_lost_by_that(rich, page):
    typed = shown(page, rich) | {"title": "尚未保存的标题", "more": "patents"}

    with nothing_moves():
        answer = page.post(reverse("agreements:edit", args=[rich.id]), typed)

    found = fields(answer.content)
    assert (answer.status_code, found["title"], found["patents-1-title"]) == (200, "尚未保存的标题", "另一件专利")
    assert 'class="errors"' not in answer.content.decode()
    assert found["patents-count"] == str(int(typed["patents-count"]) + 1)
    assert (found["patents-3-title"], found["deductions-count"]) == ("", typed["deductions-count"])


def test_a_first_instalment_above_the_total_is_refused(rich, page):
    with nothing_moves():
        answer = save(page, rich, **row_typed("instalments", 0, amount="1000000.01"))

    assert str(GROUND_LABELS[Ground.INSTALMENTS]) in answer.content.decode()


def test_a_half_filled_row_and_a_wrong_number_are_told_in_their_row(rich, page):
    with nothing_moves():
        half = save(page, rich, **row_typed("deductions", 2, amount="1.00"))
        wrong = save(page, rich, **row_typed("patents", 1, application_no="201310699744.3"))

    assert set(half.context["form"].rows["deductions"][2].errors) == {"kind", "description"}
    assert half.context["form"].rows["deductions"][0].errors == {}
    assert wrong.context["form"].rows["patents"][1].errors == {"application_no": ["专利申请号校验位不正确"]}
    before_the_form = wrong.content.decode().partition('name="title"')[0]
    assert "专利申请号校验位不正确" in before_the_form.partition('class="errors"')[2]


def test_a_form_that_was_opened_before_a_change_in_another_window_is_refused_in_words_that_fit(rich, page):
    old = shown(page, rich)
    assert save(page, rich, title="先保存的标题").status_code == 302

    with nothing_moves():
        answer = page.post(reverse("agreements:edit", args=[rich.id]), old | {"title": "后保存的标题"})

    assert answer.status_code == 200
    assert "您已于" in answer.content.decode()


def test_a_form_without_the_version_that_was_read_is_refused(rich, page):
    with nothing_moves():
        answer = save(page, rich, title="盲目覆盖", version="")

    assert "version" in answer.context["form"].errors


# Worked examples, each typed into the empty form of a deal.

PLAIN = {
    "title": "高导电铜合金接触线工艺开发",
    "contract_type": "development",
    "contract_amount": "1000000.00",
    "technology_amount": "1000000.00",
    "payment_method": "one_off",
    "valid_from": "2026-03-01",
    "valid_until": "2028-02-29",
    "performance_plan": "十二个月内在买方厂区完成。",
    "confidentiality": "双方保密五年。",
    "ip_ownership": "专利申请权归卖方。",
    "acceptance": "导电率不低于 98% IACS。",
    "instalments-0-amount": "1000000.00",
}


def draft(page, deal, **typed):
    address = reverse("agreements:draft", args=[deal.id])
    return page.post(address, fields(page.get(address).content) | PLAIN | typed)


def finalise(page, deal):
    row = deal.contracts.get()
    return page.post(reverse("agreements:step", args=[row.id, "finalise"]), {"version": row.version})


def test_example_1_a_sample_machine_stays_in_the_technology_amount(agreed, page):
    typed = row_typed(
        "deductions", 0, kind="equipment", description="设备", amount="300000.00", carrier_amount="80000.00"
    )

    assert draft(page, agreed.deal, technology_amount="780000.00", **typed).status_code == 302

    assert agreed.deal.contracts.get().technology_amount == Decimal("780000.00")


@pytest.mark.parametrize("technology", ["700000.00", "780000.01", "1000000.00"])
def test_example_2_deductions_that_do_not_sum_to_the_difference_are_refused(agreed, page, technology):
    typed = row_typed(
        "deductions", 0, kind="equipment", description="设备", amount="300000.00", carrier_amount="80000.00"
    )

    with nothing_moves():
        answer = draft(page, agreed.deal, technology_amount=technology, **typed)

    assert str(GROUND_LABELS[Ground.TECHNOLOGY_AMOUNT]) in answer.content.decode()


def test_example_12_an_assignment_states_what_it_will_add(agreed, page):
    assert draft(page, agreed.deal, contract_type="assignment", ip_type="know_how").status_code == 302
    assert str(GROUND_LABELS[Ground.EXPECTED_EFFECTS]) in finalise(page, agreed.deal).content.decode()

    effects = {"expected_new_investment": "200000.00", "expected_new_output": "900000.00"}
    assert save(page, agreed.deal.contracts.get(), **effects).status_code == 302
    assert finalise(page, agreed.deal).status_code == 302


@pytest.mark.parametrize(
    ("application_no", "filed_on", "last_day"),
    [
        ("201610305678.X", "2016-05-10", date(2036, 5, 9)),
        ("201310699744.2", "2013-12-17", date(2033, 12, 16)),
        ("202430000003.X", "2024-03-01", date(2039, 2, 28)),
    ],
)
def test_example_13_a_licence_ends_with_the_patent_though_nobody_typed_its_end(
    agreed, page, application_no, filed_on, last_day
):
    """F5: the term follows from the kind of patent and its filing date."""
    patent = {
        "title": "一种铜箔退火装置",
        "applicant": "示例大学",
        "application_no": application_no,
        "filed_on": filed_on,
    }
    typed = row_typed("patents", 0, **patent)
    license_ = {"contract_type": "license", "ip_type": "invention_patent"}
    after = date.fromordinal(last_day.toordinal() + 1)
    assert draft(page, agreed.deal, valid_until=after.isoformat(), **license_, **typed).status_code == 302
    assert str(GROUND_LABELS[Ground.LICENSE_TERM]) in finalise(page, agreed.deal).content.decode()

    assert save(page, agreed.deal.contracts.get(), valid_until=last_day.isoformat()).status_code == 302
    assert finalise(page, agreed.deal).status_code == 302


@pytest.mark.parametrize(
    ("effective", "due"),
    [
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2026, 3, 2), date(2026, 6, 2)),
    ],
)
def test_example_14_a_licence_is_recorded_within_three_months(effective, due):
    assert rules.recordal_due(effective) == due


def test_example_14_the_last_day_of_recordal_stands_on_the_page_of_a_licence_in_force(agreed, page):
    row = story.sign(story.draft(agreed, **RICH)).contract

    assert row.effective_on == date(2026, 3, 2)
    assert "2026-06-02" in page.get(reverse("agreements:detail", args=[row.id])).content.decode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"application_no": "201310699744.3"}, "check_digit"),
        ({"application_no": "2013106997442X"}, "shape"),
        ({"patent_no": "ZL201610305678.1"}, "check_digit"),
    ],
)
def test_a_patent_number_is_read_by_its_check_digit_over_the_api(rich, cast, api, changes, code):
    """F4: a wrong check digit was printed."""
    body = drafting.current_data(rich).model_dump(mode="json")
    body["patents"][1] |= changes

    with nothing_moves():
        answer = api.as_(cast.broker).send("put", f"/contracts/{rich.id}", body, version=1)

    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["loc"][-3:]) == (422, code, ["patents", 1, *changes])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ZL２０１６１０３０５６７８．Ｘ", "201610305678.X"),
        ("CN201610305678.x", "201610305678.X"),
        ("US 9,123,456 B2", "US 9,123,456 B2"),
        ("PCT/CN2020/123456", "PCT/CN2020/123456"),
    ],
)
def test_a_chinese_number_is_kept_as_it_is_filed_and_a_foreign_one_as_it_is_written(rich, page, typed, kept):
    number = {"application_no": typed, "patent_no": ""}
    assert save(page, rich, **row_typed("patents", 0, **number)).status_code == 302

    rich.refresh_from_db()
    assert rich.patents[0]["application_no"] == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"filed_on": date(2017, 5, 10)},
        {"expires_on": date(2099, 1, 1)},
        {"expires_on": date(2016, 1, 1)},
        {"patent_no": "ZL201310699744.2"},
    ],
)
def test_dates_and_numbers_of_a_patent_that_contradict_each_other_are_named(agreed, cast, changes):
    row = story.draft(agreed, **RICH | {"patents": [PATENT | changes]}).contract

    with pytest.raises(services.drafting.ContentIncomplete) as found:
        services.finalise_contract(actor=cast.broker, contract_id=row.id, version=None, at=MONDAY)

    assert Ground.PATENT_DATES in found.value.data["grounds"]


def test_a_doubtful_amount_is_asked_about_beside_its_box_and_kept_once_that_is_ticked(page, drafted):
    address = reverse("agreements:edit", args=[drafted.id])
    typed = shown(page, drafted) | {
        "contract_amount": "100",
        "technology_amount": "100",
        "deductions-count": "0",
        "instalments-count": "0",
    }

    asked = page.post(address, typed)
    boxes = lxml.html.fromstring(asked.content.decode()).xpath("//input[@name='confirmed']")
    answer = page.post(address, typed | {"confirmed": "amount_unit"})

    assert "单位是否有误" in asked.content.decode()
    assert [(box.get("type"), box.get("value")) for box in boxes] == [("checkbox", "amount_unit")]
    drafted.refresh_from_db()
    assert (answer.status_code, drafted.contract_amount) == (302, Decimal("100.00"))
