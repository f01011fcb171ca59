"""A query in words, for those who keep it."""

from django.utils.translation import gettext as _

from market.kernel.marks import labelled, listed
from search.find.query import SearchQuery
from search.index import documents
from search.index.facets import ASKED
from search.saved.services import LONGEST_NAME


def conditions(query: SearchQuery) -> list[str]:
    """What a query asks for, one condition each; of nothing at all, that everything is asked for."""
    found = [query.wording] if query.wording else []
    found += [documents.label(query.kind)] if query.kind else []
    for name, codes in query.facets.items():
        found.append(labelled(ASKED[name].title, listed(ASKED[name].label(code) for code in codes)))
    return found or [_("全部成果与需求")]


def suggested_name(query: SearchQuery) -> str:
    name = " · ".join(conditions(query))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
