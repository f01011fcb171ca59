"""Fields and forms that every room's forms are made of."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from market.kernel.forms import Form
from market.kernel.money import MAX_AMOUNT

SCANS = ".pdf,.jpg,.jpeg,.png"


def money_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DecimalField:
    """An amount in yuan, two places, none below zero."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=help_text,
        min_value=0,
        max_value=MAX_AMOUNT,
        max_digits=16,
        decimal_places=2,
    )


def date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A civil date, chosen from the browser's calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def scan_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.FileField:
    """The upload of a scanned paper; what kinds and sizes are taken is `files.store`'s to decide."""
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text or _("PDF、JPG 或 PNG，不超过 20 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": SCANS}),
    )


def version_field(*, required: bool = True, first: int = 1) -> forms.IntegerField:
    """The version of the row that the page showed; hidden."""
    return forms.IntegerField(widget=forms.HiddenInput, required=required, min_value=first)


class VersionForm(Form):
    """A verb's form, with the version of the row that the page showed; as it is for a verb that needs no words.

    `row` is what the verb is done to.
    """

    version = version_field()

    def __init__(self, *args: Any, row: Any, initial: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, initial=dict(self.initial_of(row) if initial is None else initial), **kwargs)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        """What the fields hold at first."""
        return {"version": row.version}
