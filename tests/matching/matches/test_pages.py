"""The pages of matching: both sides beside each other, the operator's desk, and the quality that anyone may read."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from listings.catalog.models import Achievement, State
from market.kernel.models import Job
from matching.matches import quality_page, queue, scorer, services, verdicts
from matching.matches.models import Evaluation, Kind, Match, MatchState
from tests.cast import MONDAY

TITLE = "高导电铜合金线材"


@pytest.fixture
def pair(shelf):
    demand = shelf.demand(f"{TITLE}强度不足", budget=100000, required_maturity="mass_production")
    row = shelf.achievement(f"{TITLE}的强度提升", price=900000, maturity="sample")
    shelf.settle()
    return demand, row


def test_both_sides_stand_beside_each_other_with_the_shared_phrases_marked(pair, api):
    demand, row = pair

    page = api.get(f"/matches/pair/{demand.id}/{row.id}/").content.decode()

    assert page.count("<mark>") >= 2
    assert f"<mark>{TITLE}强度</mark>" in page or f"<mark>{TITLE}</mark>" in page
    assert "超出预算" in page
    assert "成熟度不足" in page


def test_a_pair_that_does_not_fit_is_shown_as_such(shelf, api):
    demand, row = shelf.demand(TITLE), shelf.achievement("脐橙保鲜", summary="", technology_field="", local_industry="")
    shelf.settle()

    page = api.get(f"/matches/pair/{demand.id}/{row.id}/").content.decode()

    assert "系统没有把这两项列为匹配" in page


def test_markup_in_a_title_stays_text(shelf, api):
    demand, row = shelf.demand(f"<b>{TITLE}</b>"), shelf.achievement(f"<script>{TITLE}</script>")
    shelf.settle()

    for address in (f"/matches/pair/{demand.id}/{row.id}/", f"/matches/demand/{demand.id}/"):
        page = api.get(address).content.decode()
        assert "<script>高" not in page
        assert "<b>高" not in page


def test_a_listing_that_waits_says_so_and_asks_again(shelf, api):
    demand = shelf.demand(TITLE)

    page = api.get(f"/matches/demand/{demand.id}/").content.decode()

    assert "正在匹配" in page
    assert 'hx-trigger="load delay:2s"' in page


def test_a_listing_that_was_sold_looks_for_nobody(pair, api):
    demand, row = pair
    Achievement.objects.filter(pk=row.pk).update(state=State.TRANSACTED)

    assert "不再寻找需求方" in api.get(f"/matches/achievement/{row.id}/").content.decode()
    assert str(row.id) not in api.get(f"/matches/demand/{demand.id}/").content.decode()


def test_a_withdrawn_partner_is_gone_at_once_though_its_match_is_still_stored(pair, api):
    demand, row = pair
    Achievement.objects.filter(pk=row.pk).update(state=State.WITHDRAWN)

    assert Match.objects.filter(demand=demand, achievement=row).exists()
    assert api.send("get", f"/demands/{demand.id}/matches").json()["items"] == []


def test_the_page_of_a_list_costs_the_same_for_ten_matches_as_for_two(shelf, api, django_assert_max_num_queries):
    demand = shelf.demand(TITLE)
    for number in range(10):
        shelf.achievement(f"{TITLE}{number}号")
    shelf.settle()

    with django_assert_max_num_queries(14):
        page = api.get(f"/matches/demand/{demand.id}/").content.decode()
    assert page.count('class="card match"') == 10


def test_the_operators_desk_counts_and_starts_and_retries(pair, cast, api):
    client = api.as_(cast.operator)
    MatchState.objects.filter(kind=Kind.DEMAND).update(
        due_since_at=MONDAY, attempts=queue.MAX_ATTEMPTS, last_error="ValueError: example"
    )
    page = client.get("/matching/").content.decode()
    assert "ValueError: example" in page

    client.post("/matching/retry/")
    assert queue.drain() == 1
    client.post("/matching/rematch/")

    job = Job.objects.get(kind="matching.match_all")
    assert job.state == Job.State.QUEUED
    assert "排队中" in client.get("/matching/").content.decode()


def test_the_job_matches_every_demand_anew(pair, cast):
    job = services.start_rematch(actor=cast.operator, at=MONDAY)
    Match.objects.all().delete()

    from market.kernel import jobs

    jobs.run(job.id)

    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"demands": 1, "pairs": 1})
    assert Match.objects.count() == 1


def test_anyone_reads_how_good_the_matches_are(db, api):
    page = api.get("/matching/quality/").content.decode()
    told = api.send("get", "/matching/quality").json()

    assert told["model"] == scorer.model_name()
    figure = told["report"]["cross_validated"]["ndcg@10"]
    assert str(figure) in page
    assert "BM25" in page
    assert page.count("<rect") == 8


def test_the_newest_recorded_evaluation_is_the_one_that_is_shown(db, api):
    report = {"ndcg@10": 0.7654, "demands": 3, "pairs": 30, "ece": 0.01, "baseline": {"ndcg@10": 0.7}, "bands": {}}
    Evaluation.objects.create(model=scorer.model_name(), report=report, evaluated_at=MONDAY)
    Evaluation.objects.create(model="another", report={"ndcg@10": 0.9999}, evaluated_at=MONDAY)

    page = api.get("/matching/quality/").content.decode()

    assert "0.7654" in page
    assert "0.9999" not in page
    assert quality_page.latest()["evaluated_at"] == MONDAY


def test_verdicts_are_exported_as_judgements_without_who_gave_them(pair, cast, tmp_path, capsys):
    demand, row = pair
    services.give_verdict(
        actor=cast.broker, demand_id=demand.id, achievement_id=row.id, code="immature", note="", at=MONDAY
    )
    services.give_verdict(
        actor=cast.enterprise_clerk, demand_id=demand.id, achievement_id=row.id, code="fits", note="", at=MONDAY
    )

    call_command("export_judgements", "--out", str(tmp_path / "judged"), "--json")

    assert json.loads(capsys.readouterr().out) == {"judgements": 1}
    lines = (tmp_path / "judged" / "judgements.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == ["demand_id\tachievement_id\tlevel", f"{demand.id}\t{row.id}\t3"]
    whole = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "judged").iterdir())
    assert str(cast.broker.organisation_id) not in whole
    assert list(verdicts.judgements()) == [(demand.id, row.id, 3)]


def test_a_folder_that_cannot_be_written_is_told(db, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="file"):
        call_command("export_judgements", "--out", str(tmp_path / "file"))
