"""What owners type into the portal: every field that the API takes, asked for in the sections of its kind."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import SECTION_WORDS, Field, Kind, Section, Shape
from market.kernel.clock import today
from market.kernel.forms import AskingForm, Form
from market.pages.fields import VersionForm, date_field, money_field, version_field
from market.reference import queries as reference
from market.reference.locations import LocationField


class WordsField(forms.CharField):
    """Several words or codes, typed between commas."""

    def __init__(self, *, items: int, longest: int, **kwargs: Any) -> None:
        super().__init__(max_length=items * (longest + 2), **kwargs)
        self.items, self.longest = items, longest

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        words = split(super().clean(value))
        if len(words) > self.items or any(len(word) > self.longest for word in words):
            raise ValidationError(
                _("最多 %(items)s 项，每项不超过 %(longest)s 字"),
                code="too_many",
                params={"items": self.items, "longest": self.longest},
            )
        return words


BESIDE = frozenset({"version", "confirmed"})  # what a form has beside the values of its listing


class ListingForm(AskingForm):
    """The form of a kind, made by `form_of`; `kind` is its table."""

    kind: Kind

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, scheme in self.kind.schemes.items():
            field: Any = self.fields[name]
            kept: Any = self.initial.get(name) or []
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = with_kept(reference.choices(scheme, today()), kept)
            elif isinstance(field, forms.ChoiceField):
                field.choices = with_kept(codes(scheme), [kept] if kept else [])

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields by section, in the order of the table."""
        found = [
            (SECTION_WORDS[section], [self[field.name] for field in self.kind.columns if field.section is section])
            for section in Section
        ]
        return [(title, fields) for title, fields in found if fields]

    def changes(self) -> dict[str, Any]:
        """What was changed, and nothing else: a field that was left as it was stays as it is."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name not in BESIDE}

    def values(self) -> dict[str, Any]:
        """A new listing as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name not in BESIDE}


@cache
def form_of(kind: Kind) -> type[ListingForm]:
    """The form of a kind's listings."""
    fields = {field.name: asked(kind, field) for field in kind.columns}
    fields["version"] = version_field(required=False)
    return type(f"{kind.model.__name__}Form", (ListingForm,), {"kind": kind, "__module__": __name__, **fields})


def asked(kind: Kind, field: Field) -> forms.Field:
    """A field as the form asks for it."""
    words: dict[str, Any] = {"label": kind.question(field), "help_text": field.hint, "required": field.required}
    lengths: dict[str, Any] = {"max_length": field.most or None, "min_length": field.least or None}
    match field.shape:
        case Shape.LINE | Shape.PHONE:
            return forms.CharField(**lengths, **words)
        case Shape.TEXT:
            return forms.CharField(**lengths, widget=forms.Textarea(attrs={"rows": field.rows}), **words)
        case Shape.WORDS:
            return WordsField(items=field.items, longest=field.most, **words)
        case Shape.CODES:
            return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, **words)
        case Shape.CHOICE if field.choices:
            words["required"] = True
            return forms.ChoiceField(choices=field.choices.choices, initial=field.choices.values[0], **words)
        case Shape.PLACE:
            return LocationField(**words)
        case Shape.NUMBER:
            return forms.IntegerField(min_value=field.least, max_value=field.most, **words)
        case Shape.MONEY:
            return money_field(**words)
        case Shape.DAY:
            return date_field(**words)
        case Shape.FLAG:
            return forms.BooleanField(**words)
    return forms.ChoiceField(**words)


def codes(scheme: str) -> list[tuple[str, Any]]:
    return [("", _("请选择")), *reference.choices(scheme, today())]


def with_kept(choices: Sequence[tuple[str, Any]], kept: Sequence[str]) -> list[tuple[str, Any]]:
    """The choices, and those that the row has and the dictionary no longer offers: opening a form takes none away."""
    known = {code for code, _name in choices}
    return [*choices, *((code, code) for code in kept if code not in known)]


FORMS = {code: form_of(kind) for code, kind in KINDS.items()}


class PatentForm(Form):
    """One patent of an achievement; a number typed into the wrong one of the two fields is read as what it is."""

    application_no = forms.CharField(
        label=_("申请号"), max_length=40, required=False, help_text=_("含校验位，例如 201310699744.2")
    )
    publication_no = forms.CharField(
        label=_("公开（公告）号"), max_length=40, required=False, help_text=_("例如 CN114735076B")
    )
    title = forms.CharField(label=_("发明名称"), max_length=300, required=False, help_text=_("留空则用成果名称"))
    applicant = forms.CharField(label=_("申请人"), max_length=200, required=False)
    patentee = forms.CharField(label=_("专利权人"), max_length=200, required=False)
    filed_on = date_field(label=_("申请日"), required=False)
    granted_on = date_field(label=_("授权公告日"), required=False)


PatentFormSet = forms.formset_factory(
    PatentForm, formset=forms.BaseFormSet, extra=2, can_delete=True, max_num=20, validate_max=True
)
FORMSETS: dict[str, type["forms.BaseFormSet[Any]"]] = {"patents": PatentFormSet}  # by the field of the rows


def child_values(formset: "forms.BaseFormSet[Any]", title: str) -> tuple[list[dict[str, Any]], list[forms.Form]]:
    """The rows that stay, as the service takes them, and the form of each; what has no title has the listing's."""
    kept = [
        form
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.initial or form.has_changed())
    ]
    values = [{name: form.cleaned_data[name] for name in form.base_fields} for form in kept]
    return [value | {"title": value["title"] or title} for value in values], kept


BLANK = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def split(text: str) -> list[str]:
    """Words between commas of either width, enumeration commas or semicolons; in Chinese a blank parts them too."""
    text = BLANK.sub(",", text)
    for mark in "，、；;\n":
        text = text.replace(mark, ",")
    return [word.strip() for word in text.split(",") if word.strip()]


class TakeDownForm(VersionForm):
    reason = forms.CharField(label=_("下架原因"), max_length=500)
