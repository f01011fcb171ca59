"""Words are counted anew once enough listings have changed for it to matter."""

from datetime import timedelta

import pytest

from listings.catalog.models import Achievement
from matching.matches import corpus
from matching.matches.models import CorpusStatistics
from tests.cast import MONDAY

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def counted(shelf):
    shelf.achievement("高导电铜合金线材")
    corpus.recount(at=MONDAY)
    Achievement.objects.update(updated_at=MONDAY - timedelta(days=1))
    CorpusStatistics.objects.update(documents=20)


def counted_at():
    return CorpusStatistics.objects.get().counted_at


def test_one_change_in_twenty_counts_nothing_anew_and_two_do(shelf, counted):
    Achievement.objects.update(updated_at=TUESDAY)
    corpus.refresh(at=TUESDAY)
    assert counted_at() == MONDAY

    row = shelf.achievement("脐橙果胶提取")
    Achievement.objects.filter(pk=row.pk).update(updated_at=TUESDAY)
    corpus.refresh(at=TUESDAY)
    assert counted_at() == TUESDAY


def test_what_was_never_counted_is(db):
    corpus.refresh(at=MONDAY)

    assert counted_at() == MONDAY
