"""Writing the ledger, only from registration events and exactly once; and what the figure is measured against."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Self
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.registration.models import RegistrationEvent
from contracts.turnover import policy, triggers
from contracts.turnover.models import Assessment, PlanIndicator, TurnoverEntry
from contracts.turnover.problems import AssessmentDecided
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR
from market.kernel import audit
from market.kernel.actor import Actor
from market.kernel.constraints import refuse_on
from market.kernel.policy import refusal

INDICATORS = Path(__file__).parent / "data" / "indicators.json"
TURNOVER_NO = 7
CODES = {
    1: "rd_share_of_gdp",
    2: "rd_share_of_industrial_revenue",
    3: "high_tech_enterprises",
    4: "technology_enterprises",
    5: "invention_patents_per_10000",
    6: "high_tech_share_of_industry",
    TURNOVER_NO: "technology_contract_turnover",
    8: "provincial_platforms",
}

# By the names on both sides; `checks` compares every one of them, and so does the database.
TAKEN_OVER = triggers.taken_over()


@transaction.atomic
def enter_event(*, event_id: UUID) -> TurnoverEntry:
    """The ledger entry of a registration event; a second call finds the first one's.

    The lines of one correction enter together, so that nobody reads a figure in which a contract is reversed and not
    yet entered rightly.
    """
    entries = {}
    for event in _to_enter(event_id):
        entry, _ = TurnoverEntry.objects.get_or_create(
            event=event,
            defaults={name: getattr(event, source) for name, source in TAKEN_OVER.items()},
        )
        entries[event.pk] = entry
    return entries[event_id]


def _to_enter(event_id: UUID) -> QuerySet[RegistrationEvent]:
    """The event, or every line of the correction it belongs to, locked in the order of their ids."""
    event = RegistrationEvent.objects.get(pk=event_id)
    rows = RegistrationEvent.objects.select_for_update(no_key=True).order_by("pk")
    if event.kind != RegistrationEvent.Kind.CORRECTED:
        return rows.filter(pk=event_id)
    return rows.filter(registration=event.registration_id, kind=event.kind, recorded_at=event.recorded_at)


@transaction.atomic
def decide_assessment(
    *,
    actor: Actor,
    valid_from: date,
    side: Assessment.CountedSide,
    amount: Assessment.CountedAmount,
    reason: str,
    at: datetime,
) -> Assessment:
    """Decide what the city's assessment counts from a day on. Raises NotAllowed, AssessmentDecided."""
    if not policy.decides_assessment(actor):
        raise refusal(actor)
    with refuse_on(turnover_assessment_valid_from_key=AssessmentDecided):
        row = Assessment.objects.create(
            valid_from=valid_from,
            side=side,
            amount=amount,
            reason=reason,
            decided_by_id=actor.user_id,
            decided_at=at,
        )
    changes = {"valid_from": valid_from, "side": side, "amount": amount, "reason": reason}
    audit.record("turnover.assessment_decided", actor=actor, subject=row, at=at, changes=changes)
    return row


class IndicatorRow(BaseModel):
    """A row of the plan's table as printed; `no` is the indicator's number in `CODES`, whatever the plan's own is."""

    model_config = ConfigDict(extra="forbid")

    no: int
    name: str = Field(min_length=1, max_length=100)
    unit: str = Field(min_length=1, max_length=10)
    baseline: str = Field(min_length=1, max_length=20)
    target: str = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def is_known_and_can_be_measured(self) -> Self:
        if self.no not in CODES:
            raise ValueError(f"no indicator has the number {self.no}")
        printed = [self.baseline, self.target] if self.no == TURNOVER_NO else [self.baseline]
        for text in printed:
            if not re.fullmatch(r"\d+(\.\d+)?", text) or (self.no == TURNOVER_NO and not Decimal(text)):
                raise ValueError(f"indicator {self.no}: {text!r} is no number to measure from")
        return self


class PlanFile(BaseModel):
    """One plan: the years it runs between, and its table."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, max_length=200)
    baseline_year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    target_year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    indicators: list[IndicatorRow] = Field(min_length=1)

    @model_validator(mode="after")
    def has_years_and_each_indicator_once(self) -> Self:
        if self.baseline_year >= self.target_year:
            raise ValueError("the target year comes after the baseline's")
        if len({row.no for row in self.indicators}) < len(self.indicators):
            raise ValueError("an indicator stands twice")
        return self


@transaction.atomic
def load_plan(*, path: Path = INDICATORS) -> int:
    """Write a plan's indicators from its file, beside those of other plans; returns how many there are.

    The same span again is written over. Raises pydantic's ValidationError, and OSError.
    """
    data = PlanFile.model_validate_json(path.read_text(encoding="utf-8"))
    for row in data.indicators:
        PlanIndicator.objects.update_or_create(
            no=row.no,
            baseline_year=data.baseline_year,
            target_year=data.target_year,
            defaults={
                "code": CODES[row.no],
                "name": row.name,
                "unit": row.unit,
                "baseline": row.baseline,
                "target": row.target,
                "source": data.source,
            },
        )
    return len(data.indicators)
