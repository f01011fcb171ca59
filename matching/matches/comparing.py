"""Both sides of a pair as a page shows them, the phrases that they share marked."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from listings.catalog import presentation as listings
from listings.catalog.kinds import kind_of
from listings.catalog.kinds.base import Field, Shape
from listings.catalog.models import Achievement, Demand
from market.kernel.actor import Actor
from market.pages.templatetags.pages import smart_money
from market.reference import queries as reference
from matching.matches.listing_adapter import texts
from search.analysis import text
from search.find.results import highlight

WEIGHED = ("technology_field", "local_industry", "region", "maturity", "amount")  # facts that a page compares


def compared(actor: Actor, demand: Demand, achievement: Achievement, phrases: Sequence[str]) -> list[dict[str, Any]]:
    """Demand and achievement, each with its texts and the facts that matching weighs."""
    wanted = frozenset(token.text for phrase in phrases for token in text.bigrams(phrase))
    return [_side(row, wanted, actor) for row in (demand, achievement)]


def _side(row: Any, wanted: frozenset[str], actor: Actor) -> dict[str, Any]:
    kind = kind_of(row)
    fields = {field.name: field for field in kind.columns}
    weighed = {field.matched: field for field in kind.columns if field.matched in WEIGHED}
    facts = [(kind.words(weighed[name]), _said(weighed[name], row)) for name in WEIGHED if name in weighed]
    return {
        "name": kind.phrases.title,
        "owner": listings.owner_name(kind, row, actor),
        "facts": [(words, said) for words, said in facts if said],
        "url": reverse(kind.url_name, args=[row.id]),
        "title_html": highlight(row.title, wanted),
        "parts": [
            (kind.words(fields[name]), highlight(getattr(row, name), wanted))
            for name in texts(kind)
            if getattr(row, name)
        ],
    }


def _said(field: Field, row: Any) -> str:
    value = getattr(row, field.name)
    if field.shape is Shape.MONEY:
        return smart_money(value) if value is not None else _("面议")
    return reference.label(field.scheme, value) if value else ""
