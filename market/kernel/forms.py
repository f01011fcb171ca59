"""The ground of every form: its texts, days and numbers are held to what `Payload` holds them to."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market.kernel import text, values
from market.kernel.problems import InvalidInput
from market.kernel.questions import AMOUNT_UNIT


def readable(value: Any) -> None:
    """Refuse a text with a character that is not kept."""
    if character := text.unfit(str(value)):
        raise ValidationError(text.unfit_message(character), code="unreadable_character")


def year_known(value: date) -> None:
    """Refuse a day outside the years that are kept."""
    if not values.FIRST_YEAR <= value.year <= values.LAST_YEAR:
        raise ValidationError(
            _("年份应在 %(first)s 至 %(last)s 之间"),
            code="year_out_of_range",
            params={"first": values.FIRST_YEAR, "last": values.LAST_YEAR},
        )


def integer_fits(value: int) -> None:
    """Refuse what an integer column cannot hold."""
    if abs(value) > values.MOST_INTEGER:
        raise ValidationError(_("数字超出允许的范围"), code="out_of_range")


class FittingFields(forms.BaseForm):
    """For forms and model forms; stands before Django's class."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            hold(field)
            if self.data and isinstance(field, forms.CharField):
                self._tidy(self.add_prefix(name), field)

    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        return self.cleaned_data

    def _tidy(self, name: str, field: forms.CharField) -> None:
        """Put a text right before it is measured; a password stays as it was typed."""
        if isinstance(field.widget, forms.PasswordInput) or name not in self.data:
            return
        change = text.tidy if isinstance(field.widget, forms.Textarea) else text.on_one_line
        if isinstance(self.data, QueryDict):
            copied = self.data.copy()
            copied.setlist(name, [change(value) for value in self.data.getlist(name)])
            self.data = copied
        elif isinstance(self.data[name], str):
            self.data = {**self.data, name: change(self.data[name])}


def hold(field: forms.Field) -> None:
    """Add to a field what holds for its kind."""
    if isinstance(field, forms.FloatField | forms.DecimalField):
        return
    if isinstance(field, forms.IntegerField):
        field.validators = [*field.validators, integer_fits]
    elif isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
        field.validators = [*field.validators, readable]
    elif isinstance(field, forms.DateField | forms.DateTimeField):
        field.validators = [*field.validators, year_known]


class Form(FittingFields, forms.Form):
    """Every form of the portal."""


class AskingForm(Form):
    """Asks back about what looks wrong: each box stands beside its question once that was asked, and confirms it."""

    QUESTIONS: ClassVar[dict[str, str | Promise]] = {AMOUNT_UNIT: _("金额单位已核对，确为元")}
    confirmed = forms.MultipleChoiceField(label=_("确认"), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["confirmed"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(self.QUESTIONS.items())

    def ask(self, questions: Sequence[Mapping[str, str]]) -> None:
        """Show the questions, with the boxes of those that were confirmed before."""
        asked = {question["code"] for question in questions} | set(self.cleaned_data.get("confirmed", ()))
        boxes = [(code, label) for code, label in self.QUESTIONS.items() if code in asked]
        self.fields["confirmed"].widget = forms.CheckboxSelectMultiple(choices=boxes)
        for question in questions:
            self.add_error("confirmed", question["message"])


class ModelForm(FittingFields, forms.ModelForm):  # type: ignore[type-arg]
    """As `Form`, for a row."""


class EmailField(forms.EmailField):
    """An address as `normalise_email` keeps it."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return text.tidy(found) if found else found

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        try:
            return values.normalise_email(found) if found else found
        except ValidationError as refusal:
            raise ValidationError(self.error_messages.get("invalid", _("请输入有效的电子邮箱")), "invalid") from refusal


def posted_text(request: HttpRequest, name: str, *, most: int) -> str:
    """A text that a button sends without a form. Raises InvalidInput."""
    found = text.tidy(request.POST.get(name, ""))[:most]
    if character := text.unfit(found):
        message = text.unfit_message(character)
        raise InvalidInput(errors=[{"loc": [name], "code": "unreadable_character", "message": message}])
    return found


def posted_version(request: HttpRequest) -> int | None:
    """The version that a button sends, None where it sends none or what can be none."""
    found = request.POST.get("version", "")
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 9 else None
