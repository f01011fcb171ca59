"""What no column and no output can hold is refused by the type of every field: of every operation, of every form.

The fields are walked, so a new one of a type that lets it through fails here.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from django import forms
from django.urls import get_resolver
from pydantic import BaseModel, ValidationError

from market.accounts.models import User
from market.config.api import api
from market.kernel.actor import OrganisationKind
from market.kernel.forms import FittingFields
from market.pages.fields import VersionForm
from matching.brokerage.models import Deal

ROOT = Path(__file__).resolve().parents[3]
FLOORS = ("market", "search", "listings", "matching", "contracts")
TEXTS = ("铜\x08箔", "铜\u202e箔", "铜\uffff箔", "铜\ufdd0箔", "铜\U0001fffe箔", "铜\x00箔")
BAD: dict[type, tuple[Any, ...]] = {
    str: TEXTS,
    date: (0, "0", 1.5, "0001-01-01", "9999-12-31", "1899-12-31"),
    datetime: (0, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-02T09:00:00"),
    int: (10**30, -(10**30), 2**31, "9" * 4400),
    Decimal: ("1e30", "NaN", "-Infinity"),
}


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in get_args(annotation):
        yield from models(part)
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)


def kinds(annotation: Any) -> Iterator[type]:
    for part in get_args(annotation):
        yield from kinds(part)
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation


def shaped(annotation: Any, bad: Any) -> Any:
    """The value as the field would carry it."""
    origins = {getattr(part, "__origin__", part) for part in (annotation, *get_args(annotation))}
    return [bad] if list in origins else {"key": bad} if dict in origins else bad


def read_fields() -> dict[str, tuple[type[BaseModel], str, type]]:
    """Each field that an operation reads, by its name: its model, itself, its kind."""
    found = {}
    for _prefix, router in api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                for top in operation.models:
                    source = top.__ninja_param_source__
                    if source == "path":
                        continue  # Django's converters match what is none as no address
                    for model in models(top):
                        for name, field in model.model_fields.items():
                            for kind in set(kinds(field.annotation)) & BAD.keys():
                                if kind is not str or source != "query":  # nothing keeps a query's words
                                    found[f"{operation.view_func.__name__} {model.__name__}.{name} {kind.__name__}"] = (
                                        model,
                                        name,
                                        kind,
                                    )
    return found


def test_every_field_that_an_operation_reads_refuses_what_cannot_be_kept():
    fields = read_fields()
    assert len(fields) > 150

    passed = [
        (label, bad)
        for label, (model, name, kind) in fields.items()
        for bad in BAD[kind]
        if not is_refused(model, name, shaped(model.model_fields[name].annotation, bad))
    ]

    assert passed == []


def is_refused(model: type[BaseModel], name: str, value: Any) -> bool:
    try:
        model.model_validate({model.model_fields[name].alias or name: value})
    except ValidationError as error:
        return any(item["loc"][0] in {name, model.model_fields[name].alias} for item in error.errors())
    return False


def form_classes() -> list[type[forms.BaseForm]]:
    assert get_resolver().url_patterns  # importing every page
    import_module("market.accounts.adapters")  # which the pages of signing in load when they are opened

    def below(kind: type) -> Iterator[type]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return sorted(
        {found for found in below(forms.BaseForm) if found.__module__.split(".")[0] in FLOORS},
        key=lambda found: (found.__module__, found.__name__),
    )


WORDS: dict[str, dict[str, Any]] = {
    "InvitationForm": {"kind": OrganisationKind.ENTERPRISE},
    "ContractForm": {"initial": {}},
    "KeyNameForm": {"user": User(pk=uuid4())},
}
UNFIT = {forms.IntegerField: 2**31, forms.DateField: "9999-12-31", forms.CharField: "铜\u202e箔"}


@pytest.mark.django_db
def test_every_form_refuses_at_its_field_what_cannot_be_kept():
    # What only asks back is no page's form: those below it are.
    found = [
        form for form in form_classes() if form.__name__ in WORDS or {*getattr(form, "base_fields", ())} - {"confirmed"}
    ]
    assert len(found) > 25

    passed = []
    for form_class in found:
        assert issubclass(form_class, FittingFields), form_class
        words = WORDS.get(form_class.__name__, {})
        if issubclass(form_class, VersionForm):
            words = words | {"row": Deal(), "initial": {}}
        blank = form_class(**words)
        bad = {name: value for name, field in blank.fields.items() if (value := unfit_for(field)) is not None}
        form = form_class(data={blank.add_prefix(name): value for name, value in bad.items()}, **words)
        passed += [(form_class.__name__, name) for name in bad if name not in form.errors]

    assert passed == []


def unfit_for(field: forms.Field) -> Any:
    if isinstance(field, forms.FloatField | forms.DecimalField):
        return "1e30"
    if isinstance(field.widget, forms.PasswordInput):
        return None  # kept as it was typed, and only its hash
    return next((value for kind, value in UNFIT.items() if isinstance(field, kind)), None)


def test_what_a_button_sends_without_a_form_is_read_by_the_normaliser():
    """Apart from codes and addresses, which are compared with what is known."""
    compared = {"language", "next", "code", "on", "organisation", "answer", "more"}
    raw = re.compile(r"request\.POST(?:\.get\(|\[)\"(\w+)\"")
    sources = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py") if file.parent.name != "kernel"]

    found = {(str(file.relative_to(ROOT)), name) for file in sources for name in raw.findall(file.read_text())}

    assert {pair for pair in found if pair[1] not in compared} == set()


@pytest.mark.django_db
def test_a_word_processors_break_becomes_a_line_and_in_a_title_a_blank():
    from listings.catalog.forms import FORMS

    form = FORMS["demand"](
        {"title": "铜箔\x0b退火\u200b工艺\ufeff", "difficulties": "一\x0b二\r\n三", "disclosure": "public"}
    )
    form.is_valid()

    assert form.cleaned_data["title"] == "铜箔 退火工艺"
    assert form.cleaned_data["difficulties"] == "一\n二\n三"
