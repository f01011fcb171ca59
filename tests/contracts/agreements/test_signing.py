"""Two seals make a contract: whose, on what, once each; and the hashes that are kept of both."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile

from contracts.agreements import policy, services
from contracts.agreements.models import Signature, TechnologyContract
from contracts.agreements.problems import AlreadySealed, DealNotReady, SigningDate
from market.kernel.clock import local_date
from market.kernel.files import FileRefused
from market.kernel.models import AuditRow, OutboxEvent
from market.kernel.problems import NotAllowed, NotFound, SeveralProblems, Stale, TooLarge, WrongState
from market.notices.models import Notice
from matching.brokerage import services as brokerage
from tests import story
from tests.cast import MONDAY
from tests.contracts.standing import actions, refused, run_consumers

LATER = MONDAY + timedelta(days=1)
SELLER_SCAN, BUYER_SCAN = story.SCAN, story.BUYER_SCAN
State = TechnologyContract.State


def seal(actor, contract, scan=None, *, version=None, at=MONDAY, signed_on=None, **said):
    scan = scan if scan is not None else SELLER_SCAN if actor.acts_for(contract.seller_id) else BUYER_SCAN
    return services.sign_contract(
        actor=actor,
        contract_id=contract.id,
        version=version,
        scan=ContentFile(scan, "scan.pdf"),
        signed_on=signed_on or local_date(at),
        at=at,
        **said,
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_first_seal_keeps_both_hashes_and_does_not_bind_yet(final, cast):
    row = seal(cast.university_clerk, final, SELLER_SCAN, version=2)

    kept = Signature.objects.get()
    assert (kept.party, kept.signed_by_id, kept.signed_at) == ("seller", cast.university_clerk.user_id, MONDAY)
    assert kept.scan_sha256 == kept.scan.sha256 == sha256(SELLER_SCAN)
    assert kept.document_sha256 == final.document.sha256
    assert (row.state, row.version, row.signed_on) == (State.FINAL, 3, None)
    trail = AuditRow.objects.get(action="contract.sealed")
    assert (trail.changes["party"], trail.changes["sha256"]) == ("seller", sha256(SELLER_SCAN))
    assert trail.changes["document_sha256"] == final.document.sha256
    assert not OutboxEvent.objects.filter(topic="contracts.agreements.contract.signed").exists()


@pytest.mark.parametrize("order", [("university_clerk", "enterprise_clerk"), ("enterprise_clerk", "university_clerk")])
def test_the_second_seal_signs_and_takes_effect_whoever_seals_first(final, cast, order):
    for name in order:
        row = seal(getattr(cast, name), final)

    row.refresh_from_db()
    assert (row.state, row.version) == (State.EFFECTIVE, 4)
    assert (row.signed_on, row.effective_on) == (date(2026, 3, 2), date(2026, 3, 2))
    assert sorted(row.signatures.values_list("party", flat=True)) == ["buyer", "seller"]
    assert actions(row)[-3:] == ["contract.sealed", "contract.sealed", "contract.signed"]


def test_signing_is_published_once_with_the_whole_chain_and_both_parties_are_told(final, drafted, cast, agreed):
    seal(cast.university_clerk, final)

    seal(cast.enterprise_clerk, final, BUYER_SCAN)

    event = OutboxEvent.objects.get(topic="contracts.agreements.contract.signed")
    assert event.payload == {
        "contract_id": str(final.id),
        "deal_id": str(agreed.deal.id),
        "demand_id": str(agreed.demand.id),
        "achievement_id": str(agreed.achievement.id),
        "seller_id": str(cast.university.id),
        "buyer_id": str(cast.enterprise.id),
    }
    people = {cast.university_clerk, cast.university_finance, cast.enterprise_clerk, cast.enterprise_finance}
    told = Notice.objects.filter(title=f"合同已签订：{final.title}").values_list("user_id", flat=True)
    assert set(told) == {person.user_id for person in people | {cast.broker}}
    assert run_consumers("brokerage.deals") == 1
    agreed.deal.refresh_from_db()
    assert agreed.deal.stage == "signed"


def test_the_contract_is_signed_on_the_later_day_that_the_papers_bear_and_not_on_that_of_the_upload(final, cast):
    uploaded = MONDAY + timedelta(days=20)
    seal(cast.university_clerk, final, at=uploaded, signed_on=date(2026, 3, 5))

    row = seal(cast.enterprise_clerk, final, at=uploaded, signed_on=date(2026, 3, 3))

    assert (row.signed_on, row.effective_on) == (date(2026, 3, 5), date(2026, 3, 5))
    assert set(row.signatures.values_list("party", "signed_on", "signed_at")) == {
        ("seller", date(2026, 3, 5), uploaded),
        ("buyer", date(2026, 3, 3), uploaded),
    }


@pytest.mark.parametrize("signed_on", [date(2026, 3, 1), date(2026, 3, 4), date(1999, 1, 1)])
def test_a_day_before_the_introduction_or_after_today_in_ruijin_is_refused(final, cast, signed_on):
    """2026-03-02T16:30Z is the third in Ruijin (worked example 3)."""
    with refused(SigningDate) as found:
        seal(cast.university_clerk, final, at=datetime(2026, 3, 2, 16, 30, tzinfo=UTC), signed_on=signed_on)

    data = found.value.data
    assert (data["earliest"], data["latest"]) == (date(2026, 3, 2), date(2026, 3, 3))
    assert data["errors"][0] == {
        "loc": ["signed_on"],
        "code": "signing_date",
        "message": "应在 2026-03-02 至 2026-03-03 之间",
    }


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("university_finance", NotAllowed),
        ("enterprise_finance", NotAllowed),
        ("broker", NotAllowed),
        ("operator", NotAllowed),
        ("auditor", NotAllowed),
        ("other_clerk", NotFound),
        ("registrar", NotFound),
        ("leader", NotFound),
        ("nobody", NotFound),
    ],
)
def test_only_a_clerk_of_a_party_seals_not_even_the_broker_who_wrote_it(final, cast, name, problem):
    with refused(problem):
        seal(getattr(cast, name), final)


def test_a_party_seals_once_and_the_scan_of_the_first_time_stays(final, cast):
    seal(cast.university_clerk, final, SELLER_SCAN)

    with refused(AlreadySealed):
        seal(cast.university_clerk, final, BUYER_SCAN)

    assert Signature.objects.get().scan_sha256 == sha256(SELLER_SCAN)


def test_a_text_that_is_not_closed_cannot_be_sealed(drafted, cast):
    with refused(WrongState) as found:
        seal(cast.university_clerk, drafted)

    assert found.value.data == {"state": "drafting"}


def test_a_signed_contract_cannot_be_sealed_again(final, cast):
    seal(cast.university_clerk, final)
    seal(cast.enterprise_clerk, final)

    for actor in (cast.university_clerk, cast.enterprise_clerk):
        with refused(WrongState) as found:
            seal(actor, final)
        assert found.value.data == {"state": "effective"}


def test_a_text_is_not_reopened_under_a_seal(final, cast):
    seal(cast.university_clerk, final)

    for actor in (cast.university_clerk, cast.enterprise_clerk, cast.broker):
        with refused(AlreadySealed):
            services.reopen_contract(actor=actor, contract_id=final.id, version=3, at=LATER)


def test_a_seal_for_a_version_that_is_past_is_refused(final, cast):
    with refused(Stale):
        seal(cast.university_clerk, final, version=1)


@pytest.mark.parametrize(
    "scan",
    [
        b"MZ\x90\x00\x03\x00\x00\x00 a program called scan.pdf",
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04 an archive",
        b"GIF89a a picture of a kind that is not taken",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"",
    ],
)
def test_a_scan_is_judged_by_its_bytes_and_not_by_its_name(final, cast, scan):
    with refused(FileRefused) as found:
        seal(cast.university_clerk, final, scan)

    assert found.value.data == {"accepted": ["application/pdf", "image/jpeg", "image/png"]}


def test_a_scan_above_twenty_megabytes_is_refused(final, cast):
    with refused(TooLarge):
        seal(cast.university_clerk, final, b"%PDF-1.7\n" + b"0" * (20 * 1024 * 1024))


def test_the_text_of_a_deal_that_was_lost_meanwhile_is_not_sealed(final, cast, agreed):
    """Otherwise a contract would be in force whose deal says that there is none."""
    seal(cast.university_clerk, final)
    brokerage.lose_deal(
        actor=cast.broker, deal_id=agreed.deal.id, version=None, reason="price", note="价格未谈拢", at=MONDAY
    )

    with refused(DealNotReady) as found:
        seal(cast.enterprise_clerk, final)

    assert found.value.data == {"stage": "lost"}


def test_who_has_sealed_is_no_longer_offered_to_seal_or_reopen(final, cast):
    assert policy.contracts.allowed(cast.university_clerk, final) == ["reopen", "sign", "withdraw"]

    seal(cast.university_clerk, final)
    final.refresh_from_db()

    assert policy.contracts.allowed(cast.university_clerk, final) == ["withdraw"]
    assert policy.contracts.allowed(cast.enterprise_clerk, final) == ["sign", "withdraw"]
    assert policy.contracts.allowed(cast.broker, final) == ["withdraw"]


def test_a_wrong_day_and_a_wrong_scan_are_told_at_once_and_nothing_is_kept(final, cast):
    with refused(SeveralProblems) as found:
        seal(cast.university_clerk, final, signed_on=date(1999, 1, 1), scan=b"GIF89a")

    assert [error["code"] for error in found.value.errors] == ["signing_date", "file_refused"]
