"""A kind of listing is one table: a kind that stands nowhere but here goes through every layer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps

from listings.catalog import indexing, policy, presentation, schemas, serializers, services
from listings.catalog.data import current_data, data_of
from listings.catalog.forms import form_of
from listings.catalog.kinds import ACHIEVEMENT, DEMAND, KINDS, common
from listings.catalog.kinds.base import ApiWords, Card, Field, Kind, Phrases, Searched, Section, Shape, Tier
from listings.catalog.kinds.checks import faults, require_sound
from listings.catalog.lifecycle import listing_lifecycle
from listings.catalog.models import Listing
from listings.exchange import queries as exchange
from listings.imports.records import read
from market.accounts.models import Organisation
from market.kernel import policy as kernel_policy
from market.kernel.money import MoneyField
from market.kernel.policy import Policy
from tests.cast import MONDAY

WORDS = Phrases(
    name="仪器设备",
    title="仪器设备目录",
    new="发布仪器",
    new_title="发布仪器设备",
    count="共 %(count)s 台仪器",
    none="没有。",
)
API = ApiWords(data="Instrument.", row="", whole="", list="", get="", publish="", load="")


@pytest.fixture
def instrument(db, monkeypatch) -> Kind:
    """Shared instruments: a text, a price, a class, and a paper for those under an agreement of confidence."""
    with isolate_apps("listings.catalog"):

        class Instrument(Listing):
            owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
            purpose = models.TextField("用途", max_length=900, blank=True)
            day_rate = MoneyField("日租金（元）", null=True, blank=True)
            readiness = models.CharField("状况", max_length=20, blank=True)
            manual = models.TextField("操作规程", max_length=900, blank=True)

            class Meta:
                app_label = "catalog"

    with connection.schema_editor() as editor:
        editor.create_model(Instrument)
    kind = Kind(
        code="instrument",
        plural="instruments",
        model=Instrument,
        owners=common.OWNERS,
        phrases=WORDS,
        api=API,
        teaser="purpose",
        internal=common.INTERNAL,
        fields=(
            common.TITLE,
            Field("purpose", Shape.TEXT, most=900, needed=True, searched=Searched.TEXT, exchanged=True),
            common.TECHNOLOGY_FIELD,
            common.LOCAL_INDUSTRY,
            common.INDUSTRIES,
            Field("day_rate", Shape.MONEY, label="日租金", in_row=True, card=Card.LABELLED, facet="price_band"),
            Field("readiness", Shape.CODE, scheme="maturity", section=Section.RIGHTS, in_row=True, facet="maturity"),
            Field("manual", Shape.TEXT, most=900, tier=Tier.NDA),
            common.KEYWORDS,
            common.REGION,
            *common.CLOSING,
        ),
    )
    require_sound([kind])
    monkeypatch.setitem(KINDS, kind.code, kind)
    monkeypatch.setattr(kernel_policy, "_policies", {**kernel_policy._policies})
    listing_lifecycle(kind)
    rule = Policy(
        Instrument, visible=policy.visible_listings, lifecycle="listings.catalog.lifecycle", scope=kind.plural
    )
    monkeypatch.setitem(policy.POLICIES, kind.code, rule)
    return kind


VALUES: dict[str, Any] = {
    "title": "扫描电子显微镜",
    "purpose": "观察铜合金断口。",
    "technology_field": "05",
    "day_rate": Decimal("1200.00"),
    "readiness": "pilot",
    "manual": "保密的操作规程",
    "contact_name": "王五",
}


def published(kind: Kind, cast: Any, **changes: Any) -> Any:
    actor = cast.university_clerk
    data = data_of(kind).model_validate(VALUES | changes)
    row = services.create_listing(actor=actor, kind=kind.code, data=data, at=MONDAY)
    return services.publish_listing(actor=actor, kind=kind.code, listing_id=row.id, version=None, at=MONDAY)


def test_a_new_kind_is_sent_field_by_field_to_whom_its_tiers_say(instrument, cast):
    row = published(instrument, cast)

    told = {
        name: serializers.serialize(instrument, row, actor)
        for name, actor in cast.everyone.items()
        if name in {"nobody", "other_clerk", "university_clerk", "operator"}
    }

    manuals = {name: values["manual"] for name, values in told.items()}
    assert manuals == {
        "nobody": "",
        "other_clerk": "",
        "university_clerk": "保密的操作规程",
        "operator": "保密的操作规程",
    }
    assert (told["nobody"]["contact_name"], told["other_clerk"]["contact_name"]) == ("", "王五")
    schemas.schemas_of(instrument).whole.model_validate(told["nobody"])


def test_a_new_kind_is_listed_as_its_row_says(instrument, cast):
    published(instrument, cast)
    shown = instrument.model.objects.values(*serializers.row_columns(instrument))

    [row] = serializers.serialize_rows(instrument, shown, cast.everyone["nobody"])

    assert (row["day_rate"], row["readiness"], row["owner"]["name"]) == ("1200.00", "pilot", cast.university.name)
    assert "purpose" not in row
    schemas.schemas_of(instrument).row.model_validate(row)


def test_a_new_kind_has_a_form_that_saved_unchanged_changes_nothing(instrument, cast):
    row = published(instrument, cast)
    known = current_data(instrument, row).model_dump(warnings=False)
    blank = form_of(instrument)(initial=known)
    typed = {name: field.value() for name, field in ((name, blank[name]) for name in blank.fields)}
    posted = {name: "" if value is None else value for name, value in typed.items()}

    form = form_of(instrument)(posted, initial=known)

    assert form.is_valid(), form.errors
    assert form.changes() == {}
    assert [str(title) for title, _fields in form.sections] == [
        "基本信息",
        "技术内容",
        "知识产权与成熟度",
        "公开与联系",
    ]


def test_a_new_kind_is_shown_with_its_words(instrument, cast):
    row = published(instrument, cast)

    facts = {str(fact.label): fact.value for fact in presentation.facts(instrument, row, cast.everyone["nobody"])}
    [card] = presentation.cards(instrument, [row], cast.everyone["nobody"])

    assert (facts["用途"], facts["日租金"]) == ("观察铜合金断口。", Decimal("1200.00"))
    assert not {"操作规程", "联系人"} & facts.keys()
    assert (card.owner, card.teaser, [str(fact.label) for fact, _is_labelled in card.facts]) == (
        cast.university.name,
        "观察铜合金断口。",
        ["技术领域", "日租金"],
    )


def test_a_new_kind_is_a_document_with_facets_and_nothing_of_a_narrower_tier(instrument, cast):
    row = published(instrument, cast)

    document = indexing.documents_of(instrument, [row.id])[row.id]

    assert (document.kind, document.text, document.amount) == ("instrument", "观察铜合金断口。", Decimal("1200.00"))
    assert (document.facets["maturity"], document.facets["price_band"]) == (["pilot"], ["under_100k"])
    assert "保密" not in repr(document)
    assert indexing.projection_of(instrument).label == "仪器设备"


def test_a_new_kind_goes_out_in_the_feed_and_comes_in_from_a_file(instrument, cast):
    row = published(instrument, cast)

    values = exchange.listing_values(instrument, row)
    record: Any = read("instrument", 1, '{"id": "a1", "title": "拉伸试验机", "purpose": "测强度"}')

    assert (values["title"], values["purpose"], values["owner"]) == (row.title, row.purpose, cast.university.name)
    assert not {"manual", "contact_name", "day_rate"} & values.keys()
    assert list(exchange.public_listings("instrument")) == [row]
    assert (record.key, record.data.purpose) == ("a1", "测强度")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_the_tables_have_no_fault(kind):
    assert faults(kind) == []


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("contact_name", {"searched": Searched.TEXT}, "is read by fewer than its listing, and searched"),
        ("contact_name", {"matched": "text"}, "is read by fewer than its listing, and matched"),
        ("contact_name", {"facet": "region"}, "is read by fewer than its listing, and a facet"),
        ("contact_name", {"exchanged": True}, "is read by fewer than its listing, and exchanged"),
        ("summary", {"tier": Tier.NDA}, "is read by fewer than its listing, and on the card"),
        ("maturity", {"scheme": ""}, "has no code list"),
        ("summary", {"most": 0}, "has no upper bound"),
        ("maturity", {"facet": "colour"}, "has a facet that the search does not know"),
    ],
)
def test_a_field_that_would_leave_by_a_door_or_cannot_be_asked_for_stops_the_start(name, change, fault):
    fields = tuple(replace(field, **change) if field.name == name else field for field in ACHIEVEMENT.fields)
    broken = replace(ACHIEVEMENT, fields=fields)

    with pytest.raises(ImproperlyConfigured, match=f"achievement.{name} {fault}"):
        require_sound([broken])


def test_a_column_that_nobody_declares_stops_the_start():
    broken = replace(DEMAND, fields=tuple(field for field in DEMAND.fields if field.name != "budget"))

    assert faults(broken) == ["demand.budget is not declared"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_what_is_accepted_is_asked_for_in_the_form_and_in_one_section(kind):
    form = form_of(kind)()

    asked = [field.name for _title, fields in form.sections for field in fields]

    assert sorted(asked) == sorted(field.name for field in kind.columns)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_what_is_accepted_is_shown_on_the_page_to_somebody(kind, cast, api):
    actor, said = cast.university_clerk, {}
    for place, field in enumerate(kind.columns):
        if field.shape in {Shape.LINE, Shape.TEXT}:
            said[field.name] = f"第{place}项所言"
        elif field.shape is Shape.WORDS and not field.scheme and not field.normalise:
            said[field.name] = [f"第{place}项所言"]
    days = {field.name: date(2026, 7, day) for day, field in enumerate(kind.columns, 1) if field.shape is Shape.DAY}
    data = data_of(kind).model_validate(said | days)
    row = services.create_listing(actor=actor, kind=kind.code, data=data, at=MONDAY)

    page = api.as_(actor).get(f"/{kind.plural}/{row.id}/").content.decode()

    values = [value if isinstance(value, str) else value[0] for value in said.values()]
    assert [value for value in values if value not in page] == []
    assert [name for name, day in days.items() if day.isoformat() not in page] == []
    assert len(said) > 5
