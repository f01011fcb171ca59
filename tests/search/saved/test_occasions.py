"""An import is one occasion: however many batches it comes in, a person gets one letter."""

import json
from datetime import timedelta

import pytest

from listings.imports.services import import_lines
from market.notices.models import Notice
from search.index import indexing
from search.saved import alerts
from search.saved.models import SavedSearchHit
from tests.search.saved.conftest import LATER, run_alerts

LINES = 450  # more than two batches of the relay


def lines(count, first=0):
    return [
        json.dumps({"id": str(number), "title": f"铜合金接触线第{number}号"}) for number in range(first, first + count)
    ]


def test_an_import_of_many_batches_is_one_letter_for_each_person(cast, keep):
    keep("铜合金", cadence="at_once")
    keep("接触线", cadence="at_once")

    import_lines(actor=cast.university_clerk, kind="achievement", lines=lines(LINES), at=LATER)
    run_alerts()

    notice = Notice.objects.get(kind="saved_search")
    assert notice.title == f"2 个搜索共有 {LINES} 条新结果"
    assert SavedSearchHit.objects.filter(told_at__isnull=True).count() == 0


@pytest.mark.parametrize(("waited", "letters"), [(timedelta(minutes=1), 0), (alerts.GATHERED, 1)])
def test_nobody_waits_longer_than_the_gathering_for_a_stream_without_end(cast, keep, publish, waited, letters):
    keep("铜合金", cadence="at_once")
    row = publish()

    found = indexing.load({("achievement", row.id): row.version})
    alerts.announce([change.document for change in found], at=LATER, is_more_to_come=True)
    alerts.announce([], at=LATER + waited, is_more_to_come=True)

    assert Notice.objects.filter(kind="saved_search").count() == letters
