"""What every verb of the room does around its own step."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.reports import policy
from contracts.reports.models import Report
from market.accounts.models import Organisation, User
from market.accounts.queries import members_with_role
from market.kernel.actor import Actor, OrganisationKind, Role
from market.notices.services import lazy_text, notify
from market.reference import queries as reference


def fetch(*, actor: Actor, report_id: UUID, verb: str, version: int | None, lock: bool = True) -> Report:
    """The report for an actor who may do the verb to it, locked unless it is only looked at."""
    return policy.reports.fetch(actor=actor, pk=report_id, verb=verb, lock=lock, version=version)


def approvers(report: Report) -> list[UUID]:
    """The people who may approve the report: leaders and operators, without those who made it."""
    return _people({OrganisationKind.GOVERNMENT: [Role.LEADER], OrganisationKind.OPERATOR: [Role.OPERATOR]}, report)


def makers() -> list[UUID]:
    """The people who make reports."""
    return _people(
        {
            OrganisationKind.GOVERNMENT: [Role.LEADER, Role.CLERK],
            OrganisationKind.OPERATOR: [Role.OPERATOR],
        }
    )


def _people(roles: Mapping[OrganisationKind, Iterable[Role]], report: Report | None = None) -> list[UUID]:
    offices = Organisation.objects.filter(Q(kind=OrganisationKind.OPERATOR) | Q(verified_at__isnull=False))
    found: set[UUID] = set()
    for office in offices.filter(kind__in=roles):
        people: Iterable[User] = members_with_role(office.id, *roles[OrganisationKind(office.kind)])
        found |= {person.id for person in people}
    return sorted(found - (report.makers if report else set()))


def tell(people: Iterable[UUID], report: Report, *, title: Any, at: datetime) -> None:
    """`title` is lazily translated, or `lazy_text`."""
    period = f"{report.first_on} – {report.last_on}"
    words = {"period": period, "edition": report.edition, "region": reference.label("region", report.region)}
    notify(
        user_ids=people,
        kind="report",
        title=title,
        body=lazy_text(lambda: _("报告期：%(period)s，地区：%(region)s，第 %(edition)s 版") % words),
        url=f"/reports/{report.id}/",
        at=at,
    )
