"""Fields that every kind of listing has, and the columns that are the market's own."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from listings.catalog.kinds.base import Card, Field, Place, Searched, Section, Shape, Tier
from listings.catalog.models import Disclosure
from market.kernel.actor import OrganisationKind

OWNERS = frozenset(
    {
        OrganisationKind.UNIVERSITY,
        OrganisationKind.ENTERPRISE,
        OrganisationKind.AGENCY,
        OrganisationKind.UPSTREAM_MARKET,  # owns the listings that are pulled from it
    }
)
INTERNAL = frozenset(
    {
        *("id", "version", "owner", "secrecy", "state", "published_at", "ended_at", "created_at", "updated_at"),
        *("source_market", "source_id", "source_version"),
    }
)

TITLE = Field(
    "title",
    Shape.LINE,
    least=2,
    most=200,
    required=True,
    section=Section.BASICS,
    place=Place.HEADING,
    in_row=True,
    matched="title",
    exchanged=True,
)
KEYWORDS = Field(
    "keywords",
    Shape.WORDS,
    least=1,
    most=40,
    items=10,
    hint=_("用逗号或顿号分隔，最多 10 个"),
    section=Section.BASICS,
    in_row=True,
    searched=Searched.TEXT,
    exchanged=True,
)
TECHNOLOGY_FIELD = Field(
    "technology_field",
    Shape.CODE,
    scheme="technology_field",
    section=Section.BASICS,
    in_row=True,
    card=Card.VALUE,
    facet="technology_field",
    matched="technology_field",
    exchanged=True,
)
LOCAL_INDUSTRY = replace(
    TECHNOLOGY_FIELD,
    name="local_industry",
    scheme="local_industry",
    facet="local_industry",
    card=Card.NO,
    matched="local_industry",
)
INDUSTRIES = Field(
    "industries",
    Shape.WORDS,
    most=5,
    items=5,
    scheme="industry",
    hint=_("GB/T 4754 代码，例如 C3251，用逗号分隔，最多 5 个"),
    section=Section.BASICS,
    facet="industry",
    matched="industries",
    exchanged=True,
)
REGION = Field(
    "region",
    Shape.PLACE,
    scheme="region",
    hint=_("六位行政区划代码，留空则用本单位所在地"),
    section=Section.BASICS,
    in_row=True,
    facet="region",
    matched="region",
    exchanged=True,
)
EXPIRES_ON = Field("expires_on", Shape.DAY, section=Section.PUBLISHING)
DISCLOSURE = Field("disclosure", Shape.CHOICE, choices=Disclosure, section=Section.PUBLISHING, place=Place.HEADING)
CONTACT_NAME = Field(
    "contact_name", Shape.LINE, tier=Tier.VERIFIED, most=60, section=Section.PUBLISHING, names_owner=True
)
CONTACT_PHONE = replace(CONTACT_NAME, name="contact_phone", shape=Shape.PHONE, most=30)
CLOSING = (EXPIRES_ON, DISCLOSURE, CONTACT_NAME, CONTACT_PHONE)
