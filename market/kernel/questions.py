"""What looks wrong is asked about before it is kept: the same request goes through once its questions are confirmed."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from market.kernel.marks import mark
from market.kernel.money import is_unit_doubtful
from market.kernel.problems import ConfirmationNeeded

AMOUNT_UNIT = "amount_unit"
AmountConfirmed = Annotated[
    list[Literal["amount_unit"]],
    Field(max_length=1, description="Questions of an earlier `confirmation_needed` that were looked into"),
]


def require_confirmed(confirmed: Collection[str], found: Mapping[str, Iterable[str]]) -> None:
    """Raise ConfirmationNeeded with each question, by its code, that was not confirmed."""
    questions = [
        {"code": code, "message": message}
        for code, messages in found.items()
        if code not in confirmed
        for message in messages
    ]
    if questions:
        raise ConfirmationNeeded(mark("；").join(question["message"] for question in questions), questions=questions)


def about_amount(typed: Decimal | None, known: Mapping[str, Decimal | None]) -> dict[str, list[str]]:
    """Whether 万元 was typed for 元, or 元 for 万元; `known` are other amounts in yuan by what they are called."""
    told = [
        _("%(typed)s 元与%(name)s %(known)s 元相差约一万倍，单位是否有误？")
        % {"typed": f"{typed:,.2f}", "name": name, "known": f"{amount:,.2f}"}
        for name, amount in known.items()
        if typed is not None and amount is not None and is_unit_doubtful(amount, typed)
    ]
    return {AMOUNT_UNIT: told}
