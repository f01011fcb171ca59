"""The figure in ten seconds, and the way down from it to the people and the listings."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from contracts.agreements import policy as agreements
from contracts.registration import policy as registrations
from contracts.registration.facts import DIMENSIONS, Dimension
from contracts.turnover import choices, dashboard, labels, policy, queries, services
from contracts.turnover.choices import Choice
from contracts.turnover.forms import AssessmentForm
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Side
from listings.catalog import policy as catalog
from market.kernel.actor import Actor
from market.kernel.clock import now, today
from market.kernel.policy import refusal
from market.kernel.problems import NotFound
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import attempt
from matching.brokerage import policy as brokerage

# What the page draws beside the years and the months; the rest is a choice of the lines' page.
DRAWN = tuple(by for by, fact in DIMENSIONS.items() if fact.is_drawn)


@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """The page that a mayor reads in ten seconds, and beneath it what the figure is made of."""
    as_of = choices.read(request.GET, period=str(today().year)).as_of
    rows = dashboard.year_rows(as_of)
    latest = next((row.year for row in reversed(rows) if row.actual is not None and not row.is_baseline), None)
    choice = choices.read(request.GET, period=str(latest or (as_of or today()).year))
    head = dashboard.headline(choice, today=today())
    context: dict[str, Any] = {
        "choice": choice,
        "head": head,
        "rows": rows,
        **({} if head.absence else _composition(request.actor, choice)),
        "region": settings.HOME_REGION,
        "sides": Side,
        **_switch(choice, [row.year for row in rows if not row.is_baseline]),
    }
    return render_page(request, "turnover/dashboard.html", **context)


def _composition(actor: Actor, choice: Choice) -> dict[str, Any]:
    """What the figure of the period is made of."""
    tables = dashboard.tables_of(choice, (*DRAWN, Dimension.BROKER), actor=actor, today=today())
    return {
        "months": dashboard.months(choice),
        "parts": [dashboard.breakdown(choice, each, tables[each]) for each in DRAWN],
        "matrix": dashboard.matrix(choice, actor=actor, today=today()),
        "chained": dashboard.chained(tables[Dimension.BROKER]),
    }


@require_safe
def year_page(request: PageRequest, year: int) -> HttpResponse:
    """A year's lines; the address that reports and old links name."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    return _lines(request, choices.read(request.GET, period=str(year)))


@require_safe
def lines(request: PageRequest) -> HttpResponse:
    """The lines of a period, by any dimension and code, as far as the reader may see them."""
    return _lines(request, choices.read(request.GET, period=str(today().year)))


@require_safe
def entry_page(request: PageRequest, entry_id: int) -> HttpResponse:
    """One line of the ledger with its whole chain: registration, contract, deal, match, listings, people."""
    entry = queries.entry(actor=request.actor, entry_id=entry_id)
    contract = entry.event.registration.contract
    introduction = contract.deal.introduction if contract.deal else None
    context: dict[str, Any] = {
        "entry": entry,
        "registration": entry.event.registration,
        "contract": contract,
        "deal": contract.deal,
        "introduction": introduction,
        "opens": _opens(request.actor, entry),
    }
    return render_page(request, "turnover/entry.html", **context)


@require_safe
def assessment(request: PageRequest) -> HttpResponse:
    """What the city's assessment counts, from which day on and by which document."""
    return _assessment(request, AssessmentForm() if policy.decides_assessment(request.actor) else None)


@require_POST
def decide(request: PageRequest) -> HttpResponse:
    if not policy.decides_assessment(request.actor):
        raise refusal(request.actor)
    form = AssessmentForm(request.POST)
    if attempt(form, partial(services.decide_assessment, actor=request.actor, at=now())):
        messages.success(request, _("已决定考核口径。"))
        return redirect("turnover:assessment")
    response = _assessment(request, form)
    response.status_code = 409
    return response


def _assessment(request: PageRequest, form: AssessmentForm | None) -> HttpResponse:
    return render_page(request, "turnover/assessment.html", rows=queries.assessments(), form=form)


def _lines(request: PageRequest, choice: Choice) -> HttpResponse:
    by = request.GET.get("by", "")
    rows = _chosen(request.actor, choice)
    names = {dimension: labels.of_codes(dimension, [code])[code] for dimension, code in choice.codes.items()}
    figure = queries.figure(period=choice.whole, as_of=choice.as_of)
    context: dict[str, Any] = {
        "choice": choice,
        "figure": figure,
        "absence": dashboard.absence(choice, figure, today=today()),
        "page": paginate(request, rows.order_by("-effective_on", "-id")),
        "shown": rows.aggregate(amount=Sum("contract_amount"), contracts=Sum("contracts")),
        "side": choice.side,
        "as_of": choice.as_of,
        "is_complete": policy.sees_every_line(request.actor),
        "filters": [(labels.NAMES[name], names[name], choice.without(name).query()) for name in choice.codes],
        "dimensions": list(labels.NAMES.items()),
        "by": by,
        "parts": _parts(request.actor, choice, Dimension(by)) if by in set(Dimension) else None,
        "sides": Side,
        **_switch(choice, [choice.year - 1, choice.year, choice.year + 1]),
    }
    return render_page(request, "turnover/lines.html", **context)


def _parts(actor: Actor, choice: Choice, by: Dimension) -> dashboard.Breakdown:
    return dashboard.breakdown(choice, by, dashboard.tables_of(choice, [by], actor=actor, today=today())[by])


def _chosen(actor: Actor, choice: Choice) -> QuerySet[TurnoverEntry]:
    """The lines of the choice that the reader may see."""
    rows = queries.entries(actor=actor, side=choice.side, as_of=choice.as_of)
    rows = rows.filter(effective_on__range=(choice.whole.first, choice.whole.last))
    for dimension, code in choice.codes.items():
        rows = rows.filter(**{"effective_on__month" if dimension == Dimension.MONTH else dimension.value: code})
    return rows


def _switch(choice: Choice, years: list[int]) -> dict[str, Any]:
    """The other periods, as name, query and whether it is the one shown."""
    months = [f"{choice.year}-{month:02d}" for month in range(1, 13)]
    quarters = [f"{choice.year}-Q{quarter}" for quarter in range(1, 5)]

    def links(periods: list[str]) -> list[tuple[str, str, bool]]:
        return [
            (replace(choice, period=period).name, choice.query(period=period), period == choice.period)
            for period in periods
        ]

    shown = sorted({year for year in (*years, choice.year) if FIRST_YEAR <= year <= LAST_YEAR})
    return {"years": links([str(year) for year in shown]), "quarters": links(quarters), "month_links": links(months)}


def _opens(actor: Actor, entry: TurnoverEntry) -> dict[str, bool]:
    """Which links of the chain the reader may open: a leader reads the line, not the contract's text."""
    registration = entry.event.registration
    contract, deal = registration.contract, registration.contract.deal
    found = {
        "registration": registrations.registrations.shows(actor, registration.pk),
        "contract": agreements.contracts.shows(actor, contract.pk),
    }
    if deal is None:
        return found
    introduction = deal.introduction
    return found | {
        "deal": brokerage.deals.shows(actor, deal.pk),
        "introduction": brokerage.introductions.shows(actor, introduction.pk),
        "achievement": catalog.achievements.shows(actor, introduction.achievement_id),
        "demand": catalog.demands.shows(actor, introduction.demand_id),
    }
