"""Looking codes up on a day, in a language, and without asking the database each time."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.template import Context, Template
from django.utils import translation

from market.kernel.actor import SYSTEM
from market.reference import files, queries, services
from market.reference.models import CodeList
from tests.market.reference.rows import listed, scheme

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ON = date(2026, 3, 2)


def load(*codes) -> None:
    services.load_code_lists(actor=SYSTEM, lists=[*files.read_lists(), scheme(*codes)], at=MONDAY)


def test_names_come_in_the_order_of_the_list_and_are_the_choices_of_a_form():
    load(listed("pear", "梨"), listed("apple", "苹果"), listed("old", "旧", valid_until=date(2021, 1, 1)))

    assert list(queries.names("fruit", ON).items()) == [("pear", "梨"), ("apple", "苹果")]
    assert queries.choices("fruit", ON) == [("pear", "梨"), ("apple", "苹果")]
    assert list(queries.names("fruit", date(2020, 6, 1))) == ["pear", "apple", "old"]


def test_names_are_english_where_english_is_active_and_there_is_one():
    load(listed("pear", "梨", name_en="Pear"), listed("apple", "苹果"))

    with translation.override("en"):
        assert queries.names("fruit", ON) == {"pear": "Pear", "apple": "苹果"}
    assert queries.names("fruit", ON) == {"pear": "梨", "apple": "苹果"}


def test_a_label_is_of_the_day_else_the_newest_else_the_code():
    load(
        listed("a", "甲", valid_until=date(2022, 1, 1)),
        listed("a", "乙", valid_from=date(2022, 1, 1), valid_until=date(2024, 1, 1)),
    )

    assert queries.label("fruit", "a", date(2021, 12, 31)) == "甲"
    assert queries.label("fruit", "a", date(2022, 1, 1)) == "乙"
    assert queries.label("fruit", "a", ON) == "乙"
    assert queries.label("fruit", "a") == "乙"
    assert queries.labels("fruit", ["a", "unheard_of"]) == ["乙", "unheard_of"]


def test_validity_begins_on_the_first_day_and_ends_before_the_last():
    load(listed("a", valid_from=date(2022, 1, 1), valid_until=date(2024, 1, 1)))

    days = [date(2021, 12, 31), date(2022, 1, 1), date(2023, 12, 31), date(2024, 1, 1)]

    assert [queries.is_valid("fruit", "a", day) for day in days] == [False, True, True, False]
    assert queries.unknown_codes("fruit", ["a", "b"], date(2023, 1, 1)) == ["b"]


def test_a_misspelled_list_is_an_error_and_not_an_empty_one():
    with pytest.raises(queries.UnknownScheme):
        queries.names("technology_fields", ON)


def test_29_ruijin_its_towns_and_what_it_was_called_before():
    assert [entry.code for entry in queries.ancestors("region", "360781", ON)] == ["360700", "360000"]
    assert [entry.code for entry in queries.ancestors("region", "360781100", ON)] == ["360781", "360700", "360000"]
    assert len(queries.children("region", "360781", ON)) == 18
    assert [entry.code for entry in queries.predecessors("region", "360781")] == ["362102", "362134"]
    assert queries.current_code("region", "362134") == "360781"
    assert queries.current_code("region", "360781") == "360781"
    assert queries.label("region", "362134", date(1990, 1, 1)) == "瑞金县"
    assert queries.is_valid("region", "362134", date(1990, 1, 1)) is True
    assert queries.is_valid("region", "362134", ON) is False
    assert queries.is_valid("region", "360701", ON) is False


def test_29_below_ganzhou_are_its_counties_each_before_its_towns():
    below = [entry.code for entry in queries.descendants("region", "360700", ON)]

    assert len(below) == 18 + 18
    assert below.index("360781") + 1 == below.index("360781100")


def test_30_an_industry_leads_up_to_its_section():
    above = queries.ancestors("industry", "C3831", ON)

    assert [(entry.code, entry.name) for entry in above] == [
        ("C383", "电线、电缆、光缆及电工器材制造"),
        ("C38", "电气机械和器材制造业"),
        ("C", "制造业"),
    ]
    assert queries.is_valid("industry", "C3831", date(2017, 9, 30)) is False


def test_children_may_stand_in_a_list_of_their_own():
    assert [entry.code for entry in queries.children("contract_subtype", "development", ON)] == [
        "commissioned_development",
        "cooperative_development",
        "achievement_implementation",
    ]


def test_licences_are_a_type_since_the_civil_code():
    assert "license" not in queries.names("contract_type", date(2020, 12, 31))
    assert "license" in queries.names("contract_type", date(2021, 1, 1))


def test_a_thousand_labels_of_a_request_cost_one_query(api, django_assert_num_queries):
    queries.label("industry", "C3831")
    api.get("/livez")

    with django_assert_num_queries(1):
        for _ in range(1000):
            queries.label("industry", "C3831")


def test_a_list_is_read_once_in_two_statements(django_assert_num_queries):
    load(listed("apple", "苹果"))

    with django_assert_num_queries(2):
        queries.names("fruit", ON)
        queries.names("fruit", ON)


def test_a_load_elsewhere_is_seen_by_the_next_request(api):
    load(listed("apple", "苹果"))
    assert queries.label("fruit", "apple") == "苹果"

    CodeList.objects.get(scheme="fruit").codes.update(name_zh="红苹果")
    CodeList.objects.filter(scheme="fruit").update(fingerprint="f" * 64)
    assert queries.label("fruit", "apple") == "苹果"
    api.get("/livez")

    assert queries.label("fruit", "apple") == "红苹果"


def test_a_load_that_was_undone_leaves_nothing_behind():
    load(listed("apple", "苹果"))
    with transaction.atomic():
        load(listed("apple", "红苹果"))
        assert queries.label("fruit", "apple") == "红苹果"
        transaction.set_rollback(True)
    queries.forget()

    assert queries.label("fruit", "apple") == "苹果"


def test_a_template_shows_names_for_codes():
    template = Template(
        '{% load codes %}{{ one|code_label:"technology_field" }} · {{ many|code_labels:"ip_type"|join:"、" }}'
    )

    shown = template.render(Context({"one": "05", "many": ["know_how", "none"]}))

    assert shown == "新材料及其应用 · 技术秘密、未涉及知识产权"
    assert template.render(Context({"one": "", "many": None})) == " · "
