"""Listings are found by search, asked of saved searches, and stand in the menu."""

from django.utils.translation import gettext_lazy as _

from listings.catalog import indexing, policy
from listings.catalog import shortcuts as numbers
from listings.catalog.events import ListingChanged
from listings.catalog.kinds import KINDS, checks
from market.kernel import policy as policies
from market.pages import navigation
from search.find import shortcuts, suggesting
from search.index import consumers as index
from search.index import documents
from search.saved import consumers as saved


def wire() -> None:
    policies.register(*policy.POLICIES.values())
    checks.require_sound(KINDS.values())
    for place, kind in enumerate(KINDS.values(), 1):
        documents.register(indexing.projection_of(kind))
        navigation.register(kind.phrases.title, f"catalog:{kind.plural}", visible=lambda actor: True, order=9 + place)
    index.register(ListingChanged)
    saved.register(ListingChanged)
    shortcuts.register("patents", numbers.listing_of_patent)
    shortcuts.register("organisations", numbers.organisation_of_code)
    suggesting.register_organisation_page(numbers.organisation_url)
    policies.register_audience(policy.operator_tokens)
    navigation.register(
        _("我的发布"), "catalog:mine", visible=lambda actor: actor.organisation_kind in policy.OWNER_KINDS, order=30
    )
