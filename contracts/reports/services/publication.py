"""Publishing: the snapshot is taken, the content is frozen under it, and a second person answers for it."""

from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from contracts.reports import freezing
from contracts.reports.events import ReportPublished
from contracts.reports.models import Report, ReportFile
from contracts.reports.problems import LedgerBusy
from contracts.reports.services import steps
from contracts.reports.services.drafting import require_over
from contracts.turnover import queries as turnover
from market.kernel import files, outbox
from market.kernel.actor import Actor
from market.kernel.changes import save_change
from market.notices.services import lazy_text

LOCK_SECONDS = 5


def publish_report(*, actor: Actor, report_id: UUID, version: int | None, at: datetime) -> Report:
    """Approve the report as the second person: it is frozen under a snapshot taken now, and public.

    The ledger's writers wait while the snapshot is taken and no longer: reading and drawing come after, since what lies
    below the snapshot can no longer change. Raises SecondPersonNeeded, PeriodNotOver, LedgerBusy, WrongState, Stale.
    """
    seen = _publishable(actor=actor, report_id=report_id, version=version, lock=False, at=at)
    frozen = freezing.freeze(seen, actor=actor, up_to_entry=take_cut(), at=at)
    with transaction.atomic():
        report = _publishable(actor=actor, report_id=report_id, version=seen.version, lock=True, at=at)
        report.publish(
            by_id=actor.user_id,
            organisation_id=actor.organisation_id,
            up_to_entry=frozen.up_to_entry,
            at=at,
        )
        report.basis, report.layout = frozen.basis, frozen.layout
        changes = {"up_to_entry": frozen.up_to_entry} | {form: document.sha256 for form, document in frozen.documents}
        save_change(report, actor=actor, action="report.published", at=at, changes=changes)
        for form, document in frozen.documents:
            kept = files.store_bytes(
                document.content, name=document.name, media_type=document.media_type, actor=actor, at=at
            )
            ReportFile.objects.create(report=report, form=form, file=kept, sha256=document.sha256)
        outbox.publish(_published(report, frozen), at=at)
        steps.tell(report.makers, report, title=lazy_text(lambda: _("统计报告已发布")), at=at)
    return report


def take_cut() -> int:
    """The ledger's last entry, in a transaction of its own, so that its writers wait for no more than that.

    Raises LedgerBusy when a writer holds its lock for longer than LOCK_SECONDS.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            usual = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
            found = turnover.last_entry()
            # Inside a transaction of the caller's the setting would outlive this block.
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual[0] if usual else "0"])
            return found
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise LedgerBusy(retry_after_seconds=LOCK_SECONDS) from error
        raise


def _publishable(*, actor: Actor, report_id: UUID, version: int | None, lock: bool, at: datetime) -> Report:
    report = steps.fetch(actor=actor, report_id=report_id, verb="publish", version=version, lock=lock)
    require_over(report.period, at=at)
    return report


def _published(report: Report, frozen: freezing.Frozen) -> ReportPublished:
    return ReportPublished(
        report_id=report.id,
        kind=report.kind,
        first_on=report.first_on,
        last_on=report.last_on,
        region=report.region,
        edition=report.edition,
        up_to_entry=frozen.up_to_entry,
        json_sha256=dict(frozen.documents)[ReportFile.Form.JSON].sha256,
    )
