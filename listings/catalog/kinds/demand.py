"""技术需求: what an enterprise lacks."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from listings.catalog.kinds import common
from listings.catalog.kinds.base import ApiWords, Card, Field, Kind, Phrases, Place, Searched, Section, Shape
from listings.catalog.models import Demand

LONGEST = 5000


def of_free_text(values: dict[str, object]) -> dict[str, object]:
    """A demand's `content` as its difficulties; a demand that is all title says its title."""
    content = values.pop("content", None)
    if content is None:
        return values
    text = str(content).strip() or str(values.get("title", ""))
    return values | {"difficulties": text[:LONGEST], "research_content": text[LONGEST : 2 * LONGEST]}


DEMAND = Kind(
    code="demand",
    plural="demands",
    model=Demand,
    owners=common.OWNERS,
    phrases=Phrases(
        name=_("技术需求"),
        title=pgettext_lazy("list", "技术需求"),
        new=_("发布需求"),
        new_title=_("发布技术需求"),
        count=ngettext_lazy("共 %(count)s 项需求", "共 %(count)s 项需求", "count"),
        none=_("没有符合条件的需求。"),
        amount_before=_("原预期投入"),
        unnamed=_("匿名企业"),
    ),
    api=ApiWords(
        data="技术需求.",
        row="A demand in a list; `budget` in yuan, null when open; `owner` is null when the owner stays unnamed.",
        whole="",
        list="Demands on show, newest first.",
        get="One demand.",
        publish="Ask the market.",
        load="Publish a file of demands, as for achievements.",
    ),
    teaser="difficulties",
    hides_owner="is_anonymous",
    internal=common.INTERNAL,
    shorthand=of_free_text,
    fields=(
        common.TITLE,
        Field(
            "difficulties",
            Shape.TEXT,
            least=1,
            most=LONGEST,
            required=True,
            needed=True,
            rows=6,
            searched=Searched.TEXT,
            matched="text",
            exchanged=True,
        ),
        Field("indicators", Shape.TEXT, most=3000, searched=Searched.TEXT, matched="text", exchanged=True),
        Field(
            "research_content",
            Shape.TEXT,
            most=LONGEST,
            searched=Searched.TEXT,
            matched="text",
            exchanged=True,
        ),
        Field("current_state", Shape.TEXT, most=3000),
        common.TECHNOLOGY_FIELD,
        common.LOCAL_INDUSTRY,
        common.INDUSTRIES,
        Field("source", Shape.CODE, scheme="demand_source", section=Section.BASICS),
        Field(
            "budget",
            Shape.MONEY,
            label=_("预期投入"),
            hint=_("留空表示面议"),
            section=Section.TERMS,
            in_row=True,
            card=Card.LABELLED,
            facet="price_band",
            matched="amount",
            exchanged=True,
        ),
        Field("wanted_by_on", Shape.DAY, deadline=True, section=Section.TERMS, in_row=True, exchanged=True),
        Field(
            "required_maturity",
            Shape.CODE,
            most=20,
            scheme="maturity",
            section=Section.TERMS,
            facet="maturity",
            matched="maturity",
            exchanged=True,
        ),
        Field(
            "short_cooperation",
            Shape.CODES,
            items=10,
            scheme="cooperation_short",
            section=Section.TERMS,
            exchanged=True,
        ),
        Field(
            "long_cooperation",
            Shape.CODES,
            items=10,
            scheme="cooperation_long",
            section=Section.TERMS,
            exchanged=True,
        ),
        Field("intended_experts", Shape.LINE, most=300, section=Section.TERMS),
        common.KEYWORDS,
        common.REGION,
        *common.CLOSING,
        Field(
            "is_anonymous",
            Shape.FLAG,
            form_label=_("匿名发布（不显示本单位名称）"),
            section=Section.PUBLISHING,
            place=Place.HEADING,
        ),
    ),
)
