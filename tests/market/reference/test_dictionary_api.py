"""`/api/v1/dictionaries`: open to everyone, in both languages, as on any day."""

import pytest

from market.reference import files

pytestmark = pytest.mark.django_db


def test_anyone_lists_the_dictionaries(api):
    answer = api.get("/api/v1/dictionaries")

    assert answer.status_code == 200
    body = answer.json()
    assert body["next"] is None
    assert [item["scheme"] for item in body["items"]] == [listed.scheme for listed in files.read_lists()]
    assert body["items"][0]["scheme"] == "technology_field"
    assert body["items"][0]["name"] == "技术领域"
    assert len(body["items"][0]["fingerprint"]) == 64


def test_a_dictionary_holds_its_codes_in_order(api):
    body = api.get("/api/v1/dictionaries/technology_field").json()

    assert [item["code"] for item in body["items"]] == [f"{number:02d}" for number in range(1, 12)]
    assert body["items"][4] == {
        "code": "05",
        "name": "新材料及其应用",
        "name_zh": "新材料及其应用",
        "name_en": "New materials and their application",
        "parent": "",
        "valid_from": "2000-01-01",
        "valid_until": None,
        "evidence": "inferred",
        "source": body["source"],
    }


def test_names_follow_the_language_asked_for(api):
    body = api.get("/api/v1/dictionaries/contract_type", headers={"Accept-Language": "en"}).json()

    assert body["name"] == "Technology contract type"
    assert [item["name"] for item in body["items"]] == ["Development", "Assignment", "Licence", "Consulting", "Service"]


def test_a_dictionary_is_as_on_the_day_asked_for(api):
    old = api.get("/api/v1/dictionaries/contract_type?on=2020-12-31").json()

    assert old["on"] == "2020-12-31"
    assert [item["code"] for item in old["items"]] == ["development", "assignment", "consulting", "service"]


def test_children_of_a_code_are_had_alone(api):
    towns = api.get("/api/v1/dictionaries/region?parent=360781").json()["items"]
    provinces = api.get("/api/v1/dictionaries/region?parent=").json()["items"]
    none = api.get("/api/v1/dictionaries/region?parent=999999").json()["items"]

    assert (len(towns), towns[0]["name"]) == (18, "象湖镇")
    assert (len(provinces), none) == (34, [])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fruit", 404, "not_found"),
        ("/Technology-Field", 422, "invalid_input"),
        ("/%00", 422, "invalid_input"),
        (f"/{'a' * 41}", 422, "invalid_input"),
        ("/region?on=yesterday", 422, "invalid_input"),
        (f"/region?parent={'3' * 41}", 422, "invalid_input"),
        ("/region?parents=360781", 400, "unknown_parameter"),
        ("?scheme=region", 400, "unknown_parameter"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(api, path, status, code):
    answer = api.get(f"/api/v1/dictionaries{path}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


@pytest.mark.parametrize("path", ["", "/region"])
def test_dictionaries_are_read_only(api, path):
    assert api.post(f"/api/v1/dictionaries{path}").status_code == 405


def test_the_queries_of_a_dictionary_do_not_grow_with_it(api, django_assert_num_queries):
    api.get("/api/v1/dictionaries/region")
    api.get("/api/v1/dictionaries/pricing")

    for scheme in ("region", "pricing"):
        with django_assert_num_queries(2):
            api.get(f"/api/v1/dictionaries/{scheme}")
