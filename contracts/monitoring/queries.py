"""The eight indicators of a year as they stand, and each one's history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from contracts.monitoring import policy, rules
from contracts.monitoring.models import IndicatorValue, Responsibility
from contracts.turnover import queries as turnover
from contracts.turnover.models import PlanIndicator
from contracts.turnover.rules import covering
from contracts.turnover.services import TURNOVER_NO
from market.accounts.models import Organisation
from market.kernel.actor import Actor, OrganisationKind
from market.kernel.clock import local_date
from market.kernel.money import YI
from market.kernel.problems import NotFound


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator in one year, in the indicator's unit; `before` is the year before's value, or the baseline's."""

    indicator: PlanIndicator
    year: int
    value: Decimal | None
    before: Decimal | None
    planned: rules.Span | None
    target: rules.Span
    status: rules.Status
    is_over: bool
    due_on: date | None
    is_overdue: bool

    @property
    def office(self) -> Organisation | None:
        responsibility: Responsibility | None = getattr(self.indicator, "responsibility", None)
        return responsibility.office if responsibility else None

    @property
    def is_fed_by_ledger(self) -> bool:
        return self.indicator.no == TURNOVER_NO

    @property
    def missing_to_path(self) -> Decimal | None:
        return rules.missing(self.value, self.planned)

    @property
    def missing_to_target(self) -> Decimal | None:
        return rules.missing(self.value, self.target)

    @property
    def change(self) -> Decimal | None:
        """Against the year before, in the unit."""
        return None if self.value is None or self.before is None else self.value - self.before


def page_of(indicator: PlanIndicator) -> str:
    return reverse("monitoring:indicator", args=[indicator.no])


def indicators() -> QuerySet[PlanIndicator]:
    return turnover.indicators().select_related("responsibility__office")


def indicator(no: int, *, year: int) -> PlanIndicator:
    """As the plan has it that a year belongs to. Raises NotFound."""
    row = covering(indicators().filter(no=no), year)
    if row is None:
        raise NotFound
    return row


def of_year(rows: Iterable[PlanIndicator], year: int) -> list[PlanIndicator]:
    """One row for each indicator: that of the plan that the year belongs to."""
    by_no: dict[int, list[PlanIndicator]] = {}
    for row in rows:
        by_no.setdefault(row.no, []).append(row)
    return [found for no in sorted(by_no) if (found := covering(by_no[no], year))]


def plan_years(rows: list[PlanIndicator]) -> list[int]:
    """The years that the plan makes promises for, without the baseline's."""
    if not rows:
        return []
    return list(range(min(row.baseline_year for row in rows) + 1, max(row.target_year for row in rows) + 1))


def year_to_show(rows: list[PlanIndicator], today: date) -> int:
    """The last year that is over and has a promise; before any is over, the plan's first."""
    years = plan_years(rows)
    return max((year for year in years if year < today.year), default=years[0] if years else today.year)


def readings(*, year: int, today: date) -> list[Reading]:
    """All indicators in a year, by their number in the plan."""
    rows = of_year(indicators(), year)
    known, awaiting = _confirmed(rows, {year, year - 1}), _awaiting(rows)
    return [_reading(row, year, known.get(row.pk, {}), awaiting, today) for row in rows]


def history(row: PlanIndicator, *, today: date) -> list[Reading]:
    """One indicator in each year of the plan."""
    years = plan_years([row])
    known, awaiting = _confirmed([row], set(years)).get(row.pk, {}), _awaiting([row])
    return [_reading(row, year, known, awaiting, today) for year in years]


def values_of(row: PlanIndicator, *, actor: Actor) -> QuerySet[IndicatorValue]:
    """Every value that the actor may see, the newest first."""
    found = policy.values.visible_to(actor).filter(indicator=row)
    return found.select_related("indicator__responsibility", "entered_by", "decided_by", "proof").order_by(
        "-year", "-revision"
    )


def offices() -> QuerySet[Organisation]:
    """Who can be made responsible."""
    return Organisation.objects.filter(kind=OrganisationKind.GOVERNMENT, verified_at__isnull=False).order_by(
        "name", "id"
    )


def path_of(row: PlanIndicator) -> dict[int, rules.Span]:
    return rules.path(
        baseline_year=row.baseline_year, baseline=row.baseline, target_year=row.target_year, target=row.target
    )


def _confirmed(rows: list[PlanIndicator], years: set[int]) -> Mapping[int, dict[int, Decimal]]:
    """Value by indicator and year; the turnover's from the ledger, in 亿元 and unrounded."""
    found: dict[int, dict[int, Decimal]] = {}
    values = IndicatorValue.objects.filter(indicator__in=rows, year__in=years, state=IndicatorValue.State.CONFIRMED)
    for pk, year, value in values.values_list("indicator", "year", "value"):
        found.setdefault(pk, {})[year] = value
    for row in rows:
        if row.no == TURNOVER_NO:
            found[row.pk] = {}
            for year in sorted(years):
                figure = turnover.figure(year=year)
                # A year that the ledger knows nothing of has no value; zero would be a claim.
                if figure.output.contracts or figure.counted:
                    found[row.pk][year] = figure.counted / YI
    return found


def _awaiting(rows: list[PlanIndicator]) -> set[tuple[int, int]]:
    """Indicator and year of each value that was reported and waits for its second person."""
    found = IndicatorValue.objects.filter(indicator__in=rows, state=IndicatorValue.State.ENTERED)
    return set(found.values_list("indicator", "year"))


def _reading(
    row: PlanIndicator, year: int, known: Mapping[int, Decimal], awaiting: set[tuple[int, int]], today: date
) -> Reading:
    planned, value = path_of(row).get(year), known.get(year)
    responsibility: Responsibility | None = getattr(row, "responsibility", None)
    is_over = year < today.year
    due = rules.due_on(year, responsibility.due_days) if responsibility and row.no != TURNOVER_NO else None
    assigned = local_date(responsibility.assigned_at) if responsibility else date.max
    return Reading(
        indicator=row,
        year=year,
        value=value,
        before=Decimal(row.baseline) if year - 1 == row.baseline_year else known.get(year - 1),
        planned=planned,
        target=rules.target_span(row.baseline, row.target),
        status=rules.judge(value, baseline=Decimal(row.baseline), planned=planned),
        is_over=is_over,
        due_on=due,
        # An office is not late with what was due before it was asked, nor with what it reported and nobody confirmed.
        is_overdue=due is not None
        and value is None
        and planned is not None
        and (row.pk, year) not in awaiting
        and assigned <= due < today,
    )
