"""The working-day calendar's page: what is known, and the operator's form for the next year."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from market.kernel import clock
from market.kernel.http import ActorRequest
from market.kernel.policy import refusal
from market.reference import calendar_years
from market.reference.forms import YearForm
from market.reference.models import CalendarYear
from market.reference.problems import ArrangementInvalid


@require_safe
def calendar(request: ActorRequest) -> HttpResponse:
    wanted = request.GET.get("year", "")
    row = CalendarYear.objects.filter(year=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    latest = CalendarYear.objects.order_by("-year").first()
    initial = (
        {name: getattr(row, name) for name in YearForm.base_fields}
        if row
        else {"year": latest.year + 1 if latest else clock.today().year}
    )
    return _calendar(request, YearForm(initial=initial))


@require_POST
def enter_year(request: ActorRequest) -> HttpResponse:
    if not request.actor.is_operator:
        raise refusal(request.actor)
    form = YearForm(request.POST)
    if form.is_valid():
        try:
            row = calendar_years.enter_year(actor=request.actor, at=clock.now(), **form.cleaned_data)
        except ArrangementInvalid as problem:
            form.add_error(None, problem.words)
        else:
            messages.success(request, _("%(year)s 年的安排已保存，相关办理期限将重新计算") % {"year": row.year})
            return redirect("reference:calendar")
    return _calendar(request, form, status=422)


def _calendar(request: ActorRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {"years": CalendarYear.objects.order_by("-year"), "form": form if request.actor.is_operator else None}
    return render(request, "reference/calendar.html", context, status=status)
