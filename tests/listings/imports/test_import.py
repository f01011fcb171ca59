"""Files of listings: what is loaded, what is refused, and going on after a death."""

import json
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from listings.catalog.models import Achievement, Demand, State
from listings.imports import services
from market.kernel import jobs
from market.kernel.audit import AuditRow
from market.kernel.models import Job, OutboxEvent, PrivateFile
from tests.cast import MONDAY


def patents(count: int, first: int = 0) -> list[str]:
    return [
        json.dumps({"publication_no": f"CN{114081026 + number}A", "title": f"装置{number}", "ipc_subclasses": ["H02G"]})
        for number in range(first, first + count)
    ]


def test_good_lines_are_published_and_bad_ones_named(cast):
    lines = [*patents(3), "{", '{"publication_no": "CN1X", "title": "坏号码", "ipc_subclasses": []}', ""]

    outcome = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=lines, at=MONDAY, batch=2)

    assert (outcome.loaded, outcome.skipped, outcome.refused) == (3, 0, 2)
    assert [refusal.line for refusal in outcome.refusals] == [4, 5]
    rows = Achievement.objects.order_by("source_id")
    assert [(row.title, row.state, row.owner_id) for row in rows] == [
        (f"装置{number}", State.PUBLISHED, cast.university.id) for number in range(3)
    ]
    assert OutboxEvent.objects.filter(topic="listings.catalog.listing.changed").count() == 3


def test_a_second_run_goes_on_where_the_first_died(cast):
    """The first run dies between two batches; what it committed stays, and is not doubled."""

    def die(line, outcome):
        if line == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.import_lines(
            actor=cast.university_clerk, kind="achievement", lines=patents(6), at=MONDAY, batch=2, tell=die
        )
    assert Achievement.objects.count() == 2

    outcome = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=patents(6), at=MONDAY)

    assert (outcome.loaded, outcome.skipped) == (4, 2)
    assert Achievement.objects.count() == 6


def test_a_patent_that_the_owner_lists_already_is_passed_over_and_anothers_is_not(cast):
    services.import_lines(actor=cast.university_clerk, kind="achievement", lines=patents(1), at=MONDAY)

    again = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=patents(1), at=MONDAY)
    other = services.import_lines(actor=cast.enterprise_clerk, kind="achievement", lines=patents(1), at=MONDAY)

    assert (again.loaded, again.skipped, other.loaded) == (0, 1, 1)


def test_the_command_reports_and_refuses_an_unknown_owner(cast, tmp_path, capsys):
    file = tmp_path / "demands.jsonl"
    file.write_text('{"id": "1", "title": "需求一", "content": "难点"}\n{"id": "1", "title": "同号", "content": ""}\n')

    call_command("load_demands", str(file), owner=cast.enterprise.credit_code, json=True)

    report = json.loads(capsys.readouterr().out)
    assert (report["loaded"], report["skipped"], report["refused"]) == (1, 1, 0)
    assert Demand.objects.get().difficulties == "难点"
    with pytest.raises(CommandError, match="nobody there may publish"):
        call_command("load_demands", str(file), owner=cast.registry.credit_code, json=True)


def test_an_upload_becomes_a_job_and_the_job_loads_it(cast, api):
    upload = SimpleUploadedFile("patents.jsonl", "\n".join([*patents(2), "{"]).encode())

    started = api.as_(cast.university_clerk).post("/api/v1/achievements/import", {"file": upload})
    assert started.status_code == 202, started.content
    jobs.run(UUID(started.json()["id"]))

    job = Job.objects.get(pk=started.json()["id"])
    assert (job.state, job.total, job.done) == (Job.State.DONE, 3, 3)
    assert {key: job.result[key] for key in ("loaded", "skipped", "refused")} == {
        "loaded": 2,
        "skipped": 0,
        "refused": 1,
    }
    assert Achievement.objects.count() == 2
    assert AuditRow.objects.filter(action="import.started").count() == 1


@pytest.mark.parametrize("text", ["名称,领域\n装置,电子信息\n", "装置", "[]\n", "", "\n\n"])
def test_a_file_that_is_none_of_lines_of_json_is_refused_at_once(cast, api, text):
    upload = SimpleUploadedFile("achievements.csv", text.encode(), "text/csv")

    refused = api.as_(cast.university_clerk).post("/api/v1/achievements/import", {"file": upload})

    assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
    assert refused.json()["accepted"] == ["application/jsonl"]
    assert (Job.objects.count(), PrivateFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("person", ["stranger", "enterprise_finance", "registrar", "leader"])
def test_who_may_not_publish_may_not_import(cast, api, person):
    upload = SimpleUploadedFile("patents.jsonl", patents(1)[0].encode())

    refused = api.as_(getattr(cast, person)).post("/api/v1/achievements/import", {"file": upload})

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert Job.objects.count() == 0
    assert Achievement.objects.count() == 0


@pytest.mark.shared
def test_real_patents_and_demands_load(cast, shared):
    with (shared / "data" / "patents" / "patents.jsonl").open(encoding="utf-8") as content:
        lines = [line for line, _ in zip(content, range(500), strict=False)]
    demands = (shared / "data" / "demand_match" / "demands.jsonl").read_text(encoding="utf-8").splitlines()

    loaded = services.import_lines(actor=cast.university_clerk, kind="achievement", lines=lines, at=MONDAY)
    asked = services.import_lines(actor=cast.enterprise_clerk, kind="demand", lines=demands, at=MONDAY)

    assert (loaded.loaded, loaded.refused) == (500, 0)
    assert (asked.loaded, asked.refused) == (116, 0)
