"""The figure and what is behind it.

The sums are public: they are what the city publishes. The lines behind them open as the policy says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from contracts.registration.models import RegistrationEvent
from contracts.turnover import policy, rules
from contracts.turnover.models import PlanIndicator, TurnoverEntry
from contracts.turnover.services import CODES, TURNOVER_NO
from market.kernel.actor import Actor
from market.kernel.clock import start_of_day
from market.kernel.money import round_half_up
from market.kernel.problems import NotFound

Kind = RegistrationEvent.Kind


@dataclass(frozen=True, slots=True)
class Figure:
    """技术合同成交额 of a year and region: what the city's parties sold (输出), and bought (吸纳), as known at a time.

    `contract_amount` and its neighbours are output, the count that the city's assessment uses by default.
    """

    year: int
    region: str
    as_of: date | None
    output: rules.Sums
    absorption: rules.Sums
    intra: rules.Sums
    plan: rules.Plan | None

    @property
    def contract_amount(self) -> Decimal:
        return self.output.contract_amount

    @property
    def technology_amount(self) -> Decimal:
        return self.output.technology_amount

    @property
    def contracts(self) -> int:
        return self.output.contracts

    @property
    def planned(self) -> Decimal | None:
        return self.plan.path.get(self.year) if self.plan else None

    @property
    def against_plan_percent(self) -> Decimal | None:
        """How far above or below the path, in percent (worked example 6: 3.10 against 3.2321 is −4.09)."""
        return rules.change_percent(self.contract_amount, self.planned)


def figure(*, year: int, region: str = "", as_of: date | None = None) -> Figure:
    """The figure of a year; with `as_of`, as it was known at the end of that day in Asia/Shanghai."""
    region = region or settings.HOME_REGION
    rows = _known(as_of).filter(effective_on__range=_inclusive(year))
    return Figure(
        year=year,
        region=region,
        as_of=as_of,
        output=_sums(rows.filter(_sold_in(region))),
        absorption=_sums(rows.filter(_bought_in(region))),
        intra=_sums(rows.filter(_sold_in(region) & _bought_in(region))),
        plan=plan(),
    )


def series(*, region: str = "", as_of: date | None = None) -> Mapping[int, rules.Sums]:
    """Output by year, for the years that have entries."""
    region = region or settings.HOME_REGION
    rows = (
        _known(as_of)
        .filter(_sold_in(region))
        .annotate(year=ExtractYear("effective_on"))
        .values("year")
        .annotate(
            contract=Sum("contract_amount"),
            technology=Sum("technology_amount"),
            count=Count("id", filter=Q(kind=Kind.REGISTERED)),
        )
        .order_by("year")
    )
    return {row["year"]: rules.Sums(row["contract"], row["technology"], row["count"]) for row in rows}


def plan() -> rules.Plan | None:
    """The plan's promise for the figure, where it was loaded."""
    row = PlanIndicator.objects.filter(code=CODES[TURNOVER_NO]).first()
    if row is None:
        return None
    return rules.Plan(row.baseline_year, rules.yuan(row.baseline), row.target_year, rules.yuan(row.target))


def indicators() -> QuerySet[PlanIndicator]:
    return PlanIndicator.objects.order_by("no")


def entries(
    *, actor: Actor, year: int | None = None, region: str = "", side: str = "output", as_of: date | None = None
) -> QuerySet[TurnoverEntry]:
    """The lines behind the figure whose contracts the actor may see; the caller orders them."""
    region = region or settings.HOME_REGION
    rows = visible_entries(actor=actor, as_of=as_of)
    if year is not None:
        rows = rows.filter(effective_on__range=_inclusive(year))
    return rows.filter(_bought_in(region) if side == "absorption" else _sold_in(region))


def visible_entries(*, actor: Actor, as_of: date | None = None) -> QuerySet[TurnoverEntry]:
    """Every line that the actor may see, with its contract and parties."""
    return _known(as_of, policy.entries.visible_to(actor)).select_related(
        "event__registration__contract__seller", "event__registration__contract__buyer"
    )


def entry(*, actor: Actor, entry_id: int) -> TurnoverEntry:
    """One line with the chain behind it; raises NotFound where its contract is hidden."""
    row = (
        visible_entries(actor=actor)
        .select_related(
            "event__registration__contract__deal__introduction__achievement",
            "event__registration__contract__deal__introduction__demand",
            "event__registration__contract__deal__introduction__agency",
            "event__registration__contract__seller",
            "event__registration__contract__buyer",
        )
        .filter(pk=entry_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def chained_share(*, year: int, region: str = "") -> Decimal | None:
    """Percent of the year's yuan whose contract grew from a deal of the market; None where there is none."""
    region = region or settings.HOME_REGION
    rows = TurnoverEntry.objects.filter(_sold_in(region), effective_on__range=_inclusive(year))
    sums = rows.aggregate(
        all=Sum("contract_amount"),
        chained=Sum("contract_amount", filter=Q(event__registration__contract__deal__isnull=False)),
    )
    if not sums["all"]:
        return None
    return round_half_up((sums["chained"] or rules.ZERO) / sums["all"] * 100)


def _known(as_of: date | None, rows: QuerySet[TurnoverEntry] | None = None) -> QuerySet[TurnoverEntry]:
    rows = TurnoverEntry.objects.all() if rows is None else rows
    return rows.filter(known_at__lt=_end_of(as_of)) if as_of is not None else rows


def _end_of(on: date) -> datetime:
    return start_of_day(on + timedelta(days=1))


def _inclusive(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _sold_in(region: str) -> Q:
    return Q(seller_region__startswith=rules.region_prefix(region))


def _bought_in(region: str) -> Q:
    return Q(buyer_region__startswith=rules.region_prefix(region))


def _sums(rows: QuerySet[TurnoverEntry]) -> rules.Sums:
    found = rows.aggregate(
        contract=Sum("contract_amount"),
        technology=Sum("technology_amount"),
        count=Count("id", filter=Q(kind=Kind.REGISTERED)),
    )
    return rules.Sums(found["contract"] or rules.ZERO, found["technology"] or rules.ZERO, found["count"])
