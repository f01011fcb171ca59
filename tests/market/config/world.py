"""One of everything, so that every address of the portal names something that is there."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import override_settings

from contracts.audit import services as audit
from contracts.monitoring import services as monitoring
from contracts.monitoring.models import IndicatorValue
from contracts.payments import services as payments
from contracts.payments.models import Payment, Rail
from contracts.registration import services as registration
from contracts.registration.models import Attachment, Change, Round
from contracts.reports import services as reports
from contracts.reports.models import Report
from contracts.turnover.models import TurnoverEntry
from market.accounts import letters
from market.accounts import services as accounts
from market.accounts.models import Membership
from market.kernel import clock, files
from market.kernel.actor import ANONYMOUS, Role
from market.kernel.chain import heads
from market.kernel.models import Delivery, Job, OutboxEvent
from market.notices.models import Notice
from matching.brokerage import services as brokerage
from matching.matches import services as matches
from search.find.query import parse
from search.saved import addresses
from search.saved import services as saved
from tests import snapshots
from tests import story as telling
from tests.cast import MONDAY, Cast, member, own_address
from tests.running import run_outbox


@dataclass(frozen=True)
class World:
    """The chain told to its end, and a value for every parameter of an address."""

    cast: Cast
    story: telling.Story
    payment: Payment
    parameters: dict[str, Any]


def told_values(cast: Cast) -> IndicatorValue:
    """A confirmed value of 2021, and the one of 2023 that waits for its second person."""
    colleague = member(cast.government, "colleague", Role.CLERK)
    monitoring.assign_office(
        actor=cast.operator, indicator_no=1, organisation_id=cast.government.id, due_days=90, at=MONDAY
    )
    common: dict[str, Any] = {"actor": colleague, "indicator_no": 1, "source_text": "统计公报第 9 页", "at": MONDAY}
    proof = ContentFile(telling.SCAN, "bulletin.pdf")
    first = monitoring.enter_value(year=2021, value=Decimal("2.01"), proof=proof, **common)
    monitoring.confirm_value(actor=cast.leader, value_id=first.id, version=None, at=MONDAY)
    proof = ContentFile(telling.SCAN, "bulletin.pdf")
    return monitoring.enter_value(year=2023, value=Decimal("2.20"), proof=proof, **common)


def waiting_change(story: telling.Story) -> Change:
    """An amendment to a high value that waits beside a correction, as only rows from before one kept out the other."""
    row = story.registration
    row.refresh_from_db(fields=["version"])
    return Change.objects.create(
        registration=row,
        registration_version=row.version,
        kind="amended",
        contract_amount=Decimal("6000000.00"),
        technology_amount=Decimal("5000000.00"),
        effective_on=MONDAY.date(),
        reason="补充协议",
        document=files.store_bytes(
            telling.SCAN, name="supplement.pdf", media_type="application/pdf", actor=story.cast.registrar, at=MONDAY
        ),
        needs_second_person=True,
        proposed_by_id=story.cast.registrar.user_id,
        proposed_at=MONDAY,
    )


def build_world(cast: Cast) -> World:
    return snapshots.remembered("world", lambda: tell_world(cast))


def tell_world(cast: Cast) -> World:
    story = telling.opened(cast)
    brokerage.advance_deal(
        actor=cast.broker,
        deal_id=story.deal.id,
        version=None,
        stage="nda_signed",
        note="",
        proof=ContentFile(telling.SCAN, "nda.pdf"),
        at=MONDAY,
    )
    story = telling.sign(telling.draft(telling.agree(story)))
    telling.register(telling.apply(story))
    sent_round(story)
    registration.correct_registration(
        actor=cast.registrar,
        registration_id=story.registration.id,
        version=None,
        facts={"technology_field": "09"},
        contract_amount=None,
        technology_amount=None,
        reason="领域录入有误",
        at=MONDAY,
    )
    contract = story.contract
    payments.set_payee_account(
        actor=cast.university_finance,
        version=None,
        holder="示例大学",
        bank="示例银行瑞金支行",
        number="6222000000001234",
        at=MONDAY,
    )
    instalment = contract.instalments.order_by("position").first()
    payment = payments.start_payment(
        actor=cast.enterprise_finance, instalment_id=instalment.id, rail=Rail.BANK_TRANSFER, at=MONDAY
    )
    payment = payments.submit_bank_proof(
        actor=cast.enterprise_finance,
        payment_id=payment.id,
        version=None,
        proof=ContentFile(telling.SCAN, "proof.pdf"),
        paid_on=MONDAY.date(),
        at=MONDAY,
    )
    run_outbox()
    key, _token = accounts.issue_api_key(
        actor=cast.university_clerk,
        name="图书馆系统",
        roles=["clerk"],
        scopes=["achievements:read"],
        expires_at=None,
        at=MONDAY,
    )
    invitation = accounts.invite_member(
        actor=cast.university_clerk,
        organisation_id=cast.university.id,
        email=own_address(cast.stranger),
        roles=["clerk"],
        at=clock.now(),
    )
    event = OutboxEvent.objects.create(topic="tests.unread", key="1", payload={}, occurred_at=MONDAY)
    dead = Delivery.objects.create(event=event, consumer="tests", key="1", available_at=MONDAY, dead_at=MONDAY)
    job = Job.objects.create(kind="example", organisation_id=cast.university.id, created_at=MONDAY)
    search = saved.save_search(
        actor=cast.university_clerk, name="铜合金", query=parse("铜合金"), cadence="daily", at=MONDAY
    )
    matches.give_verdict(
        actor=cast.university_clerk,
        demand_id=story.demand.id,
        achievement_id=story.achievement.id,
        code="other",
        note="对方要的是另一种合金",
        at=MONDAY,
    )
    value = told_values(cast)
    report = publish_report(cast)
    reports.draft_report(actor=cast.operator, kind="monthly", year=2026, number=1, note="等待核对", at=MONDAY)
    move = story.deal.moves.exclude(proof=None).get()
    with override_settings(AUDIT_KEY="a-key-of-the-tests-that-signs-nothing-else"):
        head = heads.seal_and_sign(at=MONDAY)
    return World(
        cast=cast,
        story=story,
        payment=payment,
        parameters={
            "achievement_id": story.achievement.id,
            "demand_id": story.demand.id,
            "introduction_id": story.deal.introduction_id,
            "deal_id": story.deal.id,
            "move_id": move.id,
            "contract_id": contract.id,
            "party": "seller",
            "instalment_id": instalment.id,
            "payment_id": payment.id,
            "registration_id": story.registration.id,
            "correction_id": story.registration.corrections.get().id,
            "change_id": waiting_change(story).id,
            "attachment_id": attached(story).id,
            "entry_id": TurnoverEntry.objects.get().id,
            "year": MONDAY.year,
            "report_id": report.id,
            "form": "json",
            "organisation_id": cast.university.id,
            "membership_id": Membership.objects.get(user=cast.university_finance.user_id).id,
            "key_id": key.id,
            "invitation_id": invitation.id,
            "token": letters.path_of(invitation).rpartition("/")[2],
            "user_id": cast.university_finance.user_id,
            "job_id": job.id,
            "evidence_id": evidence_made(cast).id,
            "first": head.seq,
            "second": head.seq,
            "delivery_id": dead.id,
            "notice_id": Notice.objects.filter(user=cast.university_clerk.user_id).first().id,
            "scheme": "technology_field",
            "search_id": search.id,
            "feed_token": addresses.feed_token(search),
            "unsubscribe_token": addresses.unsubscribe_token(search),
            "indicator_no": 1,
            "value_id": value.id,
            "listing_id": story.achievement.id,
        },
    )


def sent_round(story: telling.Story) -> None:
    """What the office asked of the applicant, and what its second person asked of the first."""
    for kind in (Round.Kind.SUPPLEMENT, Round.Kind.SENT_BACK):
        Round.objects.create(
            registration=story.registration, kind=kind, grounds=["subject_unclear"], remark="意见", made_at=MONDAY
        )


def attached(story: telling.Story) -> Attachment:
    """A paper that the applicant added before the contract was registered."""
    file = files.store_bytes(telling.SCAN, name="proof.pdf", media_type="application/pdf", actor=ANONYMOUS, at=MONDAY)
    return Attachment.objects.create(registration=story.registration, kind="proof", document=file, added_at=MONDAY)


def evidence_made(cast: Cast) -> Job:
    """A bundle that the auditor asked for, as small as one can be."""
    file = files.store_bytes(b"{}\n", name="evidence.jsonl", media_type=audit.MEDIA_TYPE, actor=cast.auditor, at=MONDAY)
    return Job.objects.create(
        kind=audit.KIND,
        state=Job.State.DONE,
        organisation_id=cast.government.id,
        created_at=MONDAY,
        result=file.evidence() | {"rows": 0, "entries": 0, "head": None},
    )


def publish_report(cast: Cast) -> Report:
    """The yearly report of the year before, made by the operator and approved by the leader."""
    report = reports.draft_report(actor=cast.operator, kind="yearly", year=2025, number=None, at=MONDAY)
    reports.submit_report(actor=cast.operator, report_id=report.id, version=None, at=MONDAY)
    return reports.publish_report(actor=cast.leader, report_id=report.id, version=None, at=MONDAY)
