"""Each line of a file stands alone, acts for who sent it, and is named where it is left out."""

import json
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import translation

from listings.catalog.models import Achievement
from listings.imports import services
from listings.imports.records import Record, read
from market.accounts import services as accounts
from market.kernel import jobs
from market.kernel.models import Job
from tests.cast import MONDAY
from tests.market.accounts.desk import issue, machine

GOOD = ['{"id":"1","title":"好的一行"}', '{"id":"3","title":"又一好行"}']
TWICE = [{"publication_no": "CN114735076B", "title": "甲"}, {"publication_no": "CN114735076B", "title": "甲"}]
BAD = {
    "a patent twice": ({"patents": TWICE}, "patent_twice"),
    "a patent of the year 9999": (
        {"patents": [{"publication_no": "CN114735076B", "title": "甲", "filed_on": "9999-01-01"}]},
        "year_out_of_range",
    ),
    "a number as a date": ({"expires_on": 0}, "date_invalid"),
    "an end in the past": ({"expires_on": "2020-01-01"}, "listing_expired"),
    "a NUL": ({"title": "坏\x00题"}, "unreadable_character"),
    "an override of direction": ({"title": "坏\u202e题"}, "unreadable_character"),
    "a noncharacter": ({"summary": "坏\uffff题"}, "unreadable_character"),
    "nothing that is seen": ({"title": "\u200b\u200b"}, "string_too_short"),
    "a price beyond the column": ({"price": "1e30"}, "decimal_max_digits"),
    "no level": ({"readiness_level": 2**31}, "less_than_equal"),
    "no id": ({"id": {"a": 1}}, "id_invalid"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_and_the_others_go_on(cast, name):
    values, code = BAD[name]
    bad = json.dumps({"id": "2", "title": "坏行"} | values)

    found = services.import_lines(
        actor=cast.university_clerk, kind="achievement", lines=[GOOD[0], bad, GOOD[1]], at=MONDAY
    )

    assert (found.loaded, found.refused) == (2, 1)
    assert [(item.line, item.code) for item in found.refusals] == [(2, code)]


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "title: 至少 2 个字符"), ("en", "title: at least 2 characters")]
)
def test_the_reason_is_in_the_readers_language(language, words):
    with translation.override(language):
        assert read("achievement", 1, '{"title": "x"}').message == words


def test_an_id_that_went_through_a_spreadsheet_is_the_same_id(cast):
    ids = [1, 1.0, "1", " 1 ", "1.0", "\ufeff1"]
    lines = [json.dumps({"id": value, "title": "铜箔退火工艺"}) for value in ids]

    found = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=lines, at=MONDAY)

    assert (found.loaded, found.skipped) == (1, 5)
    assert [(item.line, item.code) for item in found.skips] == [(line, "id_twice") for line in range(2, 7)]


def test_a_line_that_is_passed_over_is_named_with_its_reason(cast):
    line = '{"publication_no": "CN114735076B", "title": "甲装置"}'
    other = '{"id": "2", "title": "乙装置", "patents": [{"publication_no": "CN 114735076 B", "title": "乙"}]}'
    services.import_lines(actor=cast.university_clerk, kind="achievement", lines=[line], at=MONDAY)

    again = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=[line, other], at=MONDAY)

    assert [(item.line, item.code) for item in again.skips] == [(1, "known_id"), (2, "patent_listed")]


def test_a_zero_is_an_id_and_nothing_is_none():
    zero, none = read("achievement", 1, '{"id": 0, "title": "铜箔"}'), read("achievement", 1, '{"title": "铜箔"}')

    assert isinstance(zero, Record)
    assert isinstance(none, Record)
    assert (zero.key, len(none.key)) == ("0", 64)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_file_of_another_encoding_is_loaded_as_what_it_says(cast, api, encoding):
    rows = [{"id": "1", "title": "铜箔退火工艺"}, {"id": "2", "title": "脐橙保鲜膜"}]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(encoding)

    started = api.as_(cast.university_clerk).post(
        "/api/v1/achievements/import", {"file": SimpleUploadedFile("a.jsonl", content)}
    )
    jobs.run(UUID(started.json()["id"]))

    job = Job.objects.get()
    assert (job.result["loaded"], job.result["refused"], job.result["encoding"]) == (2, 0, encoding)
    assert set(Achievement.objects.values_list("title", flat=True)) == {"铜箔退火工艺", "脐橙保鲜膜"}


def test_a_file_of_no_known_encoding_is_refused_by_name_and_nothing_is_published(cast, api):
    content = "銅箔の焼鈍方法をテストする".encode("shift_jis")

    answer = api.as_(cast.university_clerk).post(
        "/api/v1/achievements/import", {"file": SimpleUploadedFile("a.jsonl", content)}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "encoding_unknown")
    assert not Job.objects.exists()


def test_the_command_reads_other_encodings_too(cast, tmp_path, capsys):
    file = tmp_path / "patents.jsonl"
    file.write_bytes('{"id":"1","title":"铜箔退火工艺"}'.encode("gb18030"))

    call_command("load_patents", str(file), owner=cast.university.credit_code, json=True)

    assert json.loads(capsys.readouterr().out)["loaded"] == 1
    assert Achievement.objects.get().title == "铜箔退火工艺"


def upload_with_key(cast):
    key, token = issue(cast.university_clerk, scopes=("achievements:read", "achievements:write", "jobs:read"))
    upload = SimpleUploadedFile("a.jsonl", "\n".join(GOOD).encode())
    started = machine(token).post("/api/v1/achievements/import", {"file": upload})
    assert started.status_code == 202, started.content
    return key, started.json()["id"]


def test_a_key_imports_for_its_organisation(cast, api):
    _key, job_id = upload_with_key(cast)

    jobs.run(UUID(job_id))

    job = Job.objects.get()
    assert (job.state, job.result["loaded"]) == (Job.State.DONE, 2)
    assert set(Achievement.objects.values_list("owner", flat=True)) == {cast.university.id}


def test_a_key_that_was_revoked_meanwhile_imports_nothing(cast, api):
    key, job_id = upload_with_key(cast)
    accounts.revoke_api_key(actor=cast.university_clerk, key_id=key.id, at=MONDAY)

    jobs.run(UUID(job_id))

    assert Job.objects.get().state == Job.State.FAILED
    assert not Achievement.objects.exists()


def test_a_member_who_left_meanwhile_imports_nothing(cast, api):
    upload = SimpleUploadedFile("a.jsonl", "\n".join(GOOD).encode())
    started = api.as_(cast.enterprise_clerk).post("/api/v1/achievements/import", {"file": upload})
    cast.enterprise.memberships.filter(user=cast.enterprise_clerk.user_id).update(ended_at=MONDAY)

    jobs.run(UUID(started.json()["id"]))

    assert Job.objects.get().state == Job.State.FAILED
    assert not Achievement.objects.exists()
