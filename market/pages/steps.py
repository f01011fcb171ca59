"""The buttons beside a row: each a form with the service behind it, and what becomes of a refusal."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms

from market.kernel.problems import Problem
from market.pages.rendering import form_problem

R = TypeVar("R")
PASSED_ON = frozenset({401, 403, 404})  # what hides a row, or sends one to sign in, is a page of its own


@dataclass(frozen=True)
class Step:
    """A button of a page: its words, its form and the service behind it."""

    label: Any
    form: type[forms.Form]
    service: Callable[..., Any]
    is_grave: bool = False


def offered(
    steps: Mapping[str, Step],
    allowed: Collection[str],
    *,
    initial: Mapping[str, Any],
    failed: tuple[str, forms.Form] | None = None,
) -> list[tuple[str, Step, forms.Form]]:
    """The steps that may be taken, each with its form; the one that was refused has what was typed, and why."""
    return [
        (verb, step, failed[1] if failed and failed[0] == verb else step.form(initial=dict(initial)))
        for verb, step in steps.items()
        if verb in allowed or (failed is not None and failed[0] == verb)
    ]


def attempt(form: forms.BaseForm, act: Callable[..., R]) -> R | None:
    """What the service returned for the form's values; None where one of them refused, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return act(**form.cleaned_data)
    except Problem as problem:
        if problem.status in PASSED_ON:
            raise
        form_problem(form, problem)
        return None
