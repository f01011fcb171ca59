"""Telling the office and the city's leaders that a path was missed or a value is overdue, once for each miss."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.monitoring import policy, queries, rules
from contracts.monitoring.models import Miss
from contracts.monitoring.queries import Reading
from contracts.monitoring.rules import plain
from market.accounts.models import Membership, User
from market.accounts.queries import members_with_role
from market.kernel import audit
from market.kernel.actor import SYSTEM, OrganisationKind, Role
from market.kernel.clock import local_date
from market.notices.services import lazy_text, notify

MISSED = frozenset({rules.Status.BELOW, rules.Status.FAR_BELOW})


@transaction.atomic
def warn_of_misses(*, at: datetime) -> list[Miss]:
    """Find what is newly missed and tell of it; a second run, at the same time too, tells nobody twice.

    A year's value is compared with the path when the year is over. Each office gets one notice of its own indicators,
    each leader one of all.
    """
    new: list[tuple[Miss, Reading]] = []
    today = local_date(at)
    for row in queries.indicators():
        for reading in queries.history(row, today=today):
            kind = _kind(reading)
            if kind is not None and (miss := _remember(reading, kind, at)):
                new.append((miss, reading))
    _tell(_leaders(), new, at)
    for office_id, own in _by_office(new).items():
        staff = members_with_role(office_id, *policy.STAFF).values_list("id", flat=True)
        _tell(set(staff) - set(_leaders()), own, at)
    return [miss for miss, _reading in new]


def _kind(reading: Reading) -> Miss.Kind | None:
    if reading.is_overdue:
        return Miss.Kind.OVERDUE
    if reading.is_over and reading.status in MISSED:
        return Miss.Kind.BELOW_PATH
    return None


def _remember(reading: Reading, kind: Miss.Kind, at: datetime) -> Miss | None:
    """The row of a miss that nobody was told of yet; the unique constraint settles a race."""
    key = {"indicator": reading.indicator, "year": reading.year, "kind": kind}
    miss, is_new = Miss.objects.get_or_create(**key, defaults={"value": reading.value, "told_at": at})
    if not is_new:
        return None
    changes = {"kind": kind.value, "year": reading.year, "value": reading.value}
    audit.record("indicator.missed", actor=SYSTEM, subject=reading.indicator, at=at, changes=changes)
    return miss


def _leaders() -> list[UUID]:
    live = Membership.objects.filter(
        organisation__kind=OrganisationKind.GOVERNMENT, ended_at__isnull=True, roles__contains=[Role.LEADER.value]
    )
    return list(User.objects.filter(pk__in=live.values("user"), is_active=True).values_list("id", flat=True))


def _by_office(new: Sequence[tuple[Miss, Reading]]) -> dict[UUID, list[tuple[Miss, Reading]]]:
    found: dict[UUID, list[tuple[Miss, Reading]]] = {}
    for miss, reading in new:
        if reading.office is not None:
            found.setdefault(reading.office.id, []).append((miss, reading))
    return found


def _tell(people: Iterable[UUID], new: Sequence[tuple[Miss, Reading]], at: datetime) -> None:
    if not new:
        return
    first = new[0][1]
    notify(
        user_ids=people,
        kind="indicator",
        title=lazy_text(
            lambda: ngettext("规划指标预警：%(count)s 项", "规划指标预警：%(count)s 项", len(new)) % {"count": len(new)}
        ),
        body=lazy_text(lambda: "\n".join(_line(miss, reading) for miss, reading in new)),
        url=queries.page_of(first.indicator) if len(new) == 1 else reverse("monitoring:list"),
        at=at,
    )


def _line(miss: Miss, reading: Reading) -> str:
    words = {
        "name": reading.indicator.translated_name,
        "year": reading.year,
        "unit": reading.indicator.translated_unit,
        "due": reading.due_on,
        "value": plain(reading.value),
        "planned": plain(reading.planned.low if reading.planned else None),
    }
    if miss.kind == Miss.Kind.OVERDUE:
        return _("%(name)s：%(year)s 年数值逾期未报，应于 %(due)s 前报送") % words
    return _("%(name)s：%(year)s 年 %(value)s %(unit)s，规划路径 %(planned)s %(unit)s") % words
