"""A database of its own with invented listings, thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from listings.catalog.models import Achievement, State
from market.accounts.models import Organisation
from market.kernel import clock
from market.kernel.actor import OrganisationKind
from market.reference.identifiers.credit_code import check_character

THINGS = ("铜合金线材", "针织面料", "脐橙保鲜", "冷链仓储", "革命文物", "锂电池负极", "高压电缆", "稀土永磁")
WAYS = ("连续铸造工艺", "在线检测方法", "智能控制系统", "表面处理技术", "回收利用装置")
BATCH = 5000


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """The default connection points at an empty migrated database until the block ends."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{name}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def build_listings(count: int) -> None:
    """That many published achievements of ten universities."""
    owners = [_university(serial) for serial in range(1, 11)]
    at = clock.now()
    for first in range(0, count, BATCH):
        Achievement.objects.bulk_create(
            _achievement(number, owners[number % 10], at - timedelta(seconds=number))
            for number in range(first, min(first + BATCH, count))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _university(serial: int) -> Organisation:
    body = f"12360100{serial:08d}0"
    return Organisation.objects.create(
        kind=OrganisationKind.UNIVERSITY,
        name=f"示例大学{serial}",
        credit_code=body + check_character(body),
        region="360100",
    )


def _achievement(number: int, owner: Organisation, at: object) -> Achievement:
    thing, way = THINGS[number % len(THINGS)], WAYS[number % len(WAYS)]
    return Achievement(
        owner=owner,
        title=f"{thing}{way} {number}",
        summary=f"面向{thing}的{way}，经中试验证。" * 5,
        keywords=[thing, way],
        technology_field="05",
        local_industry="copper_and_cable",
        region="360100",
        maturity="pilot",
        ip_type="invention_patent",
        transfer_modes=["license", "transfer"],
        price=Decimal(number % 500 + 1) * 1000,
        state=State.PUBLISHED,
        published_at=at,
        created_at=at,
        updated_at=at,
    )
