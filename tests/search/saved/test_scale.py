"""A batch of listings costs the same number of questions however many searches are kept."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market.accounts.models import Membership, User
from market.kernel import deliveries, outbox
from market.kernel.models import Delivery
from market.notices.models import Notice
from search.find.query import parse
from search.saved import digests, matching, queries, query_index
from search.saved.models import SavedSearch, SavedSearchHit
from tests.cast import MONDAY
from tests.search.saved.conftest import LATER
from tests.search.saved.test_digests import TUESDAY

METALS = ["铜合金", "铝合金", "钛合金", "镁合金", "高温合金", "形状记忆合金", "非晶合金", "硬质合金"]
THINGS = ["接触线", "电缆", "散热片", "连接器", "轴承", "叶片", "靶材", "刀具", "弹簧", "焊丝"]
WORKS = ["连续铸造", "轧制", "热处理", "表面改性", "粉末冶金", "激光熔覆", "回收", "检测"]


def wording(number):
    """Ten thousand different queries, of which most meet one listing of two hundred or none; a few have no words."""
    if number % 1000 == 999:
        return f"-编号{number}"
    parts = METALS[number % 8], THINGS[number // 8 % 10], WORKS[number // 80 % 8]
    return f'"{parts[0]}{parts[1]}" {parts[2]} -编号{number}' if number % 3 else f"{''.join(parts)} -编号{number}"


def stock(cast, count, *, cadence="at_once"):
    """So many searches, of a hundred people who work for the enterprise."""
    known = User.objects.filter(email__startswith="reader-").count()
    users = User.objects.bulk_create(User(email=f"reader-{number}@example.com") for number in range(known, 100))
    Membership.objects.bulk_create(
        Membership(user=user, organisation=cast.enterprise, roles=["clerk"]) for user in users
    )
    readers = list(User.objects.filter(email__startswith="reader-").order_by("email"))
    asked = [parse(wording(number)) for number in range(count)]
    kept = SavedSearch.objects.bulk_create(
        SavedSearch(
            user=readers[number % 100],
            organisation=cast.enterprise,
            name=query.typed or "全部",
            query=queries.stored(query),
            cadence=cadence,
            rules=matching.rules(),
            created_at=MONDAY,
            tells_since=MONDAY,
        )
        for number, query in enumerate(asked)
    )
    query_index.keep(zip(kept, asked, strict=True))


def publish_many(publish, count, *, salt):
    for number in range(count):
        title = f"{METALS[number % 8]}{THINGS[number % 10]}的{WORKS[number % 7]}工艺{salt}第{number}号"
        publish(title, summary=f"{title}。{'用于轨道交通与电力装备，性能稳定。' * 8}")


def questions(step):
    with CaptureQueriesContext(connection) as asked:
        step()
    return len(asked)


def feed():
    """One batch, all that waits: a listing has two changes, created and published."""
    reader = outbox.consumer("search.alerts")
    before = Delivery.objects.filter(consumer="search.alerts").count()
    assert deliveries.feed_batch(reader, batch=1000) == before


@pytest.mark.parametrize(("kept", "listings"), [(1000, 60), pytest.param(10_000, 200, marks=pytest.mark.slow)])
def test_many_more_searches_take_no_more_questions(cast, publish, kept, listings):
    with time_machine.travel(LATER, tick=False):
        stock(cast, kept // 100)
        publish_many(publish, listings, salt="甲")
        few = questions(feed)
        found_by_few = SavedSearchHit.objects.count()
        stock(cast, kept)
        publish_many(publish, listings, salt="乙")
        many = questions(feed)

    assert many <= few < 35
    # The control: they did find, and more of them found more.
    assert 0 < found_by_few * 20 < SavedSearchHit.objects.count()
    assert Notice.objects.filter(kind="saved_search").values("user").distinct().count() > 50


def test_a_digest_of_many_searches_takes_no_more_questions(cast, publish):
    with time_machine.travel(LATER, tick=False):
        stock(cast, 10, cadence="daily")
        publish_many(publish, 40, salt="甲")
        feed()
    few = questions(lambda: digests.tell_due(at=TUESDAY))
    SavedSearch.objects.all().delete()
    with time_machine.travel(LATER, tick=False):
        stock(cast, 150, cadence="daily")
        publish_many(publish, 40, salt="乙")
        feed()

    assert questions(lambda: digests.tell_due(at=TUESDAY)) == few
