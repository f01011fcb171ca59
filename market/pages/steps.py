"""The buttons beside a row, drawn from its lifecycle, and what becomes of a refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.forms import FittingFields
from market.kernel.lifecycle import Verb
from market.kernel.policy import Policy
from market.kernel.problems import NotFound, Problem
from market.pages.fields import VersionForm
from market.pages.rendering import PageRequest, form_problem

R = TypeVar("R")


@dataclass(frozen=True)
class Button:
    """A verb on a page: its words for this reader, the question that stands before it, and its form."""

    code: str
    label: Any
    asks: Any
    form: VersionForm


@dataclass(frozen=True)
class Refused:
    """A step that was refused: of which row, with what was typed, and why."""

    row_id: UUID
    code: str
    form: VersionForm


def buttons(
    policy: Policy[Any], actor: Actor, row: Any, *, refused: Refused | None = None, is_one_of_many: bool = False
) -> list[Button]:
    """The verbs that the actor may do now; the one that was refused has what was typed, and why.

    Each form's ids begin with its verb, and the row's id where a page shows several, so that the labels of one form
    never act on the fields of another.
    """
    found = []
    for code in policy.allowed(actor, row):
        verb = policy.verb(code)
        if verb is None or verb.form is None:
            continue
        is_refused = refused is not None and (refused.row_id, refused.code) == (row.pk, code)
        form = refused.form if refused is not None and is_refused else verb.form(row=row)
        form.auto_id = f"id_{code}_{row.pk}_%s" if is_one_of_many else f"id_{code}_%s"
        found.append(Button(code, *verb.words(actor, row), form))
    return found


def take(
    request: PageRequest,
    policy: Policy[Any],
    row_id: UUID,
    code: str,
    *,
    draw: Callable[[Refused | None], HttpResponse],
    done: Callable[[Any], HttpResponse],
    said: Callable[[Verb, Any], Any] | None = None,
) -> HttpResponse:
    """Do the verb to the row with what its form holds, and go on to `done`; a refusal draws the row's page again.

    A step that may be tried again is drawn as it was typed; where it is over by now, the page says why at its top.
    `done` and `said`, the words of success where they are not the verb's, are given what the service returned.
    """
    verb = policy.verb(code)
    if verb is None or verb.form is None or policy.lifecycle is None:
        raise NotFound
    row = policy.fetch(actor=request.actor, pk=row_id)
    policy.require(request.actor, code, row)
    label, _question = verb.words(request.actor, row)
    form = verb.form(request.POST, request.FILES, row=row)
    act = partial(verb.service, actor=request.actor, at=clock.now(), **{policy.lifecycle.id_name: row_id})
    result = attempt(form, act)
    if result is not None:
        words = said(verb, result) if said else None
        messages.success(request, (words or _("已完成：%(step)s")) % {"step": label})
        return done(result)
    row = policy.fetch(actor=request.actor, pk=row_id)
    if code in policy.allowed(request.actor, row):
        response = draw(Refused(row_id, code, form))
    else:
        for error in [error for name, errors in form.errors.items() if name not in form.files for error in errors]:
            messages.error(request, error)
        response = draw(None)
    response.status_code = 409
    return response


def attempt(form: FittingFields, act: Callable[..., R]) -> R | None:
    """What the service returned for the form's values; None where one of them refused, which the form then says."""
    if form.is_valid():
        try:
            return act(**form.values())
        except Problem as problem:
            if problem.is_passed_on:
                raise
            form_problem(form, problem)
    _ask_for_files(form)
    return None


def _ask_for_files(form: FittingFields) -> None:
    """A page cannot give a browser its files back: each that was chosen is asked for again, beside its field."""
    for name in form.fields:
        if form.add_prefix(name) in form.files and name not in form.errors:
            form.add_error(name, _("内容未保存，请重新选择文件"))
