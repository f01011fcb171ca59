"""补正, the second person's way back, refusal and resubmission: what was said stays, and whom it concerns is told."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from contracts.registration import queries, rules, services
from contracts.registration.history import history_of
from contracts.registration.models import Attachment, Registration, Round
from contracts.registration.problems import GroundsUnknown, RegistrationRevoked
from contracts.registration.rules import RULE_SETS, Reapplication, reapplication
from market.kernel.actor import Role
from market.kernel.files import FileRefused
from market.kernel.problems import SecondPersonNeeded, WrongState
from market.notices.models import Notice
from market.reference import files
from market.reference.calendar import WorkingCalendar
from tests import story
from tests.cast import MONDAY, MONDAY_ON, member
from tests.contracts.registration.desk import apply_for, approve, cancel, paper, register, revoke, submit
from tests.contracts.standing import actions, refused

State = Registration.State
OLD, NEW = RULE_SETS
CALENDAR = WorkingCalendar(tuple(files.read_years()))
LATER = MONDAY + timedelta(days=7)


def against(told: story.Story, verb: Any, *, actor: Any = None, grounds: tuple[str, ...] = ("proof_missing",)) -> Any:
    return verb(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        grounds=list(grounds),
        remark="请补交授权书",
        at=MONDAY,
    )


def attach(told: story.Story, kind: str = "scan", document: Any = None, *, at: Any = LATER) -> Registration:
    return services.attach_document(
        actor=told.cast.university_clerk,
        registration_id=told.registration.id,
        version=None,
        kind=Attachment.Kind(kind),
        document=document or paper(),
        at=at,
    )


def told_to(title: str) -> set[UUID | None]:
    """Who got a notice whose title contains the words."""
    return set(Notice.objects.filter(title__contains=title).values_list("user", flat=True))


# 补正


def test_a_correction_is_answered_with_papers_and_what_was_asked_for_stays(accepted, cast, api):
    against(accepted, services.request_supplement)
    applicant = api.as_(cast.university_clerk)
    address = reverse("registration:step", args=[accepted.registration.id, "attach"])

    answer = applicant.post(address, {"version": 4, "kind": "scan", "document": paper()})
    row = submit(Registration.objects.get(), cast.university_clerk, at=LATER)

    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert (row.state, row.grounds) == (State.SUBMITTED, [])
    for client in (applicant, api.as_(cast.registrar)):
        page = client.get(reverse("registration:detail", args=[row.id])).content.decode()
        assert "更换的合同扫描件" in page
        assert "要求补正：证明材料缺失或无效" in page
        assert "请补交授权书" in page
    opened = api.as_(cast.registrar).get(reverse("registration:attachment", args=[Attachment.objects.get().id]))
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")


def test_papers_and_rounds_are_told_over_the_wire(accepted, cast, api):
    against(accepted, services.request_supplement)
    client = api.as_(cast.university_clerk)
    row = Registration.objects.get()

    answer = client.post(
        f"/api/v1/registrations/{row.id}/attach",
        {"kind": "agreement", "document": paper()},
        headers={"If-Match": f'"{row.version}"'},
    )

    papers = client.send("get", f"/registrations/{row.id}/papers").json()
    assert (answer.status_code, answer.json()["version"]) == (200, row.version + 1)
    assert [(each["kind"], each["document"]["name"]) for each in papers["attachments"]] == [("agreement", "paper.pdf")]
    assert [(each["kind"], each["grounds"]) for each in papers["rounds"]] == [("correction", ["proof_missing"])]


def test_a_later_scan_stands_before_the_one_it_replaces_and_none_is_lost(accepted, cast):
    against(accepted, services.request_supplement)
    attach(accepted)
    attach(accepted, document=ContentFile(story.SCAN, "second.pdf"), at=LATER + timedelta(hours=1))

    found = queries.attachments_of(accepted.registration, actor=cast.registrar)
    assert [row.document.name for row in found] == ["second.pdf", "paper.pdf"]
    assert actions(accepted.registration)[-2:] == ["registration.document_attached"] * 2


def test_what_is_no_paper_is_refused_and_nothing_is_kept(accepted):
    against(accepted, services.request_supplement)

    with refused(FileRefused):
        attach(accepted, document=ContentFile(b"MZ\x90", "paper.pdf"))

    assert Attachment.objects.count() == 0


def test_papers_are_added_only_while_the_applicant_has_the_application(accepted):
    with refused(WrongState):
        attach(accepted)


# Whom it concerns


def test_the_registrars_are_told_that_a_correction_was_answered(accepted, cast):
    against(accepted, services.request_supplement)
    assert told_to("需要补正") == {cast.university_clerk.user_id}

    submit(Registration.objects.get(), cast.university_clerk, at=LATER)

    assert told_to("登记申请已补正") == {cast.registrar.user_id}


def test_both_parties_are_told_that_a_contract_is_not_registered(accepted, cast):
    against(accepted, services.refuse_registration)

    assert told_to("不予登记") == {cast.university_clerk.user_id, cast.enterprise_clerk.user_id}


def test_the_registrar_is_told_that_the_second_person_refused(large, cast):
    register(large)

    against(large, services.refuse_registration, actor=cast.approver)

    assert told_to("大额复审不予登记") == {cast.registrar.user_id}


# The course of events


def test_every_step_is_told_with_its_office_and_reason_and_people_only_to_their_own(large, cast, api):
    against(large, services.request_supplement)
    submit(Registration.objects.get(), cast.university_clerk)
    row = services.accept_registration(
        actor=cast.registrar, registration_id=large.registration.id, version=None, at=MONDAY
    )
    register(large)
    against(large, services.send_back_registration, actor=cast.approver, grounds=("price_unclear",))
    register(large)
    approve(large, cast.approver)

    seen = {name: history_of(row, actor=getattr(cast, name)) for name in ("university_clerk", "registrar", "operator")}

    applicant = [
        *("opened", "submitted", "accepted", "correction_requested", "submitted", "accepted"),
        *("escalated", "escalated", "registered"),
    ]
    office = [*applicant[:7], "sent_back", *applicant[7:]]
    for name, steps in (("university_clerk", applicant), ("registrar", office), ("operator", office)):
        assert [step.action.removeprefix("registration.") for step in seen[name]] == steps
    asked = next(step for step in seen["university_clerk"] if step.action.endswith("correction_requested"))
    assert (asked.organisation, asked.person) == (cast.registry.name, "")
    assert asked.detail.startswith("证明材料缺失或无效")
    assert seen["university_clerk"][0].person
    assert all(step.person for step in seen["operator"])
    page = api.as_(cast.university_clerk).get(reverse("registration:detail", args=[row.id])).content.decode()
    assert "要求补正：证明材料缺失或无效" in page.partition('id="history"')[2]
    papers = api.as_(cast.university_clerk).send("get", f"/registrations/{row.id}/papers").json()
    assert [step["action"].removeprefix("registration.") for step in papers["history"]] == applicant


# The second person's way back


def test_the_second_person_sends_back_with_grounds_and_the_registrar_decides_anew(large, cast, api):
    register(large)

    row = against(large, services.send_back_registration, actor=cast.approver, grounds=("price_unclear",))

    assert (row.state, row.registration_no, row.contract_amount) == (State.ACCEPTED, "", None)
    assert told_to("大额复审退回") == {cast.registrar.user_id}
    address = reverse("registration:detail", args=[row.id])
    assert "复审退回：合同价款不明确" in api.as_(cast.registrar).get(address).content.decode()
    assert "复审退回" not in api.as_(cast.university_clerk).get(address).content.decode()
    assert register(large, contract="6000000.00").state == State.SECOND_REVIEW
    assert approve(large, cast.approver).state == State.REGISTERED


def test_who_asked_for_the_second_review_does_not_send_it_back_nor_without_grounds(large, cast):
    both = member(cast.registry, "both", Role.REGISTRAR, Role.HIGH_VALUE_APPROVER)
    register(large, actor=both)

    with refused(SecondPersonNeeded):
        against(large, services.send_back_registration, actor=both)
    with refused(GroundsUnknown):
        against(large, services.send_back_registration, actor=cast.approver, grounds=())
    assert Round.objects.count() == 0


def test_worked_example_9_a_second_review_has_the_longer_term_where_the_rules_give_one():
    on = date(2026, 3, 2)

    assert rules.due(NEW, on, calendar=CALENDAR, second_review=True) == (date(2026, 4, 14), False)
    assert rules.due(OLD, on, calendar=CALENDAR, second_review=True) == rules.due(OLD, on, calendar=CALENDAR)


def test_the_longer_term_runs_from_acceptance_and_stays_when_it_is_sent_back(large, cast):
    assert large.registration.due_on == date(2026, 3, 23)

    assert register(large).due_on == date(2026, 4, 14)
    assert against(large, services.send_back_registration, actor=cast.approver).due_on == date(2026, 4, 14)
    assert services.recount_terms(at=LATER) == 0


# After the end


@pytest.mark.parametrize(
    ("earlier", "answer"),
    [
        ([], Reapplication.OPEN),
        (["refused"], Reapplication.OPEN),
        (["refused", "cancelled"], Reapplication.OPEN),
        (["cancelled", "registered"], Reapplication.LIVE),
        (["draft"], Reapplication.LIVE),
        (["revoked"], Reapplication.REVOKED),
        (["revoked", "refused"], Reapplication.REVOKED),
    ],
)
def test_a_contract_is_applied_for_again_unless_it_was_revoked_or_an_application_is_live(earlier, answer):
    assert reapplication(earlier) == answer


def test_after_a_revocation_the_contract_is_not_applied_for_again_by_any_way(registered, cast, api):
    revoke(registered, on=MONDAY_ON)
    client = api.as_(cast.university_clerk)
    body = {"contract_id": str(registered.contract.id), "office_id": str(cast.registry.id)}

    with refused(RegistrationRevoked):
        apply_for(registered, cast.university_clerk)
    answer = client.send("post", "/registrations", body)
    page = client.get(reverse("registration:contract-part", args=[registered.contract.id])).content.decode()

    assert (answer.status_code, answer.json()["code"]) == (409, "registration_revoked")
    assert "该合同的登记已被撤销，不能再次申请" in page
    assert reverse("registration:apply", args=[registered.contract.id]) not in page
    assert Registration.objects.count() == 1


def test_after_a_cancellation_the_contract_may_be_handed_in_anew(registered, cast):
    cancel(registered, on=MONDAY_ON)

    assert apply_for(registered, cast.university_clerk).state == State.DRAFT
