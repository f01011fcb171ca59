"""Bringing the code lists of the data files into the database."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import orjson
from django.db import connection, transaction

from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import NotAllowed
from market.reference import queries, rules
from market.reference.events import CodeListChanged
from market.reference.models import Code, CodeList
from market.reference.problems import CodeListsFaulty
from market.reference.rules import ListedCode, ListedScheme

_CHANGEABLE = ("name_zh", "name_en", "parent", "valid_until", "replaced_by", "evidence", "source", "position")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many rows a load inserted, changed, ended, and found as they should be."""

    inserted: int = 0
    updated: int = 0
    closed: int = 0
    unchanged: int = 0

    def __add__(self, other: "LoadReport") -> "LoadReport":
        return LoadReport(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.closed + other.closed,
            self.unchanged + other.unchanged,
        )

    @property
    def has_changes(self) -> bool:
        return bool(self.inserted or self.updated or self.closed)


@transaction.atomic
def load_code_lists(*, actor: Actor, lists: Sequence[ListedScheme], at: datetime) -> LoadReport:
    """Make the database hold these lists: rows are found by list, code and first day.

    A row that is no longer listed ends on the day of `at` and stays; nothing is removed. Doing it again changes
    nothing. Raises CodeListsFaulty with every fault, and NotAllowed unless the system or an operator asks.
    """
    if not (actor.is_system or actor.is_operator):
        raise NotAllowed
    if found := rules.faults(lists):
        raise CodeListsFaulty(faults=found)
    with connection.cursor() as cursor:  # two loads at once would insert the same rows; readers go on
        cursor.execute(f"LOCK TABLE {CodeList._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    report = LoadReport()
    for position, listed in enumerate(lists):
        report += _load(listed, position=position, actor=actor, at=at)
    for abandoned in CodeList.objects.exclude(scheme__in=[listed.scheme for listed in lists]).order_by("scheme"):
        report += _finish(abandoned, _end_unlisted(abandoned, [], on=local_date(at)), actor=actor, at=at)
    queries.forget()
    return report


def _load(listed: ListedScheme, *, position: int, actor: Actor, at: datetime) -> LoadReport:
    heading = {name: value for name, value in asdict(listed).items() if name not in {"scheme", "codes"}}
    row, is_new = CodeList.objects.get_or_create(
        scheme=listed.scheme, defaults=heading | {"position": position, "fingerprint": "", "loaded_at": at}
    )
    if not is_new:
        for name, value in (heading | {"position": position}).items():
            setattr(row, name, value)
    ended = _end_unlisted(row, listed.codes, on=local_date(at))
    return _finish(row, ended + _write(row, listed.codes), actor=actor, at=at)


def _end_unlisted(code_list: CodeList, codes: Sequence[ListedCode], *, on: date) -> LoadReport:
    """End the open rows that are not among `codes`; one that was still to begin ends on its first day."""
    listed = {(row.code, row.valid_from) for row in codes}
    ended = [
        row
        for row in Code.objects.filter(code_list=code_list, valid_until__isnull=True)
        if (row.code, row.valid_from) not in listed
    ]
    for row in ended:
        row.valid_until = max(on, row.valid_from + timedelta(days=1))
    Code.objects.bulk_update(ended, ["valid_until"])
    return LoadReport(closed=len(ended))


def _write(code_list: CodeList, codes: Sequence[ListedCode]) -> LoadReport:
    """Insert and change rows; those that end are written first, since a successor may begin on that day."""
    present = {(row.code, row.valid_from): row for row in Code.objects.filter(code_list=code_list)}
    fresh: list[Code] = []
    changed: list[Code] = []
    closed = 0
    for position, listed in enumerate(codes):
        wanted = asdict(listed) | {"position": position}
        row = present.get((listed.code, listed.valid_from))
        if row is None:
            fresh.append(Code(code_list=code_list, **wanted))
            continue
        if all(getattr(row, name) == wanted[name] for name in _CHANGEABLE):
            continue
        closed += row.valid_until is None and listed.valid_until is not None
        for name in _CHANGEABLE:
            setattr(row, name, wanted[name])
        changed.append(row)
    Code.objects.bulk_update([row for row in changed if row.valid_until is not None], _CHANGEABLE)
    Code.objects.bulk_update([row for row in changed if row.valid_until is None], _CHANGEABLE)
    Code.objects.bulk_create(fresh)
    return LoadReport(len(fresh), len(changed) - closed, closed, len(codes) - len(fresh) - len(changed))


def _finish(code_list: CodeList, report: LoadReport, *, actor: Actor, at: datetime) -> LoadReport:
    """Give a changed list its new fingerprint, audit row and event."""
    fingerprint = _fingerprint(code_list)
    if fingerprint == code_list.fingerprint:
        return report
    code_list.fingerprint = fingerprint
    code_list.loaded_at = at
    code_list.save()
    audit.record("code_list.loaded", actor=actor, subject=code_list, at=at, changes=asdict(report))
    outbox.publish(CodeListChanged(scheme=code_list.scheme, fingerprint=fingerprint), at=at)
    return report


def _fingerprint(code_list: CodeList) -> str:
    heading = [code_list.scheme, code_list.name_zh, code_list.name_en, code_list.standard, code_list.source]
    columns = ("code", "valid_from", *_CHANGEABLE)
    rows = Code.objects.filter(code_list=code_list).order_by("code", "valid_from").values_list(*columns)
    content = [*heading, code_list.parent_scheme, code_list.position, [list(row) for row in rows]]
    return hashlib.sha256(orjson.dumps(content)).hexdigest()
