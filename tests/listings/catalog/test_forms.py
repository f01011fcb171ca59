"""A listing's form: what it shows is what the row holds, and what it does not show it leaves alone."""

import json
from datetime import date
from typing import Any

import pytest

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.forms import split
from listings.catalog.models import Achievement, Demand, Patent
from listings.imports import services as imports
from market.kernel.problems import InvalidInput
from market.reference.identifiers.patents import check_digit
from tests import story as telling
from tests.cast import MONDAY
from tests.forms import untouched

PATENTS = [
    {
        "publication_no": "CN114735076B",
        "title": "甲",
        "patentee": "示例大学",
        "applicant": "示例大学、示例研究院",
        "filed_on": "2020-01-02",
        "granted_on": "2022-03-04",
    },
    {"application_no": "201310699744.2", "title": "乙"},
    {"publication_no": "CN109022882B", "application_no": f"201811234567.{check_digit('201811234567')}", "title": "丙"},
]


def whole(row: Any) -> dict[str, Any]:
    """The row and its children, column by column."""
    row.refresh_from_db()
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    for relation in row._meta.related_objects:
        if relation.one_to_many:
            children = getattr(row, relation.get_accessor_name()).order_by("pk").values()
            values[relation.get_accessor_name()] = list(children)
    return values


@pytest.fixture
def achievement(cast):
    data = AchievementData(
        **(
            telling.ACHIEVEMENT
            | {
                "patents": PATENTS,
                "advantages": "创新点",
                "requirements": "合作要求",
                "completed_by": "示例大学",
                "contributors": ["张三", "李四"],
                "keywords": ["铜,箔", "退火"],
                "expires_on": date(2030, 1, 1),
                "readiness_level": 7,
                "industries": ["C3251"],
                "ipc_codes": ["H01B 7/00", "C22F 1/08"],
            }
        ),
    )
    row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)
    # What no owner types: the register said so, and a term was extended.
    row.patents.filter(publication_no="CN114735076B").update(
        legal_status=Patent.LegalStatus.IN_FORCE, expires_on=date(2041, 6, 1)
    )
    return row


@pytest.fixture
def demand(cast):
    data = DemandData(**(telling.DEMAND | {"current_state": "现有基础", "expires_on": date(2030, 1, 1)}))
    return catalog.create_demand(actor=cast.enterprise_clerk, data=data, at=MONDAY)


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_a_listing_opened_and_saved_without_a_change_is_equal_with_its_children(kind, api, cast, achievement, demand):
    row = {"achievement": achievement, "demand": demand}[kind]
    client = api.as_({"achievement": cast.university_clerk, "demand": cast.enterprise_clerk}[kind])
    before = whole(row)

    answer = client.post(f"/my/listings/{kind}/{row.pk}/edit", untouched(client, f"/my/listings/{kind}/{row.pk}/edit"))

    assert answer.status_code == 302
    assert whole(row) == before


def test_one_word_changed_leaves_everything_else_as_it_was(api, cast, achievement):
    client, address = api.as_(cast.university_clerk), f"/my/listings/achievement/{achievement.pk}/edit"
    before = whole(achievement)

    client.post(address, untouched(client, address) | {"summary": ["新的简介"]})

    after = whole(achievement)
    differing = {name for name in after if after[name] != before[name]}
    assert differing == {"summary", "version", "updated_at"}


def test_patents_are_added_changed_and_taken_away_without_a_script(api, cast, achievement):
    client, address = api.as_(cast.university_clerk), f"/my/listings/achievement/{achievement.pk}/edit"
    form = untouched(client, address)
    place = {form[f"patents-{index}-title"][0]: index for index in range(3)}

    client.post(
        address,
        form
        | {
            f"patents-{place['乙']}-DELETE": ["on"],
            f"patents-{place['甲']}-patentee": ["示例研究院"],
            "patents-3-application_no": ["ＣＮ１１４０８１０２６Ａ"],
        },
    )

    found = {row.title: row for row in achievement.patents.all()}
    assert set(found) == {"甲", "丙", achievement.title}
    assert (found["甲"].patentee, found["甲"].legal_status, found["甲"].expires_on) == (
        "示例研究院",
        Patent.LegalStatus.IN_FORCE,
        date(2041, 6, 1),
    )
    assert found[achievement.title].publication_no == "CN114081026A"


def test_a_full_width_publication_number_in_either_field_is_read(api, cast):
    client = api.as_(cast.university_clerk)

    client.post(
        "/achievements/new",
        {
            "title": "铜箔退火工艺",
            "disclosure": "public",
            "patents-TOTAL_FORMS": "1",
            "patents-INITIAL_FORMS": "0",
            "patents-0-application_no": "‘ＣＮ１１４７３５０７６Ｂ’\u200b",
        },
    )

    assert Patent.objects.get().publication_no == "CN114735076B"


def test_what_is_wrong_in_a_row_is_said_at_its_field_and_listed_at_the_top_with_a_jump(api, cast, achievement):
    client, address = api.as_(cast.university_clerk), f"/my/listings/achievement/{achievement.pk}/edit"
    wrong = {"patents-3-publication_no": ["CN114735076B"], "patents-3-title": ["又一次"], "ipc_codes": ["H01B 7/00"]}

    page = client.post(address, untouched(client, address) | wrong)
    also = client.post(address, untouched(client, address) | {"ipc_codes": ["铜"]})

    assert page.context["beneath"].forms[3].errors["publication_no"] == ["专利 CN114735076B 已在本成果中列出"]
    assert '<a href="#id_patents-3-publication_no">' in page.content.decode()
    assert '<a href="#id_ipc_codes">' in also.content.decode()
    assert achievement.patents.count() == 3


def test_a_patent_named_twice_is_refused_at_its_place(api, cast):
    twice = [{"publication_no": "CN114735076B", "title": "甲"}, {"publication_no": "CN 114735076 B", "title": "甲"}]

    answer = api.as_(cast.university_clerk).send(
        "post", "/achievements", {"title": "同一专利写了两次", "patents": twice}
    )

    assert answer.status_code == 422
    assert [(item["loc"], item["code"]) for item in answer.json()["errors"]] == [
        (["patents", 1, "publication_no"], "patent_twice")
    ]
    assert not Achievement.objects.exists()


def test_a_title_with_a_vertical_tab_is_kept_on_one_line_and_a_noncharacter_is_refused(api, cast):
    client = api.as_(cast.university_clerk)

    broken = client.send("post", "/achievements", {"title": "铜箔\x0b退火工艺"})
    refused = client.send("post", "/achievements", {"title": "铜箔\uffff退火工艺"})

    assert (broken.status_code, broken.json()["title"]) == (201, "铜箔 退火工艺")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unreadable_character")
    assert not Demand.objects.exists()


@pytest.mark.parametrize("field", ["filed_on", "granted_on"])
def test_a_patent_is_neither_filed_nor_granted_on_a_day_to_come(cast, field):
    data = AchievementData(title="铜合金", patents=[PATENTS[1] | {field: "2026-03-03"}])

    with pytest.raises(InvalidInput) as refused:
        catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)

    assert [(error["loc"], error["code"]) for error in refused.value.data["errors"]] == [
        (["patents", 0, field], "in_future")
    ]


def test_a_blank_parts_chinese_keywords_and_leaves_english_ones_whole():
    assert split("铜合金 线材　连续铸造") == ["铜合金", "线材", "连续铸造"]
    assert split("machine vision，铜 箔；5G 基站") == ["machine vision", "铜", "箔", "5G 基站"]


def test_a_telephone_number_is_kept_alike_from_the_page_the_api_and_a_file(cast, api):
    typed = "（０７９７）２５２ ３４５６"
    client = api.as_(cast.university_clerk)

    rows = {"patents-TOTAL_FORMS": "0", "patents-INITIAL_FORMS": "0"}
    client.post("/achievements/new", {"title": "由页面", "disclosure": "public", "contact_phone": typed} | rows)
    client.send("post", "/achievements", {"title": "由接口", "contact_phone": typed})
    line = json.dumps({"title": "由文件", "contact_phone": typed})
    imports.import_lines(actor=cast.university_clerk, kind="achievement", lines=[line], at=MONDAY)

    kept = dict(Achievement.objects.filter(title__startswith="由").values_list("title", "contact_phone"))
    assert kept == dict.fromkeys(["由页面", "由接口", "由文件"], "0797-2523456")
