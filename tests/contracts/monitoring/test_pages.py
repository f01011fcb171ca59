"""The list of eight, an indicator's page, and what the office and the operator find on it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contracts.monitoring.models import IndicatorValue, Responsibility
from tests.story import SCAN


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page(no=3) -> str:
    return reverse("monitoring:indicator", args=[no])


def form(**values):
    scan = SimpleUploadedFile("notice.pdf", SCAN, "application/pdf")
    return {"year": "2021", "value": "45", "source_text": "备案公告", "proof": scan} | values


def test_the_list_says_in_words_and_shapes_how_each_indicator_stands(office, api):
    office.publishes("43", year=2021)

    shown = text(api.get(reverse("monitoring:list") + "?year=2021"))

    assert "2021 年：1 项达到路径，0 项低于路径，0 项明显低于路径，7 项暂无数值。" in shown
    assert "● 达到路径" in shown
    assert "○ 暂无数值" in shown
    assert "21–23" in shown


@pytest.mark.parametrize("query", ["", "?year=1800", "?year=x", "?year=²"])
def test_the_list_shows_the_plans_last_year_that_is_over(office, api, query):
    assert api.get(reverse("monitoring:list") + query).context["year"] == 2025


def test_the_figures_page_has_the_eight_beneath_it(office, api):
    office.publishes("43", year=2021)

    dashboard = api.get(reverse("turnover:dashboard") + "?period=2021").content.decode()

    part = reverse("monitoring:year-part", args=[2021])
    assert f'hx-get="{part}"' in dashboard
    assert "累计高新技术企业" in text(api.get(part))
    assert api.get(reverse("monitoring:year-part", args=[2026])).context["year"] == 2025
    assert api.get(reverse("monitoring:year-part", args=[1066])).status_code == 404


def test_the_office_enters_on_the_page_and_another_person_confirms(office, api):
    clerk, second = api.as_(office.clerk), api.as_(office.second)

    answer = clerk.post(reverse("monitoring:enter", args=[3]), form(), follow=True)
    assert "已录入，请由本单位另一人复核。" in text(answer)
    assert "此值由您录入，须由本单位另一人确认。" in text(answer)
    row = IndicatorValue.objects.get()
    confirm = reverse("monitoring:step", args=[row.id, "confirm"])
    assert confirm not in answer.content.decode()
    assert confirm in second.get(page()).content.decode()
    answer = second.post(confirm, {"version": 1}, follow=True)

    assert "已完成：复核无误，确认" in text(answer)
    assert "45" in text(api.get(page()))


def test_what_is_refused_is_said_beside_the_field(office, api):
    answer = api.as_(office.clerk).post(reverse("monitoring:enter", args=[3]), form(value="45.5"))

    assert answer.status_code == 409
    assert answer.context["enter_form"].errors == {
        "value": ["该指标按整数计数"],
        "proof": ["内容未保存，请重新选择文件"],
    }
    assert IndicatorValue.objects.count() == 0


def test_a_stale_confirmation_is_said_on_the_page(office, api):
    row = office.enters("45")

    answer = api.as_(office.second).post(reverse("monitoring:step", args=[row.id, "confirm"]), {"version": 7})

    assert answer.status_code == 409
    assert "本单位的人已于" in text(answer)


def test_a_value_is_sent_back_with_its_reason(office, api):
    row = office.enters("45")

    address = reverse("monitoring:step", args=[row.id, "reject"])
    api.as_(office.second).post(address, {"version": 1, "reason": "与公告不符"})

    assert "已退回 与公告不符" in text(api.as_(office.clerk).get(page()))
    assert "与公告不符" not in text(api.get(page()))


def test_the_operator_assigns_on_the_page(office, api):
    operator = api.as_(office.cast.operator)
    assert "指定责任单位" in text(operator.get(page(1)))

    address = reverse("monitoring:assign", args=[1])
    operator.post(address, {"organisation_id": str(office.cast.government.id), "due_days": 45})

    assert Responsibility.objects.get(indicator__no=1).due_days == 45
    assert "年度结束后 45 天内报送" in text(api.get(page(1)))


def test_the_turnovers_page_has_no_form_and_leads_to_its_lines(office, api, city):
    office.answers_for(7)
    shown = api.as_(office.clerk).get(page(7))

    assert shown.context["enter_form"] is None
    assert reverse("turnover:year", args=[2025]) in shown.content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("leader", 200),
        ("auditor", 200),
        ("operator", 200),
        ("registrar", 403),
        ("stranger", 403),
        ("nobody", 401),
    ],
)
def test_the_proof_of_a_published_value_is_for_those_who_watch(office, api, name, status):
    row = office.publishes("45")
    client = api if name == "nobody" else api.as_(getattr(office.cast, name))

    answer = client.get(reverse("monitoring:proof-file", args=[row.id]))

    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content) == SCAN


def test_a_passer_by_sees_no_button_and_no_proof(office, api):
    office.publishes("45")

    shown = api.get(page()).content.decode()

    assert "/values" not in shown
    assert "证明材料" not in shown
