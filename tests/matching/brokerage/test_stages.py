"""The life of a deal, by hand and by its contract; every verb in every stage is walked in tests/lifecycles."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from market.accounts.models import Organisation
from market.kernel import audit
from market.kernel.actor import Role
from market.kernel.files import FileRefused
from market.kernel.models import PrivateFile
from market.kernel.problems import NotAllowed, NotFound, Stale, WrongState
from matching.brokerage import services
from matching.brokerage.models import Deal
from matching.brokerage.problems import ReasonUnknown
from matching.brokerage.services.deals import ContractAhead
from tests import story
from tests.cast import MONDAY, member
from tests.matching.brokerage.desk import nothing_moves, refused, stand_in, told

Stage = Deal.Stage
LATER = MONDAY + timedelta(hours=3)

# What a broker may move to by hand; anything else is refused.
BY_HAND: Mapping[str, set[str]] = {
    "introduced": {"nda_signed", "due_diligence", "negotiating"},
    "nda_signed": {"due_diligence", "negotiating"},
    "due_diligence": {"negotiating"},
    "negotiating": {"terms_agreed"},
    "terms_agreed": set(),
    "signed": set(),
    "performing": set(),
    "completed": set(),
    "lost": set(),
    "circumvented": set(),
}
LOSABLE = {"introduced", "nda_signed", "due_diligence", "negotiating", "terms_agreed"}
CIRCUMVENTABLE = LOSABLE | {"lost"}
REOPENED = {"lost"}
DISSOLVED = {"signed", "performing"}
# What the contract does, whatever the broker does.
BY_CONTRACT = {
    ("terms_agreed", "mark_signed"): "signed",
    ("signed", "mark_performing"): "performing",
    ("signed", "mark_completed"): "completed",
    ("performing", "mark_completed"): "completed",
}


def advance(deal, stage, *, actor, **changes: Any) -> Deal:
    values: dict[str, Any] = {"version": None, "note": "", "at": LATER} | changes
    return services.advance_deal(actor=actor, deal_id=deal.id, stage=stage, **values)


def lose(deal, *, actor, **changes: Any) -> Deal:
    values: dict[str, Any] = {"version": None, "reason": "price", "note": "", "at": LATER} | changes
    return services.lose_deal(actor=actor, deal_id=deal.id, **values)


def circumvent(deal, *, actor, **changes: Any) -> Deal:
    values: dict[str, Any] = {"version": None, "note": "双方自行签约", "at": LATER} | changes
    return services.circumvent_deal(actor=actor, deal_id=deal.id, **values)


def reopen(deal, *, actor, **changes: Any) -> Deal:
    values: dict[str, Any] = {"version": None, "note": "", "at": LATER} | changes
    return services.reopen_deal(actor=actor, deal_id=deal.id, **values)


VERBS: Mapping[str, Callable[..., Deal]] = {
    "advance": lambda deal, **options: advance(deal, min(BY_HAND[deal.stage] or {"lost"}), **options),
    "lose": lose,
    "circumvent": circumvent,
    "reopen": reopen,
}


def last_step(deal: Deal) -> Any:
    return deal.moves.order_by("id").last()


def test_the_state_machine_has_the_moves_of_these_tables_and_no_other():
    found = {(move.source, move.target) for move in Deal().get_all_stage_transitions()}

    assert found == (
        {(source, target) for source, targets in BY_HAND.items() for target in targets}
        | {(source, target) for (source, _verb), target in BY_CONTRACT.items()}
        | {(source, "lost") for source in LOSABLE}
        | {(source, "circumvented") for source in CIRCUMVENTABLE}
        | {(source, "introduced") for source in REOPENED}
        | {(source, "negotiating") for source in DISSOLVED}
    )


@pytest.mark.parametrize(
    ("stage", "target"), [(stage, target) for stage, targets in BY_HAND.items() for target in sorted(targets)]
)
def test_a_broker_moves_a_deal_on_with_a_dated_step(opened, cast, stage, target):
    deal = stand_in(opened, stage)

    moved = advance(deal, target, actor=cast.broker, note="双方会签")

    moved.refresh_from_db()
    assert (moved.stage, moved.version, moved.updated_at, moved.ended_at) == (target, 2, LATER, None)
    step = last_step(moved)
    assert (step.from_stage, step.to_stage, step.note) == (stage, target, "双方会签")
    assert (step.moved_by_id, step.moved_at, step.proof) == (cast.broker.user_id, LATER, None)
    trail = audit.history(moved).last()
    assert (trail.action, trail.changes) == ("deal.moved", {"from": stage, "to": target, "note": "双方会签"})


@pytest.mark.parametrize("stage", Stage.values)
def test_every_other_move_by_hand_is_refused_and_changes_nothing(opened, cast, stage):
    deal = stand_in(opened, stage)

    for target in set(Stage.values) - BY_HAND[stage]:
        with refused(WrongState) as found:
            advance(deal, target, actor=cast.broker)
        assert (found.value.status, found.value.code, found.value.data) == (409, "wrong_state", {"state": stage}), (
            target
        )


def test_a_stage_that_does_not_exist_is_refused(opened, cast):
    with refused(WrongState):
        advance(opened, "bargaining", actor=cast.broker)


@pytest.mark.parametrize("stage", Stage.values)
def test_a_deal_is_lost_or_circumvented_from_these_stages_only(opened, cast, stage):
    deal = stand_in(opened, stage)

    for verb, sources, end in ((lose, LOSABLE, "lost"), (circumvent, CIRCUMVENTABLE, "circumvented")):
        if stage not in sources:
            with refused(WrongState) as found:
                verb(deal, actor=cast.broker)
            assert found.value.data == {"state": stage}
            continue
        with transaction.atomic():
            ended = verb(deal, actor=cast.broker, note="见附函")
            step = last_step(ended)
            assert (ended.stage, ended.version, ended.ended_at) == (end, 2, LATER)
            assert (step.from_stage, step.to_stage, step.note, step.moved_at) == (stage, end, "见附函", LATER)
            transaction.set_rollback(True)


@pytest.mark.parametrize(("stage", "verb"), BY_CONTRACT)
def test_the_contract_moves_its_deal(opened, stage, verb):
    deal, target = stand_in(opened, stage), BY_CONTRACT[stage, verb]

    getattr(services, verb)(deal_id=deal.id, at=LATER)

    deal = Deal.objects.get(pk=deal.pk)
    step = last_step(deal)
    assert (deal.stage, deal.version, deal.updated_at) == (target, 2, LATER)
    assert deal.ended_at == (LATER if target == "completed" else None)
    assert (step.from_stage, step.to_stage, step.moved_by_id, step.moved_at) == (stage, target, None, LATER)


@pytest.mark.parametrize("stage", Stage.values)
def test_the_contract_leaves_its_deal_where_no_move_starts(opened, stage):
    """A deal that is there already, or that ended, stays as it is; the delivery is not at fault."""
    deal = stand_in(opened, stage)

    for verb in ("mark_signed", "mark_performing", "mark_completed"):
        if (stage, verb) in BY_CONTRACT:
            continue
        is_ahead = stage in LOSABLE and verb != "mark_signed"
        with nothing_moves(), pytest.raises(ContractAhead) if is_ahead else nullcontext():
            getattr(services, verb)(deal_id=deal.id, at=LATER)


def test_a_payment_that_arrives_before_the_signing_is_told_again(opened):
    """The two have keys of their own, so their order is not kept: the payment's delivery waits for the signing."""
    deal = stand_in(opened, "terms_agreed")
    with pytest.raises(ContractAhead):
        services.mark_performing(deal_id=deal.id, at=LATER)
    services.mark_signed(deal_id=deal.id, at=LATER)
    services.mark_performing(deal_id=deal.id, at=LATER)

    assert Deal.objects.get(pk=deal.pk).stage == "performing"


def test_the_contract_saying_the_same_twice_is_one_step(opened):
    deal = stand_in(opened, "terms_agreed")
    services.mark_signed(deal_id=deal.id, at=LATER)

    with nothing_moves():
        services.mark_signed(deal_id=deal.id, at=LATER)


def test_a_lost_deal_says_why_and_ends(opened, cast):
    lost = lose(opened, actor=cast.broker, reason="maturity", note="样品未达标")

    lost.refresh_from_db()
    assert (lost.stage, lost.lost_reason, lost.ended_at) == ("lost", "maturity", LATER)
    assert last_step(lost).note == "样品未达标"


@pytest.mark.parametrize("reason", ["", "bored", "lost"])
def test_a_deal_is_not_lost_for_a_reason_that_is_not_on_the_list(opened, cast, reason):
    with refused(ReasonUnknown):
        lose(opened, actor=cast.broker, reason=reason)


def test_the_database_keeps_no_lost_deal_without_a_reason(opened):
    with pytest.raises(IntegrityError, match="a_lost_deal_says_why"), transaction.atomic():
        Deal.objects.filter(pk=opened.pk).update(stage="lost")


def test_a_deal_lost_first_and_signed_behind_the_brokers_back_keeps_both_dates(opened, cast):
    lose(opened, actor=cast.broker, reason="no_response", at=MONDAY)
    circumvent(opened, actor=cast.broker, at=LATER)

    steps = opened.moves.order_by("id").values_list("to_stage", "moved_at")
    assert list(steps) == [("introduced", MONDAY), ("lost", MONDAY), ("circumvented", LATER)]


def test_a_step_keeps_the_paper_that_proves_it(opened, cast):
    paper = ContentFile(story.SCAN, "保密协议.pdf")

    moved = advance(opened, "nda_signed", actor=cast.broker, proof=paper)

    proof = last_step(moved).proof
    assert (proof.name, proof.media_type, proof.size_bytes) == ("保密协议.pdf", "application/pdf", len(story.SCAN))
    assert audit.history(moved).last().changes["proof"] == proof.evidence()


def test_a_paper_that_is_none_is_refused_with_the_step(opened, cast):
    with refused(FileRefused):
        advance(opened, "nda_signed", actor=cast.broker, proof=ContentFile(b"MZ\x90", "agreement.pdf"))


def test_no_paper_is_stored_for_a_step_that_is_refused(opened, cast):
    with refused(WrongState):
        advance(opened, "signed", actor=cast.broker, proof=ContentFile(story.SCAN, "scan.pdf"))
    assert not PrivateFile.objects.exists()


def test_both_parties_are_told_of_each_step(opened, cast):
    advance(opened, "negotiating", actor=cast.broker)
    lose(opened, actor=cast.broker, at=LATER + timedelta(hours=1))

    for party, person in ((cast.university, "university-clerk"), (cast.enterprise, "enterprise-clerk")):
        assert told(party, "deal")[1:] == [
            (person, f"商务谈判：{opened.title}", f"/deals/{opened.id}/"),
            (person, f"未成交：{opened.title}", f"/deals/{opened.id}/"),
        ]


@pytest.mark.parametrize("verb", VERBS)
def test_only_brokers_of_the_agency_move_a_deal(opened, cast, rival, verb):
    for actor in (cast.university_clerk, cast.enterprise_clerk, cast.enterprise_finance, cast.auditor, cast.operator):
        with refused(NotAllowed):
            VERBS[verb](opened, actor=actor)
    for actor in (rival, cast.other_clerk, cast.registrar, cast.leader, cast.stranger, cast.nobody):
        with refused(NotFound):
            VERBS[verb](opened, actor=actor)


@pytest.mark.parametrize("verb", VERBS)
def test_an_agency_that_is_the_seller_sees_the_deal_and_its_brokers_do_not_move_it(cast, rival, verb):
    clerk = member(Organisation.objects.get(pk=rival.organisation_id), "rival-clerk", Role.CLERK)
    deal = story.open_deal(story.publish(cast, seller=clerk)).deal

    with refused(NotAllowed):
        VERBS[verb](deal, actor=rival)


@pytest.mark.parametrize("verb", VERBS)
def test_a_colleague_of_the_broker_moves_the_deal_too(opened, second_broker, verb):
    deal = stand_in(opened, "lost") if verb == "reopen" else opened

    moved = VERBS[verb](deal, actor=second_broker)

    assert last_step(moved).moved_by_id == second_broker.user_id


@pytest.mark.parametrize("verb", VERBS)
def test_a_version_that_is_past_moves_nothing(opened, cast, verb):
    with refused(Stale) as found:
        VERBS[verb](opened, actor=cast.broker, version=7)

    assert found.value.data == {"current_version": 1, "changed_at": MONDAY.isoformat()}
