"""What an owner has brought to a contract before speaks for it, a little, and is said."""

import pytest

from matching.brokerage.models import Deal
from matching.matches import listing_adapter, track_record
from matching.matches.models import Kind
from matching.matches.scorer import Scorer
from matching.scoring.statistics import Statistics
from tests import story
from tests.matching.brokerage.desk import stand_in


@pytest.fixture
def told(cast, shelf):
    return story.opened(cast)


@pytest.mark.parametrize(
    ("stage", "signed"),
    [("introduced", 0), ("terms_agreed", 0), ("signed", 1), ("performing", 1), ("completed", 1), ("lost", 0)],
)
def test_an_owners_deals_count_once_they_are_signed_and_only_for_the_seller(told, cast, stage, signed):
    stand_in(told.deal, stage)

    parties = {cast.university.id, cast.enterprise.id}
    assert track_record.signed_by(parties) == {cast.university.id: signed, cast.enterprise.id: 0}


def test_a_match_says_that_its_owner_has_signed_and_ranks_it_a_little_higher(told):
    achievement, demand = told.achievement, told.demand

    def read():
        scorer = Scorer(Statistics.of([listing_adapter.document(achievement), listing_adapter.document(demand)]))
        (ours,) = scorer.prepare(Kind.DEMAND, [demand]).values()
        (found,) = scorer.score(ours, list(scorer.prepare(Kind.ACHIEVEMENT, [achievement]).values()))
        return found

    before = read()
    stand_in(told.deal, Deal.Stage.COMPLETED)
    after = read()

    assert after.score == pytest.approx(before.score + 0.01)
    assert {"fact": "owner_record", "signed": 1} in after.reasons()["agreements"]
    assert "owner_record" not in {fact["fact"] for fact in before.reasons()["agreements"]}
