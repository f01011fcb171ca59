"""Of every lifecycle a row in each state, and for every verb the values with which it would be done.

A lifecycle without a specimen, or a verb without its values, fails the walk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.db import models

from contracts.agreements import lifecycle as agreement
from contracts.agreements import services as agreements
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from contracts.monitoring import lifecycle as indicators
from contracts.monitoring import services as monitoring
from contracts.monitoring.models import IndicatorValue
from contracts.payments import journal
from contracts.payments import lifecycle as money
from contracts.payments import services as payments
from contracts.payments.models import Payment, Rail
from contracts.registration import lifecycle as registration
from contracts.registration import services as registrations
from contracts.registration.models import Change, Correction, Registration
from contracts.reports import lifecycle as reporting
from contracts.reports import services as reports
from contracts.reports.models import Report
from listings.catalog import lifecycle as catalog
from market.kernel.actor import Role
from market.kernel.lifecycle import Lifecycle, targets
from matching.brokerage import lifecycle as broking
from matching.brokerage import services as brokerage
from matching.brokerage.models import BY_HAND, Deal, Introduction
from tests import story
from tests.cast import MONDAY, MONDAY_ON, Cast, member
from tests.contracts.registration.desk import paper
from tests.matching.brokerage.desk import stand_in

Values = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Specimen:
    """`make` brings a row into a state; `page` shows it, and so does `endpoint`, or what the API shows it `among`."""

    lifecycle: Lifecycle
    make: Callable[[Cast, str], Any]
    page: Callable[[Any], str]
    endpoint: Callable[[Any], str]
    values: Mapping[str, Values] = field(default_factory=dict)
    among: Callable[[Any], str] | None = None
    buttons: Mapping[str, str] = field(default_factory=dict)  # last parts of addresses that are not the verb's code

    def shown_at(self, row: Any) -> str:
        return (self.among or self.endpoint)(row)

    @property
    def endpoint_pattern(self) -> str:
        """As the API document writes it."""
        row = SimpleNamespace(pk=f"{{{self.lifecycle.address or self.lifecycle.id_name}}}")
        return self.endpoint(row)

    @property
    def states(self) -> list[str]:
        named = self.lifecycle.model._meta.get_field(self.lifecycle.field).choices if self.lifecycle.field else ()
        return [str(state) for state, _label in named or ()] or [""]


def put(row: models.Model, **values: Any) -> Any:
    """The row with other values, past its protected state."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)
    return type(row)._default_manager.get(pk=row.pk)


AMOUNTS = {"contract_amount": Decimal("1000000.00"), "technology_amount": Decimal("780000.00")}
OTHER_AMOUNTS = {"contract_amount": Decimal("2000000.00"), "technology_amount": Decimal("780000.00")}
NUMBERED = {"registration_no": "2026360701000001", "registered_on": MONDAY_ON}
State, ContractState = Registration.State, TechnologyContract.State


def listing(cast: Cast, state: str, kind: str) -> Any:
    told = story.publish(cast)
    return put(told.achievement if kind == "achievement" else told.demand, state=state)


def introduction(cast: Cast, state: str) -> Introduction:
    told = story.publish(cast)
    return brokerage.introduce(
        actor=cast.broker, demand_id=told.demand.id, achievement_id=told.achievement.id, note="现场走访", at=MONDAY
    )


def deal(cast: Cast, state: str) -> Deal:
    return stand_in(story.opened(cast).deal, state)


def next_stage(row: Deal) -> dict[str, Any]:
    return {"stage": next(iter(targets(*BY_HAND, source=row.stage)), "negotiating"), "note": "双方会签"}


def contract(cast: Cast, state: str) -> TechnologyContract:
    drafted = story.drafted(cast).contract
    if state == ContractState.FINAL:
        return agreements.finalise_contract(actor=cast.broker, contract_id=drafted.id, version=None, at=MONDAY)
    return put(drafted, state=state, signed_on=None if state == ContractState.DRAFTING else MONDAY_ON)


def application(cast: Cast, state: str) -> Registration:
    told = story.applied(cast)
    if state == State.REGISTERED:
        return story.register(told).registration  # with the event that the later verbs stand on
    is_numbered = state in {State.SECOND_REVIEW, State.CANCELLED, State.REVOKED}
    reviewed = {"reviewed_by": cast.registrar.user_id, "accepted_on": MONDAY_ON}
    return put(told.registration, state=state, **reviewed, **(NUMBERED | AMOUNTS if is_numbered else {}))


def change(cast: Cast, state: str) -> Change:
    row = story.registered(cast).registration
    high = {"contract_amount": Decimal("6000000.00"), "technology_amount": Decimal("5000000.00")}
    registrations.amend_registration(
        actor=cast.registrar, registration_id=row.id, version=None, effective_on=MONDAY_ON, reason="补充协议",
        document=paper(), at=MONDAY, **high,
    )  # fmt: skip
    return put(Change.objects.get(), state=state, decided_by=cast.approver.user_id)


def correction(cast: Cast, state: str) -> Correction:
    row = story.registered(cast).registration
    registrations.correct_registration(
        actor=cast.registrar, registration_id=row.id, version=None, facts={"technology_field": "09"},
        contract_amount=None, technology_amount=None, reason="录入有误", at=MONDAY,
    )  # fmt: skip
    return put(Correction.objects.get(), state=state, decided_by=cast.approver.user_id)


def payment(cast: Cast, state: str) -> Payment:
    told = story.signed(cast)
    row = payments.start_payment(
        actor=cast.enterprise_finance,
        instalment_id=told.contract.instalments.order_by("position")[0].id,
        rail=Rail.BANK_TRANSFER,
        at=MONDAY,
    )
    arrived = {"succeeded_at": MONDAY} if state in Payment.ARRIVED else {}
    row = put(row, state=state, proof_by=cast.enterprise_finance.user_id, **arrived)
    if arrived:
        journal.book_payment(row, at=MONDAY)
    return row


def report(cast: Cast, state: str) -> Report:
    row = reports.draft_report(actor=cast.operator, kind="yearly", year=2025, number=None, at=MONDAY)
    if state == Report.State.PUBLISHED:
        reports.submit_report(actor=cast.operator, report_id=row.id, version=None, at=MONDAY)
        return reports.publish_report(actor=cast.leader, report_id=row.id, version=None, at=MONDAY)
    return put(row, state=state, submitted_by=cast.operator.user_id)


def value(cast: Cast, state: str) -> IndicatorValue:
    """A value that the leader's colleague entered; the leader is of the responsible office."""
    monitoring.assign_office(
        actor=cast.operator, indicator_no=1, organisation_id=cast.government.id, due_days=90, at=MONDAY
    )
    row = monitoring.enter_value(
        actor=member(cast.government, "colleague", Role.CLERK), indicator_no=1, year=2022, value=Decimal("1.95"),
        source_text="统计公报第 9 页", proof=paper(), at=MONDAY,
    )  # fmt: skip
    return put(row, state=state, decided_by=cast.leader.user_id, decided_at=MONDAY)


def against(row: Any) -> dict[str, Any]:
    return {"grounds": ["other"], "remark": ""}


def ending(row: Any) -> dict[str, Any]:
    return {"effective_on": MONDAY_ON, "reason": "合同解除", "document": paper()}


def sealed(row: Any) -> dict[str, Any]:
    scan = ContentFile(story.SCAN, "scan.pdf")
    return {"scan": scan, "signed_on": MONDAY_ON, "pages_note": "测试用扫描件"}


SPECIMENS = (
    *(
        Specimen(
            catalog.LIFECYCLES[kind],
            partial(listing, kind=kind),
            page=partial(lambda row, kind: f"/{kind}s/{row.pk}/", kind=kind),
            endpoint=partial(lambda row, kind: f"/{kind}s/{row.pk}", kind=kind),
            values={
                "update": lambda row: {"changes": {"title": "改过的名称"}},
                "take_down": lambda row: {"reason": "重复发布"},
            },
        )
        for kind in catalog.LIFECYCLES
    ),
    Specimen(
        broking.INTRODUCTIONS,
        introduction,
        page=lambda row: f"/introductions/{row.pk}/",
        endpoint=lambda row: f"/introductions/{row.pk}",
        buttons={"open": "open_deal"},
    ),
    Specimen(
        broking.DEALS,
        deal,
        page=lambda row: f"/deals/{row.pk}/",
        endpoint=lambda row: f"/deals/{row.pk}",
        values={
            "advance": next_stage,
            "lose": lambda row: {"reason": "price", "note": ""},
            "circumvent": lambda row: {"note": "双方自行签约"},
            "reopen": lambda row: {"note": ""},
        },
    ),
    Specimen(
        agreement.CONTRACTS,
        contract,
        page=lambda row: f"/contracts/{row.pk}/",
        endpoint=lambda row: f"/contracts/{row.pk}",
        values={
            "update": lambda row: {"data": ContractData(**story.CONTRACT)},
            "sign": sealed,
            "terminate": lambda row: {"reason": "协商解除"},
            "withdraw": lambda row: {"reason": "另行起草"},
        },
    ),
    Specimen(
        registration.REGISTRATIONS,
        application,
        page=lambda row: f"/registrations/{row.pk}/",
        endpoint=lambda row: f"/registrations/{row.pk}",
        values={
            "attach": lambda row: {"kind": "proof", "document": paper()},
            "register": lambda row: NUMBERED | AMOUNTS,
            "send_back": against,
            "request_supplement": against,
            "refuse": against,
            "amend": lambda row: OTHER_AMOUNTS | ending(row),
            "correct": lambda row: OTHER_AMOUNTS | {"facts": {}, "reason": "录入有误"},
            "cancel": ending,
            "revoke": ending,
        },
    ),
    Specimen(
        registration.CHANGES,
        change,
        page=lambda row: f"/registrations/{row.registration_id}/",
        endpoint=lambda row: f"/registrations/changes/{row.pk}",
    ),
    Specimen(
        registration.CORRECTIONS,
        correction,
        page=lambda row: f"/registrations/{row.registration_id}/",
        endpoint=lambda row: f"/registrations/corrections/{row.pk}",
    ),
    Specimen(
        money.PAYMENTS,
        payment,
        page=lambda row: f"/payments/{row.pk}/",
        endpoint=lambda row: f"/payments/{row.pk}",
        values={
            "submit_proof": lambda row: {"proof": paper(), "paid_on": MONDAY_ON},
            "reject_proof": lambda row: {"reason": "未查到款项"},
            "refund": lambda row: {"amount": Decimal("1.00"), "reason": "多付"},
        },
    ),
    Specimen(
        reporting.REPORTS,
        report,
        page=lambda row: f"/reports/{row.pk}/",
        endpoint=lambda row: f"/reports/{row.pk}",
        values={
            "revise": lambda row: {"sides": ["output"], "note": "按月核对"},
            "return": lambda row: {"reason": "三月漏计"},
        },
    ),
    Specimen(
        indicators.VALUES,
        value,
        page=lambda row: f"/monitoring/{row.indicator.no}/",
        endpoint=lambda row: f"/monitoring/values/{row.pk}",
        among=lambda row: f"/monitoring/indicators/{row.indicator.no}",
        values={"reject": lambda row: {"reason": "与公报不一致"}},
    ),
)
