"""The patents of an achievement: what follows from their numbers, what must hold of them, when a right has ended."""

from datetime import date
from typing import Any

import pytest

from listings.catalog import rules
from listings.catalog import services as catalog
from listings.catalog.data import AchievementData
from listings.catalog.models import Patent, State
from listings.catalog.problems import PatentLapsed
from market.kernel.problems import InvalidInput
from market.reference.identifiers.patents import check_digit
from tests import story as telling
from tests.cast import MONDAY, MONDAY_ON


def numbered(digits: str) -> str:
    return f"{digits}.{check_digit(digits)}"


INVENTION, OTHER_INVENTION = numbered("201310699744"), numbered("201811234567")
UTILITY_MODEL, DESIGN = numbered("202020000001"), numbered("202030000001")


def created(cast, patents: list[dict[str, Any]], **more: Any) -> Any:
    data = AchievementData(**telling.ACHIEVEMENT | {"patents": patents} | more)
    return catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)


def updated(cast, row: Any, patents: list[dict[str, Any]]) -> Any:
    return catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=row.id,
        version=None,
        changes={"patents": patents},
        at=MONDAY,
    )


@pytest.mark.parametrize(
    ("number", "patent_type", "ends"),
    [
        (INVENTION, Patent.Type.INVENTION, date(2040, 2, 29)),
        (UTILITY_MODEL, Patent.Type.UTILITY_MODEL, date(2030, 3, 1)),
        (DESIGN, Patent.Type.DESIGN, date(2035, 3, 1)),
    ],
)
def test_worked_example_13_the_number_gives_the_type_and_the_type_the_end_of_the_term(cast, number, patent_type, ends):
    row = created(cast, [{"application_no": number, "title": "甲", "filed_on": date(2020, 2, 29)}])

    patent = row.patents.get()
    assert (patent.patent_type, patent.expires_on) == (patent_type, ends)


def test_a_patent_of_unknown_filing_has_no_end_and_hinders_nothing(cast):
    row = created(cast, [{"application_no": INVENTION, "title": "甲"}])

    assert row.patents.get().expires_on is None
    published = catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)
    assert published.state == State.PUBLISHED


@pytest.mark.parametrize(
    ("ends", "is_lapsed"),
    [(date(2026, 3, 1), True), (MONDAY_ON, True), (date(2026, 3, 3), False)],
)
def test_an_achievement_whose_only_right_has_ended_is_not_published(cast, ends, is_lapsed):
    row = created(cast, [{"publication_no": "CN114735076B", "title": "甲", "filed_on": ends.replace(year=2006)}])

    def publish() -> Any:
        return catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)

    if not is_lapsed:
        assert publish().state == State.PUBLISHED
        return
    with pytest.raises(PatentLapsed) as refused:
        publish()
    assert refused.value.data == {"patents": ["CN114735076B"]}
    row.refresh_from_db()
    assert row.state == State.DRAFT


def test_one_right_that_lasts_is_enough(cast):
    ended = {"publication_no": "CN114735076B", "title": "甲", "filed_on": date(2000, 1, 1)}
    lasting = {"application_no": OTHER_INVENTION, "title": "乙", "filed_on": date(2018, 11, 1)}
    row = created(cast, [ended, lasting])

    published = catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)

    assert published.state == State.PUBLISHED


@pytest.mark.parametrize(
    ("patents", "loc", "code"),
    [
        ([{"title": "甲"}], ["patents", 0, "application_no"], "number_missing"),
        ([{"application_no": "201310699744", "title": "甲"}], ["patents", 0, "application_no"], "check_digit_missing"),
        ([{"publication_no": "CN114735076U", "title": "甲"}], ["patents", 0, "publication_no"], "kind"),
        (
            [{"application_no": INVENTION, "title": "甲", "filed_on": "2020-01-02", "granted_on": "2020-01-01"}],
            ["patents", 0, "granted_on"],
            "before_filing",
        ),
        (
            [{"application_no": INVENTION, "title": "甲"}, {"application_no": f"ZL{INVENTION}", "title": "乙"}],
            ["patents", 1, "application_no"],
            "patent_twice",
        ),
        (
            [
                {"application_no": INVENTION, "publication_no": "CN114735076B", "title": "甲"},
                {"application_no": OTHER_INVENTION, "publication_no": "CN114735076B", "title": "乙"},
            ],
            ["patents", 1, "publication_no"],
            "patent_twice",
        ),
    ],
)
def test_what_is_wrong_with_a_patent_is_said_at_its_own_field(cast, patents, loc, code):
    with pytest.raises(InvalidInput) as refused:
        created(cast, patents)

    assert [(error["loc"], error["code"]) for error in refused.value.errors] == [(loc, code)]


def test_each_wrong_patent_is_named_not_only_the_first(cast):
    with pytest.raises(InvalidInput) as refused:
        created(cast, [{"title": "甲"}, {"application_no": INVENTION, "title": "乙"}, {"title": "丙"}])

    assert [error["loc"][1] for error in refused.value.errors] == [0, 2]


@pytest.mark.parametrize(("ended", "is_wrong"), [(date(2024, 1, 1), True), (date(2024, 1, 2), False)])
def test_research_does_not_end_before_it_started(cast, ended, is_wrong):
    days = {"research_started_on": date(2024, 1, 2), "research_ended_on": ended}
    if not is_wrong:
        assert created(cast, [], **days).research_ended_on == ended
        return
    with pytest.raises(InvalidInput) as refused:
        created(cast, [], **days)
    assert [(error["loc"], error["code"]) for error in refused.value.errors] == [
        (["research_ended_on"], "before_start")
    ]


@pytest.fixture
def known(cast) -> Any:
    """A patent of which the register said more than its owner types."""
    row = created(cast, [{"publication_no": "CN114735076B", "title": "甲", "filed_on": date(2020, 1, 2)}])
    row.patents.update(legal_status=Patent.LegalStatus.IN_FORCE, expires_on=date(2041, 6, 1))
    return row


def test_a_patent_that_stays_keeps_what_the_register_said(cast, known):
    before = known.patents.get()

    updated(cast, known, [{"publication_no": "CN114735076B", "title": "新名", "filed_on": date(2020, 1, 2)}])

    after = known.patents.get()
    assert (after.id, after.title, after.legal_status) == (before.id, "新名", Patent.LegalStatus.IN_FORCE)
    assert after.expires_on == date(2041, 6, 1)


def test_a_patent_that_gets_its_other_number_is_the_same_patent(cast, known):
    before = known.patents.get()

    updated(
        cast,
        known,
        [{"publication_no": "CN114735076B", "application_no": INVENTION, "title": "甲", "filed_on": date(2020, 1, 2)}],
    )

    after = known.patents.get()
    assert (after.id, after.application_no, after.expires_on) == (before.id, INVENTION, date(2041, 6, 1))


def test_another_day_of_filing_gives_the_term_anew(cast, known):
    updated(cast, known, [{"publication_no": "CN114735076B", "title": "甲", "filed_on": date(2021, 1, 2)}])

    assert known.patents.get().expires_on == date(2041, 1, 2)


def test_a_patent_that_is_replaced_takes_its_legal_status_with_it(cast, known):
    updated(cast, known, [{"application_no": OTHER_INVENTION, "title": "乙"}])

    patent = known.patents.get()
    assert (str(patent), patent.legal_status) == (OTHER_INVENTION, Patent.LegalStatus.UNKNOWN)


def test_a_change_that_does_not_speak_of_patents_leaves_them(cast, known):
    before = list(known.patents.values())

    catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=known.id,
        version=None,
        changes={"summary": "另一段简介"},
        at=MONDAY,
    )

    assert list(known.patents.values()) == before


@pytest.mark.parametrize(
    ("day", "is_over"), [(None, False), (date(2026, 3, 1), True), (MONDAY_ON, False), (date(2026, 3, 3), False)]
)
def test_a_last_day_is_over_only_on_the_day_after(day, is_over):
    assert rules.is_over(day, on=MONDAY_ON) is is_over
