"""Both sides of a pair as a page shows them, the phrases that they share marked."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from listings.catalog import policy as catalog
from listings.catalog.models import Achievement, Demand
from market.kernel.actor import Actor
from market.pages.templatetags.pages import smart_money
from market.reference import queries as reference
from matching.matches.listing_adapter import TEXTS
from search.analysis import text
from search.find.results import highlight

Pairs = list[tuple[str, Any]]


def compared(actor: Actor, demand: Demand, achievement: Achievement, phrases: Sequence[str]) -> list[dict[str, Any]]:
    """Demand and achievement, each with its texts and the facts that matching weighs."""
    wanted = frozenset(token.text for phrase in phrases for token in text.bigrams(phrase))
    owner = demand.owner.name if catalog.sees_owner(actor, demand) else _("匿名企业")
    return [
        {"name": _("技术需求"), "owner": owner, "facts": _demand_facts(demand)} | _read(demand, wanted),
        {"name": _("科技成果"), "owner": achievement.owner.name, "facts": _achievement_facts(achievement)}
        | _read(achievement, wanted),
    ]


def _read(row: Achievement | Demand, wanted: frozenset[str]) -> dict[str, Any]:
    kind = "demand" if isinstance(row, Demand) else "achievement"
    _title, *names = TEXTS[type(row)]
    fields: dict[str, Any] = {field.name: field for field in row._meta.concrete_fields}
    written: Iterable[tuple[Any, str]] = ((fields[name].verbose_name, getattr(row, name)) for name in names)
    return {
        "url": reverse(f"catalog:{kind}", args=[row.id]),
        "title_html": highlight(row.title, wanted),
        "parts": [(name, highlight(value, wanted)) for name, value in written if value],
    }


def _demand_facts(row: Demand) -> Pairs:
    money = smart_money(row.budget) if row.budget is not None else _("面议")
    return [*_named(row, row.required_maturity, _("要求成熟度")), (_("预期投入"), money)]


def _achievement_facts(row: Achievement) -> Pairs:
    money = smart_money(row.price) if row.price is not None else _("面议")
    return [*_named(row, row.maturity, _("成熟度")), (_("意向价格"), money)]


def _named(row: Achievement | Demand, maturity: str, maturity_name: str) -> Pairs:
    codes = (
        (_("技术领域"), "technology_field", row.technology_field),
        (_("重点产业"), "local_industry", row.local_industry),
        (_("行政区划"), "region", row.region),
        (maturity_name, "maturity", maturity),
    )
    return [(name, reference.label(scheme, code)) for name, scheme, code in codes if code]
