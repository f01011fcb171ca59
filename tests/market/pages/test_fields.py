"""The form kit: what every room's amounts, days, scans and versions hold to."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms

from market.kernel.forms import Form
from market.pages.fields import VersionForm, date_field, money_field, scan_field, version_field

ROW = SimpleNamespace(version=3)


class Paying(VersionForm):
    amount = money_field("金额")
    paid_on = date_field("日期", required=False)
    proof = scan_field("凭证", required=False)


def refused(**values: str) -> dict[str, list[str]]:
    form = Paying({"version": "1", "amount": "1.00"} | values, row=ROW)
    return {name: [error.code for error in errors.as_data()] for name, errors in form.errors.items()}


def test_what_fits_is_taken():
    form = Paying({"version": "3", "amount": "1000000.50", "paid_on": "2026-03-02"}, row=ROW)

    assert form.is_valid()
    assert (form.cleaned_data["version"], form.cleaned_data["amount"]) == (3, Decimal("1000000.50"))


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"amount": "-0.01"}, {"amount": ["min_value"]}),
        ({"amount": "0.001"}, {"amount": ["max_decimal_places"]}),
        ({"amount": "1" * 15}, {"amount": ["max_value", "max_whole_digits"]}),
        ({"paid_on": "2026-02-30"}, {"paid_on": ["invalid"]}),
        ({"paid_on": "3026-03-02"}, {"paid_on": ["year_out_of_range"]}),
        ({"version": "0"}, {"version": ["min_value"]}),
        ({"version": ""}, {"version": ["required"]}),
        ({"version": "9" * 11}, {"version": ["out_of_range"]}),
    ],
)
def test_what_no_column_holds_is_refused(values, codes):
    assert refused(**values) == codes


def test_the_version_is_hidden_and_may_be_that_of_a_row_that_is_not_there_yet():
    class First(Form):
        version = version_field(first=0)

    assert isinstance(First().fields["version"].widget, forms.HiddenInput)
    assert First({"version": "0"}).is_valid()


def test_a_browser_offers_scans_only_and_says_which():
    html = str(Paying(row=ROW)["proof"])

    assert 'accept=".pdf,.jpg,.jpeg,.png"' in html
    assert "20 MB" in Paying(row=ROW).fields["proof"].help_text
