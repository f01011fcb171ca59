"""One rule for e-mail addresses and one for text, at whichever door they come in."""

import pytest
from django.core.exceptions import ValidationError
from pydantic import TypeAdapter
from pydantic import ValidationError as Invalid

from market.kernel import text
from market.kernel.forms import EmailField
from market.kernel.values import EmailAddress, normalise_phone

API = TypeAdapter(EmailAddress)


@pytest.mark.parametrize(
    "typed",
    [
        "mike.li@example.org\u200b",
        "\ufeffMike.Li@Example.org",
        " mike.li@example.org\n",
        "\u202dmike.li@example.org\u202c",
    ],
)
def test_an_address_is_one_however_it_was_copied_in_the_form_and_in_the_api(typed):
    assert (EmailField().clean(typed), API.validate_python(typed)) == ("mike.li@example.org",) * 2


@pytest.mark.parametrize(
    "typed",
    ["x@example.org.", "a..b@example.org", ".x@example.org", 'a"b@example.org', "<x@example.org>", "mıke@example.org",
     "mi\u200dke@example.org", "\u212aate@example.org", "x@", "x"],
)  # fmt: skip
def test_an_address_that_nobody_has_is_refused_by_the_form_and_by_the_api(typed):
    with pytest.raises(ValidationError):
        EmailField().clean(typed)
    with pytest.raises(Invalid):
        API.validate_python(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("铜箔\x0b退火", "铜箔\n退火"),
        ("一\r\n二\u2028三", "一\n二\n三"),
        ("\ufeff铜\u200b箔\u00ad", "铜箔"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("𠮷田", "𠮷田"),
        ("\u3164\u2800", ""),
    ],
)
def test_what_programs_put_into_text_unseen_is_put_right_and_the_rest_is_kept(typed, kept):
    assert (text.tidy(typed), text.unfit(kept)) == (kept, "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８００００００００", "13800000000"),
        ("138-0000 0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("（0797）252－3456", "0797-2523456"),
        ("0086-10-62345678", "010-62345678"),
        ("0797 — 2523456", "0797-2523456"),
        ("400 123 4567", "4001234567"),
        ("+49 (30) 123456", "+4930123456"),
        ("0797－2523456 转 801", "0797-2523456 转 801"),
        ("13800000000／13900000000", "13800000000/13900000000"),
        ("", ""),
    ],
)
def test_a_telephone_number_is_one_however_it_was_typed(typed, kept):
    assert normalise_phone(typed) == kept
    assert normalise_phone(kept) == kept
