"""Numbers that lead to a listing or to an organisation's page, and where that page is."""

import re

from django.db.models import Q
from django.urls import reverse

from listings.catalog import queries
from listings.catalog.models import Patent
from market.accounts import policy as accounts
from market.kernel.actor import Actor
from market.reference.identifiers.credit_code import normalise_credit_code
from market.reference.identifiers.patents import normalise_application_no, normalise_publication_no
from market.reference.identifiers.text import InvalidIdentifier

PUBLICATION_DIGITS, APPLICATION_DIGITS = {7, 9}, {8, 12}


def listing_of_patent(actor: Actor, number: str) -> str | None:
    """The one achievement on show whose patent has the number."""
    wanted = Q(pk__in=[])
    for column, normalise in (
        ("application_no", normalise_application_no),
        ("publication_no", normalise_publication_no),
    ):
        try:
            wanted |= Q(**{column: normalise(number)})
        except InvalidIdentifier:
            continue
    wanted |= _incomplete(number)
    shown = queries.shown_achievements(actor=actor)
    found = list(shown.filter(pk__in=Patent.objects.filter(wanted).values("achievement"))[:2])
    return reverse("catalog:achievement", args=[found[0].pk]) if len(found) == 1 else None


def _incomplete(number: str) -> Q:
    """Patents whose number is this one but for its kind letter or its check digit."""
    digits = re.sub("^(?:CN|ZL)", "", number)
    if not digits.isdecimal():
        return Q(pk__in=[])
    if len(digits) in PUBLICATION_DIGITS and not number.startswith("ZL"):
        return Q(publication_no__regex=rf"^CN{digits}[A-Z][0-9]?$")
    if len(digits) in APPLICATION_DIGITS:
        return Q(application_no__startswith=f"{digits}.")
    return Q(pk__in=[])


def organisation_of_code(actor: Actor, number: str) -> str | None:
    try:
        code = normalise_credit_code(number)
    except InvalidIdentifier:
        return None
    found = accounts.organisations.visible_to(actor).filter(credit_code=code).first()
    return organisation_url(found.pk) if found else None


def organisation_url(organisation_id: object) -> str:
    return reverse("catalog:organisation", args=[organisation_id])
