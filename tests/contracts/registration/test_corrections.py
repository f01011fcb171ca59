"""更正: a wrong registration fact put right by two people, and what it does to each year's figure."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contracts.registration import policy, services
from contracts.registration.facts import Dimension
from contracts.registration.forms import DifferencesField
from contracts.registration.models import Correction, Registration, RegistrationEvent
from contracts.registration.problems import AmountsInvalid, ChangeOpen, CorrectionOpen, NothingToCorrect
from contracts.turnover import queries as turnover
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Period, Side
from market.kernel.problems import InvalidInput, NotAllowed, NotFound, SecondPersonNeeded, Stale, WrongState
from market.notices.models import Notice
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.registration.desk import amend, cancel, revoke
from tests.contracts.standing import actions, refused, run_consumers

YEAR_A, YEAR_B = datetime(2025, 6, 2, 1, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC)
IN_A, IN_B = date(2025, 6, 2), date(2026, 3, 2)
JIUJIANG = "360400"


@pytest.fixture
def earlier(cast) -> story.Story:
    """Registered in 2025 with 1 000 000 and 780 000 yuan, amended in 2026 by 200 000 and 150 000."""
    told = story.apply(story.signed(cast, at=YEAR_A, valid_from=IN_A), at=YEAR_A)
    told = story.register(told, no="2025360701000001", on=IN_A, at=YEAR_A)
    amend(told, "1200000.00", "930000.00", on=IN_B, at=YEAR_B)
    return told


def propose(
    told, *, contract: str | None = None, technology: str | None = None, actor=None, **facts: str
) -> Correction:
    services.correct_registration(
        actor=actor or told.cast.registrar,
        registration_id=told.registration.id,
        version=None,
        facts=facts,
        contract_amount=Decimal(contract) if contract else None,
        technology_amount=Decimal(technology) if technology else None,
        reason="登记表录入有误",
        at=YEAR_B,
    )
    return Correction.objects.get(registration=told.registration, state="proposed")


def approve(told, correction: Correction, *, actor=None) -> Correction:
    return services.approve_correction(
        actor=actor or told.cast.approver, correction_id=correction.id, version=None, at=YEAR_B
    )


def corrected(told) -> list[tuple[Any, ...]]:
    rows = RegistrationEvent.objects.filter(registration=told.registration, kind="corrected").order_by("id")
    return list(rows.values_list("effective_on", "seller_region", "contract_amount", "technology_amount", "contracts"))


def cells(year: int) -> dict[str, tuple[Decimal, int]]:
    """Absorption by region of the seller."""
    run_consumers("turnover.ledger")
    parts = turnover.breakdown(Period.year(year), by=Dimension.SELLER_REGION, side=Side.ABSORPTION)
    return {part.code: (part.sums.contract_amount, part.sums.contracts) for part in parts}


def test_a_wrong_region_is_reversed_and_entered_rightly_in_each_year_that_has_a_line(earlier):
    assert cells(2025) == {"360100": (Decimal("1000000.00"), 1)}

    correction = propose(earlier, seller_region=JIUJIANG)
    assert corrected(earlier) == []
    approve(earlier, correction)

    assert corrected(earlier) == [
        (IN_A, "360100", Decimal("-1000000.00"), Decimal("-780000.00"), -1),
        (IN_A, JIUJIANG, Decimal("1000000.00"), Decimal("780000.00"), 1),
        (IN_B, "360100", Decimal("-200000.00"), Decimal("-150000.00"), 0),
        (IN_B, JIUJIANG, Decimal("200000.00"), Decimal("150000.00"), 0),
    ]
    assert cells(2025) == {"360100": (Decimal("0.00"), 0), JIUJIANG: (Decimal("1000000.00"), 1)}
    assert cells(2026)[JIUJIANG] == (Decimal("200000.00"), 0)
    assert turnover.figure(year=2025).absorption.contract_amount == Decimal("1000000.00")


def test_the_figure_as_it_was_known_before_the_correction_stays_wrong_as_it_was(earlier):
    run_consumers("turnover.ledger")
    approve(earlier, propose(earlier, seller_region="360781"))
    run_consumers("turnover.ledger")

    assert turnover.figure(year=2025, as_of=date(2026, 3, 1)).contract_amount == Decimal("0.00")
    assert turnover.figure(year=2025, as_of=IN_B).contract_amount == Decimal("1000000.00")


def test_a_wrong_amount_was_wrong_on_the_day_of_registration_and_later_changes_stand(earlier):
    approve(earlier, propose(earlier, contract="1300000.00", technology="930000.01"))

    assert corrected(earlier) == [
        (IN_A, "360100", Decimal("-1000000.00"), Decimal("-780000.00"), -1),
        (IN_A, "360100", Decimal("1100000.00"), Decimal("780000.01"), 1),
    ]
    assert cells(2025) == {"360100": (Decimal("1100000.00"), 1)}
    row = Registration.objects.get()
    assert (row.contract_amount, row.technology_amount) == (Decimal("1300000.00"), Decimal("930000.01"))


def test_what_follows_a_correction_is_told_in_the_right_facts(earlier):
    approve(earlier, propose(earlier, seller_region=JIUJIANG, technology_field="09"))
    cancel(earlier, on=IN_B, at=YEAR_B)

    assert cells(2026)[JIUJIANG] == (Decimal("-1000000.00"), -1)
    last = RegistrationEvent.objects.get(kind="cancelled")
    assert (last.seller_region, last.technology_field) == (JIUJIANG, "09")


def test_a_correction_may_be_corrected_again(earlier):
    approve(earlier, propose(earlier, seller_region=JIUJIANG))
    approve(earlier, propose(earlier, seller_region="360100"))

    assert cells(2025) == {"360100": (Decimal("1000000.00"), 1), JIUJIANG: (Decimal("0.00"), 0)}


def test_the_lines_of_a_correction_enter_the_ledger_together_whichever_comes_first(earlier):
    run_consumers("turnover.ledger")
    approve(earlier, propose(earlier, seller_region=JIUJIANG))

    assert run_consumers("turnover.ledger") == 4
    assert TurnoverEntry.objects.filter(kind="corrected").count() == 4
    assert cells(2025)[JIUJIANG] == (Decimal("1000000.00"), 1)


def test_the_proposer_does_not_approve_and_another_registrar_may(earlier, cast):
    correction = propose(earlier, seller_region=JIUJIANG)

    with refused(SecondPersonNeeded):
        approve(earlier, correction, actor=cast.registrar)
    approve(earlier, correction, actor=cast.approver)
    assert actions(earlier.registration)[-2:] == ["registration.correction_proposed", "registration.corrected"]


def test_the_database_itself_wants_two_people(earlier, cast):
    correction = propose(earlier, seller_region=JIUJIANG)

    with pytest.raises(IntegrityError, match="two_people_correct"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(state="approved", decided_by=cast.registrar.user_id)


def test_a_declined_correction_moves_nothing_and_makes_room_for_the_next(earlier, cast):
    correction = propose(earlier, seller_region=JIUJIANG)
    with refused(CorrectionOpen):
        propose(earlier, seller_region="360781")

    services.decline_correction(actor=cast.registrar, correction_id=correction.id, version=None, at=YEAR_B)

    assert corrected(earlier) == []
    with refused(WrongState):
        approve(earlier, correction)
    assert propose(earlier, seller_region="360781").facts == {"seller_region": "360781"}


def test_a_registration_that_moved_since_is_not_put_right_unseen(earlier):
    """The totals proposed were of before the amendment: approving them would undo it."""
    correction = propose(earlier, contract="1300000.00")
    amend(earlier, "1500000.00", "930000.00", on=IN_B, at=YEAR_B)

    with refused(Stale):
        approve(earlier, correction)


def test_a_registration_that_ended_since_is_not_put_right(earlier):
    correction = propose(earlier, contract="1300000.00")
    cancel(earlier, on=IN_B, at=YEAR_B)

    with refused(WrongState):
        approve(earlier, correction)


@pytest.mark.parametrize("end", [cancel, revoke])
def test_a_registration_that_ends_closes_its_open_correction_and_tells_who_proposed_it(earlier, cast, end):
    correction = propose(earlier, contract="1300000.00")

    end(earlier, on=IN_B, at=YEAR_B)

    correction = Correction.objects.get(pk=correction.pk)
    assert (correction.state, correction.decided_at, correction.decided_by_id) == ("closed", YEAR_B, None)
    assert actions(earlier.registration)[-1] == "registration.correction_closed"
    told = Notice.objects.filter(user=cast.registrar.user_id, title__startswith="登记更正不再办理").get()
    assert "待复核的更正随之关闭" in told.body
    with refused(WrongState):
        propose(earlier, contract="1300000.00")


def test_of_a_correction_and_a_change_of_high_value_only_one_waits(cast):
    """Each would find the registration moved by the other, and could only be declined."""
    told = story.registered(cast)
    correction = propose(told, contract="6000000.00", technology="5000000.00")
    with refused(CorrectionOpen):
        amend(told, "7000000.00", "5000000.00", on=MONDAY_ON)
    services.decline_correction(actor=cast.approver, correction_id=correction.id, version=None, at=MONDAY)

    amend(told, "7000000.00", "5000000.00", on=MONDAY_ON)

    with refused(ChangeOpen):
        propose(told, contract="1300000.00")


def test_while_a_correction_waits_no_second_one_is_offered(registered, cast):
    propose(registered, contract="1300000.00")

    assert policy.registrations.allowed(cast.registrar, registered.registration) == ["amend", "cancel", "revoke"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"seller_region": "360100"}, NothingToCorrect),
        ({}, NothingToCorrect),
        ({"contract": "1200000.00"}, NothingToCorrect),
        ({"seller_region": "999999"}, InvalidInput),
        ({"contract_type": "gift"}, InvalidInput),
        ({"technology_field": ""}, InvalidInput),
        ({"broker": "somebody"}, InvalidInput),
        ({"contract": "900000.00"}, AmountsInvalid),
        ({"contract": "0.00", "technology": "0.00"}, AmountsInvalid),
        ({"technology": "-1.00"}, AmountsInvalid),
    ],
)
def test_a_correction_to_the_same_to_unknown_codes_or_impossible_amounts_is_refused(earlier, values, problem):
    with refused(problem):
        propose(earlier, **values)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("university_clerk", NotAllowed), ("approver", NotAllowed), ("auditor", NotAllowed), ("other_clerk", NotFound)],
)
def test_only_a_registrar_of_its_office_proposes(earlier, cast, name, problem):
    with refused(problem):
        propose(earlier, seller_region=JIUJIANG, actor=getattr(cast, name))


def test_the_smallest_and_the_largest_amount_are_put_right_to_the_fen(cast):
    told = story.register(story.apply(story.signed(cast)), no="2026360701000009")
    approve(told, propose(told, contract="10000000000000.00", technology="0.01"))

    assert cells(2026) == {"360100": (Decimal("10000000000000.00"), 1)}
    assert turnover.figure(year=2026).absorption.technology_amount == Decimal("0.01")


def test_api_and_page_offer_the_correction_to_the_second_person(earlier, cast, api):
    desk, second = api.as_(cast.registrar), api.as_(cast.approver)
    path = f"/registrations/{earlier.registration.id}"
    version = Registration.objects.get().version

    answer = desk.send("post", f"{path}/correct", {"seller_region": JIUJIANG, "reason": "录入有误"}, version=version)
    assert answer.status_code == 200, answer.content
    found = answer.json()["correction_id"]
    shown = second.send("get", f"/registrations/corrections/{found}").json()
    assert (shown["facts"], shown["state"], shown["allowed"]) == (
        {"seller_region": JIUJIANG},
        "proposed",
        ["approve", "decline"],
    )
    page = second.get(f"/registrations/{earlier.registration.id}/").content.decode()
    assert "待复核的更正" in page
    assert "九江" in page

    done = second.post(f"/registrations/corrections/{found}/approve", {"version": 1})
    assert (done.status_code, Correction.objects.get().state) == (302, "approved")
    assert desk.send("get", path).json()["correction_id"] is None
    assert policy.corrections.allowed(cast.approver, Correction.objects.get()) == []


def test_the_form_of_a_correction_starts_from_what_stands_and_takes_the_whole(earlier, cast, api):
    desk = api.as_(cast.registrar)
    form = {
        "version": Registration.objects.get().version,
        **services.standing_facts(earlier.registration),
        "seller_region": JIUJIANG,
        "contract_amount": "1200000.00",
        "technology_amount": "930000.00",
        "reason": "录入有误",
    }

    answer = desk.post(f"/registrations/{earlier.registration.id}/correct", form)

    assert answer.status_code == 302, answer.content.decode()
    assert Correction.objects.get().facts == {"seller_region": JIUJIANG}


def test_nobody_is_offered_to_approve_what_he_proposed_and_a_late_answer_stays_on_the_page(earlier, cast, api):
    correction = propose(earlier, seller_region=JIUJIANG)
    place = f"/registrations/{correction.registration_id}/"
    answers = f"/registrations/corrections/{correction.id}/"
    mine, others = (api.as_(actor).get(place).content.decode() for actor in (cast.registrar, cast.approver))

    assert f"{answers}decline" in mine
    assert f"{answers}approve" not in mine
    assert f"{answers}approve" in others
    late = api.as_(cast.registrar).post(f"{answers}decline", {"version": 99})
    assert late.status_code == 409
    assert "打开之后内容有了更新，请刷新后重试" in late.content.decode()
    assert "撤回更正" in mine
    assert "撤回更正" not in others


def test_an_amount_that_is_not_recognised_is_read_as_a_chinese_keyboard_writes_it():
    field = DifferencesField(required=False)

    read = field.clean("500000　设备费\n１，２００.５０元：材料费\n3,000 税金")

    assert [(item.amount, item.reason) for item in read] == [
        (Decimal("500000"), "设备费"),
        (Decimal("1200.50"), "材料费"),
        (Decimal("3000"), "税金"),
    ]
    for wrong in ("设备费", "5x 设备费", "1.2.3 设备费"):
        with pytest.raises(ValidationError):
            field.clean(wrong)
