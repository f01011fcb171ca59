import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from market.kernel import paging
from market.kernel.models import Job
from market.kernel.paging import InvalidCursor, cursor_page, table_page
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db
ORDER = ("-created_at", "-id")


@pytest.fixture
def jobs() -> list[Job]:
    # Pairs of equal times: the last column of the order decides between them.
    return [Job.objects.create(kind=str(n), created_at=MONDAY + timedelta(minutes=n // 2)) for n in range(7)]


def test_pages_hold_every_row_once_and_in_order(jobs):
    seen, cursor = [], None
    while True:
        page = cursor_page(Job.objects.all(), name="jobs", order=ORDER, cursor=cursor, limit=3)
        seen += [row.kind for row in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [row.kind for row in Job.objects.order_by(*ORDER)]
    assert len(seen) == 7


def passed_over(condition: Q) -> int:
    """Rows that the index gives and the condition throws away, for a page of ten."""
    rows = Job.objects.filter(condition).order_by(*ORDER)[:10]
    (plan,) = json.loads(rows.explain(analyze=True, format="json"))
    (scan,) = plan["Plan"]["Plans"]
    return int(scan.get("Rows Removed by Filter", 0))


def test_a_page_far_down_begins_in_the_index_and_not_at_its_top():
    Job.objects.bulk_create(Job(kind="far", created_at=MONDAY + timedelta(minutes=n)) for n in range(2000))
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON kernel_job (created_at DESC, id DESC)")
        cursor.execute("ANALYZE kernel_job")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    row = Job.objects.order_by(*ORDER)[1500]
    position = [row.created_at.isoformat(), str(row.id)]

    assert passed_over(paging._after(["created_at", "id"], position, "lt")) <= 1
    # The control: the alternatives alone.
    alone = Q(created_at__lt=position[0]) | Q(created_at=position[0], id__lt=position[1])
    assert passed_over(alone) > 1000


def test_a_row_added_at_the_top_moves_no_page(jobs):
    first = cursor_page(Job.objects.all(), name="jobs", order=ORDER, limit=3)
    Job.objects.create(kind="new", created_at=MONDAY + timedelta(days=1))

    second = cursor_page(Job.objects.all(), name="jobs", order=ORDER, cursor=first.next, limit=3)

    assert {row.kind for row in first.items} & {row.kind for row in second.items} == set()


@pytest.mark.parametrize("cursor", ["x", "WyIxIl0:forged:signature", "a" * 5000])
def test_a_forged_cursor_is_a_clear_problem(jobs, cursor):
    with pytest.raises(InvalidCursor):
        cursor_page(Job.objects.all(), name="jobs", order=ORDER, cursor=cursor)


def test_a_cursor_of_another_list_is_refused(jobs):
    token = cursor_page(Job.objects.all(), name="jobs", order=ORDER, limit=3).next

    with pytest.raises(InvalidCursor):
        cursor_page(Job.objects.all(), name="contracts", order=ORDER, cursor=token)


def test_a_numbered_page_counts_and_stays_in_range(jobs):
    page = table_page(Job.objects.order_by("id"), number="99", size=3)

    assert (page.number, page.pages, page.count, len(page.items)) == (3, 3, 7, 1)
