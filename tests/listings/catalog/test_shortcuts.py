"""A number typed into the search leads straight to what bears it, and to nothing its reader may not see."""

import pytest
from django.urls import reverse

from listings.catalog import shortcuts
from listings.catalog.models import Disclosure, State
from market.reference.identifiers.patents import check_digit
from tests import recipes
from tests.cast import credit_code

APPLICATION = f"201310699744.{check_digit('201310699744')}"


@pytest.fixture
def listed(cast):
    row = recipes.published_achievement.make(owner=cast.university)
    row.patents.create(application_no=APPLICATION, publication_no="CN103668023B", patent_type="invention", title="甲")
    return row


@pytest.mark.parametrize(
    "typed",
    ["CN103668023B", "CN103668023", "103668023", APPLICATION, f"ZL{APPLICATION}", "201310699744", "ZL201310699744"],
)
def test_a_patents_number_in_every_form_leads_to_its_achievement(cast, listed, typed):
    assert shortcuts.listing_of_patent(cast.nobody, typed) == reverse("catalog:achievement", args=[listed.pk])


@pytest.mark.parametrize(
    "typed", ["CN103668024B", "CN103668023C", "10366802", "ZL103668023", "2013106997", "铜合金", "", "CN"]
)
def test_what_is_no_number_of_it_leads_nowhere(cast, listed, typed):
    assert shortcuts.listing_of_patent(cast.nobody, typed) is None


def test_a_number_that_two_listings_bear_leads_to_neither(cast, listed):
    second = recipes.published_achievement.make(owner=cast.enterprise)
    second.patents.create(publication_no="CN103668023B", patent_type="invention", title="甲")

    assert shortcuts.listing_of_patent(cast.nobody, "CN103668023B") is None


@pytest.mark.parametrize("change", [{"disclosure": Disclosure.ORGANISATION}, {"state": State.SUSPENDED}])
def test_a_number_does_not_tell_of_a_listing_that_is_not_shown(cast, listed, change):
    type(listed).objects.filter(pk=listed.pk).update(**change)

    assert shortcuts.listing_of_patent(cast.other_clerk, "CN103668023B") is None


def test_a_credit_code_leads_to_the_organisations_page(cast):
    typed = cast.university.credit_code.lower()

    assert shortcuts.organisation_of_code(cast.nobody, typed) == f"/organisations/{cast.university.pk}/"


@pytest.mark.parametrize("typed", [credit_code(999), "91360781", "", "示例大学"])
def test_a_code_that_nobody_has_leads_nowhere(cast, typed):
    assert shortcuts.organisation_of_code(cast.nobody, typed) is None
