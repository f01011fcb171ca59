"""The buttons beside a row: each a form with the service behind it, and what becomes of a refusal."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem
from market.pages.rendering import form_problem

R = TypeVar("R")
PASSED_ON = frozenset({401, 403, 404})  # what hides a row, or sends one to sign in, is a page of its own


@dataclass(frozen=True)
class Step:
    """A button of a page: its words, its form and the service behind it.

    What has consequences is never one click: a grave step, and any with a `question` that names what happens, is
    asked about first (`<c-step>`, `<c-confirm>`).
    """

    label: Any
    form: type[forms.Form]
    service: Callable[..., Any]
    is_grave: bool = False
    question: Any = ""

    @property
    def asks(self) -> Any:
        """The question that stands before the button; empty where one click may do it."""
        if self.question or not self.is_grave:
            return self.question
        return _("确定要%(step)s吗？请先核对本页内容。") % {"step": self.label}


def offered(
    steps: Mapping[str, Step],
    allowed: Collection[str],
    *,
    initial: Mapping[str, Any],
    failed: tuple[str, forms.Form] | None = None,
    row_id: Any = None,
) -> list[tuple[str, Step, forms.Form]]:
    """The steps that may be taken, each with its form; the one that was refused has what was typed, and why.

    Each form's ids begin with its verb, and `row_id` where a page shows several rows, so that the labels of one form
    never act on the fields of another.
    """
    found = [
        (verb, step, failed[1] if failed and failed[0] == verb else step.form(initial=dict(initial)))
        for verb, step in steps.items()
        if verb in allowed or (failed is not None and failed[0] == verb)
    ]
    for verb, _step, form in found:
        form.auto_id = f"id_{verb}_%s" if row_id is None else f"id_{verb}_{row_id}_%s"
    return found


def attempt(form: forms.BaseForm, act: Callable[..., R]) -> R | None:
    """What the service returned for the form's values; None where one of them refused, which the form then says."""
    if form.is_valid():
        try:
            return act(**form.cleaned_data)
        except Problem as problem:
            if problem.status in PASSED_ON:
                raise
            form_problem(form, problem)
    _ask_for_files(form)
    return None


def _ask_for_files(form: forms.BaseForm) -> None:
    """A page cannot give a browser its files back: each that was chosen is asked for again, beside its field."""
    for name in form.fields:
        if form.add_prefix(name) in form.files and name not in form.errors:
            form.add_error(name, _("内容未保存，请重新选择文件"))
