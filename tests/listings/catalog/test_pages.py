"""The pages of listings: lists with their cards, one listing, an organisation, one's own desk, and who may write."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from listings.catalog.kinds import KINDS
from listings.catalog.models import Achievement, Demand, Disclosure, State
from market.reference import queries as reference
from tests import recipes
from tests.cast import MONDAY

NEW = [pytest.param(kind, id=kind.code) for kind in KINDS.values()]
RECIPES = {"achievement": recipes.published_achievement, "demand": recipes.published_demand}


def read(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def shown(client, row) -> str:
    return read(client, reverse(f"catalog:{'achievement' if hasattr(row, 'summary') else 'demand'}", args=[row.pk]))


# Lists


@pytest.mark.parametrize(("price", "words"), [(Decimal("1250000.00"), "125.00 万元"), (None, "面议")])
def test_a_card_says_the_price_or_that_it_is_open(cast, api, price, words):
    recipes.published_achievement.make(owner=cast.university, price=price)

    assert words in read(api, "/achievements/")


def test_a_card_of_a_demand_names_its_owner_unless_that_stays_unnamed(cast, api):
    recipes.published_demand.make(owner=cast.enterprise, title="有名的需求")
    assert "示例铜业有限公司" in read(api, "/demands/")

    Demand.objects.update(is_anonymous=True)

    page = read(api, "/demands/")
    assert "匿名企业" in page
    assert "示例铜业有限公司" not in page
    assert "示例铜业有限公司" in read(api.as_(cast.enterprise_clerk), "/demands/")


@pytest.mark.parametrize("kind", NEW)
def test_a_list_is_cut_by_its_filters_and_says_when_nothing_is_left(cast, api, kind):
    RECIPES[kind.code].make(owner=cast.university, title="铜业的一项", local_industry="copper_and_cable")

    assert "铜业的一项" in read(api, f"/{kind.plural}/?local_industry=copper_and_cable")
    page = read(api, f"/{kind.plural}/?local_industry=green_food")
    assert "铜业的一项" not in page
    assert str(kind.phrases.none) in page


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("university_clerk", True),
        ("enterprise_clerk", True),
        ("enterprise_finance", False),
        ("broker", False),
        ("registrar", False),
        ("operator", False),
        ("stranger", False),
        ("nobody", False),
    ],
)
def test_who_may_write_a_listing_is_offered_it_and_nobody_else_gets_the_form(cast, api, kind, name, may):
    actor = getattr(cast, name)
    client = api if name == "nobody" else api.as_(actor)

    address = f"/{kind.plural}/new"
    assert (f'href="{address}"' in read(client, f"/{kind.plural}/")) is may
    status = {True: 200, False: 401 if name == "nobody" else 403}[may]
    assert client.get(address).status_code == client.post(address, {}).status_code == status
    assert not kind.model.objects.exists()


# One listing


def test_a_listing_says_what_it_has_in_words_and_nothing_of_what_is_empty(cast, api):
    row = recipes.published_achievement.make(
        owner=cast.university, maturity="pilot", readiness_level=6, advantages="", keywords=["铜箔", "退火"]
    )

    page = shown(api, row)

    assert f"<dt>成熟度</dt><dd>{reference.label('maturity', 'pilot')}" in page
    assert "<dt>技术就绪度 TRL</dt><dd>6" in page
    assert "铜箔、退火" in page
    assert "创新点与优势" not in page


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("nobody", False),
        ("stranger", False),
        ("other_clerk", True),
        ("university_clerk", True),
        ("operator", True),
    ],
)
def test_a_contact_is_for_verified_organisations(cast, api, name, is_told):
    row = recipes.published_achievement.make(owner=cast.university, contact_name="王五", contact_phone="13800000000")
    client = api if name == "nobody" else api.as_(getattr(cast, name))

    page = shown(client, row)
    wire = client.send("get", f"/achievements/{row.pk}").json()

    assert ("王五" in page, "13800000000" in page) == (is_told, is_told)
    assert (wire["contact_name"], wire["contact_phone"]) == (("王五", "13800000000") if is_told else ("", ""))


def test_a_contact_of_an_unnamed_owner_is_for_its_own_people_and_the_operator(cast, api):
    row = recipes.published_demand.make(owner=cast.enterprise, is_anonymous=True, contact_name="赵六")
    people = ("other_clerk", "broker", "university_clerk", "enterprise_clerk", "operator")

    told = {name for name in people if "赵六" in shown(api.as_(getattr(cast, name)), row)}

    assert told == {"enterprise_clerk", "operator"}


def test_patents_stand_below_a_listing_that_has_some(cast, api):
    row = recipes.published_achievement.make(owner=cast.university)
    assert "CN114735076B" not in shown(api, row)

    row.patents.create(publication_no="CN114735076B", patent_type="invention", title="一种铜箔")

    page = shown(api, row)
    assert "CN114735076B" in page
    assert "一种铜箔" in page


@pytest.mark.parametrize(
    ("name", "offers"), [("university_clerk", True), ("operator", False), ("other_clerk", False), ("nobody", False)]
)
def test_the_owner_alone_is_offered_to_change_a_listing(cast, api, name, offers):
    row = recipes.published_achievement.make(owner=cast.university)
    client = api if name == "nobody" else api.as_(getattr(cast, name))
    address = reverse("catalog:edit", args=["achievement", row.pk])

    assert (address in shown(client, row)) is offers
    status = {"university_clerk": 200, "operator": 403, "other_clerk": 403, "nobody": 401}[name]
    assert client.get(address).status_code == status


def test_a_listing_is_not_found_under_another_kind(cast, api):
    row = recipes.published_achievement.make(owner=cast.university)

    assert api.get(reverse("catalog:demand", args=[row.pk])).status_code == 404
    client = api.as_(cast.university_clerk)
    assert client.get(reverse("catalog:edit", args=["demand", row.pk])).status_code == 404
    assert client.get(reverse("catalog:edit", args=["instrument", row.pk])).status_code == 404


# An organisation


def test_an_organisations_page_has_what_bears_its_name_and_is_shown_to_the_reader(cast, api):
    for title, changes in {
        "公开的需求": {},
        "匿名的需求": {"is_anonymous": True},
        "暂停的需求": {"state": State.SUSPENDED},
        "登录可见的需求": {"disclosure": Disclosure.SIGNED_IN},
    }.items():
        recipes.published_demand.make(owner=cast.enterprise, title=title, **changes)
    recipes.published_demand.make(owner=cast.other_enterprise, title="别家的需求")
    address = reverse("catalog:organisation", args=[cast.enterprise.pk])
    titles = ("公开的需求", "匿名的需求", "暂停的需求", "登录可见的需求", "别家的需求")

    def seen(client) -> list[str]:
        page = read(client, address)
        return [title for title in titles if title in page]

    assert seen(api) == ["公开的需求"]
    assert seen(api.as_(cast.stranger)) == ["公开的需求", "登录可见的需求"]
    assert seen(api.as_(cast.enterprise_clerk)) == ["公开的需求", "匿名的需求", "登录可见的需求"]


def test_an_organisation_without_listings_says_so(cast, api):
    assert read(api, reverse("catalog:organisation", args=[cast.agency.pk])).count("暂无公开的内容。") == len(KINDS)


# One's own desk


@pytest.fixture
def desk(cast):
    for title, state in {"草稿一": State.DRAFT, "展示二": State.PUBLISHED, "撤回三": State.WITHDRAWN}.items():
        recipes.draft_achievement.make(owner=cast.university, title=title, state=state, published_at=MONDAY)
    recipes.published_achievement.make(owner=cast.enterprise, title="别家四")
    named = Achievement.objects.get(title="展示二")
    named.patents.create(publication_no="CN114735076B", patent_type="invention", title="一种退火炉")
    Achievement.objects.filter(title="草稿一").update(keywords=["铜箔"], summary="讲连铸的简介")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"草稿一", "展示二", "撤回三"}),
        ("?state=draft", {"草稿一"}),
        ("?state=nonsense", {"草稿一", "展示二", "撤回三"}),
        ("?q=展示", {"展示二"}),
        ("?q=铜箔", {"草稿一"}),
        ("?q=连铸", {"草稿一"}),
        ("?q=退火炉", {"展示二"}),
        ("?q=CN114735076B", {"展示二"}),
        ("?q=退火炉&state=draft", set()),
        ("?kind=demand", set()),
        ("?kind=nonsense", {"草稿一", "展示二", "撤回三"}),
    ],
)
def test_an_owner_finds_its_own_in_every_state_by_what_they_say(desk, cast, api, query, found):
    page = read(api.as_(cast.university_clerk), f"/my/listings/{query}")

    assert {title for title in ("草稿一", "展示二", "撤回三", "别家四") if title in page} == found


@pytest.mark.parametrize(
    ("query", "words"), [("?kind=demand", "还没有发布过。"), ("?q=没有这样的", "没有符合条件的发布。")]
)
def test_an_empty_desk_says_whether_anything_was_looked_for(desk, cast, api, query, words):
    assert words in read(api.as_(cast.university_clerk), f"/my/listings/{query}")


def test_who_has_no_organisation_has_no_desk(cast, api):
    assert api.get("/my/listings/").status_code == 401
    assert api.as_(cast.stranger).get("/my/listings/").status_code == 404


# Writing


def test_a_new_listing_is_a_draft_of_ones_organisation_at_its_place(cast, api):
    typed = {"title": "铜箔退火工艺", "summary": "简介", "disclosure": "public", "expires_on": "2099-01-01"}
    rows = {"patents-TOTAL_FORMS": "0", "patents-INITIAL_FORMS": "0"}

    answer = api.as_(cast.university_clerk).post("/achievements/new", typed | rows)

    row = Achievement.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("catalog:achievement", args=[row.pk]))
    assert (row.state, row.owner, row.region) == (State.DRAFT, cast.university, cast.university.region)
    assert (row.summary, row.expires_on, row.published_at) == ("简介", date(2099, 1, 1), None)


def test_a_form_that_is_wrong_is_drawn_again_as_it_was_typed_and_nothing_is_kept(cast, api):
    page = read_post(api.as_(cast.enterprise_clerk), "/demands/new", {"title": "甲", "difficulties": "写了很久的难点"})

    assert "写了很久的难点" in page
    assert not Demand.objects.exists()


def read_post(client, address: str, values: dict[str, str]) -> str:
    answer = client.post(address, values)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()
