"""What the reports' pages and endpoints show: published ones to everyone, the others as the policy says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from contracts.registration.models import RegistrationEvent
from contracts.reports import freezing, policy, revisions
from contracts.reports.models import Report, ReportFile
from contracts.reports.problems import NotPublished
from contracts.reports.revisions import Revision
from contracts.turnover import labels
from contracts.turnover import queries as turnover
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Side, Sums, region_prefix
from market.kernel import files
from market.kernel.actor import Actor

Kind = RegistrationEvent.Kind


def reports(
    *, actor: Actor, kind: str = "", year: int | None = None, region: str = "", state: str = ""
) -> QuerySet[Report]:
    """The reports the actor may know of, each with `superseded_by`; the caller orders them."""
    rows = policy.reports.visible_to(actor).annotate(superseded_by=_newest_edition())
    rows = rows.select_related("submitted_for", "approved_for").prefetch_related("files__file")
    chosen = {"kind": kind, "last_on__year": year, "region": region, "state": state}
    return rows.filter(**{name: value for name, value in chosen.items() if value})


def years(*, actor: Actor) -> list[int]:
    """The years that the actor's reports end in, the newest first."""
    found = policy.reports.visible_to(actor).values_list("last_on__year", flat=True).distinct()
    return sorted(found, reverse=True)


def published(*, actor: Actor, report_id: UUID) -> Report:
    """A published report. Raises NotFound where it is hidden or absent, NotPublished before that."""
    report = policy.reports.fetch(actor=actor, pk=report_id)
    if report.state != Report.State.PUBLISHED:
        raise NotPublished
    return report


def editions(report: Report, *, actor: Actor) -> QuerySet[Report]:
    """Every edition of the report's period that the actor may know of, the newest first."""
    same = policy.reports.visible_to(actor).filter(kind=report.kind, first_on=report.first_on, region=report.region)
    return same.order_by("-edition")


def file_of(report: Report, form: str) -> ReportFile:
    """The report in one of its forms. Raises NotPublished while there is none."""
    found = ReportFile.objects.select_related("file").filter(report=report, form=form).first()
    if found is None:
        raise NotPublished
    return found


def bytes_of(kept: ReportFile) -> bytes:
    with files.open_file(kept.file) as source:
        return source.read()


def content(report: Report) -> dict[str, Any]:
    """What the report says: as frozen, or, before that, as it would be now."""
    if report.state != Report.State.PUBLISHED:
        return freezing.preview(report)
    found: dict[str, Any] = json.loads(bytes_of(file_of(report, ReportFile.Form.JSON)))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """The later entries of one kind on one side, in sum; `contracts` is how many they add or take."""

    kind: str
    entries: int
    sums: Sums

    @property
    def label(self) -> Any:
        return Kind(self.kind).label


@dataclass(frozen=True, slots=True)
class Restated:
    """A side of a published report: as published, what came later by kind, and as known now."""

    side: Side
    published: Sums
    changes: list[Change]
    now: Sums

    @property
    def label(self) -> str:
        return str(labels.SIDES[self.side])


def restatement(report: Report) -> list[Restated]:
    """Each side as published, adjusted, and as known now; the first two add up to the third."""
    published = content(report)["figure"]
    now = turnover.sides(report.period, region=report.region)
    return [Restated(side, Sums.from_dict(published[side.value]), _changes(report, side), now[side]) for side in Side]


def revision(report: Report, said: Mapping[str, Any]) -> Revision | None:
    """What the report, saying that, says otherwise than the edition published before it; None where there is none."""
    earlier = Report.objects.filter(
        kind=report.kind,
        first_on=report.first_on,
        region=report.region,
        edition__lt=report.edition,
        state=Report.State.PUBLISHED,
    )
    former = earlier.order_by("-edition").first()
    return None if former is None else revisions.revision(content(former), said)


def adjustments(report: Report) -> QuerySet[TurnoverEntry]:
    """The entries that came after the report's snapshot and take effect in its period; the caller orders them."""
    later = TurnoverEntry.objects.filter(
        id__gt=report.up_to_entry, effective_on__range=(report.first_on, report.last_on)
    )
    return later.filter(turnover.on_side(Side.OUTPUT, report.region) | turnover.on_side(Side.ABSORPTION, report.region))


def sides_of(entry: TurnoverEntry, region: str) -> list[Side]:
    """The sides of a region's figure that the entry counts on."""
    prefix = region_prefix(region)
    is_sold, is_bought = entry.seller_region.startswith(prefix), entry.buyer_region.startswith(prefix)
    return [
        side
        for side, counts in ((Side.OUTPUT, is_sold), (Side.ABSORPTION, is_bought), (Side.INTRA, is_sold and is_bought))
        if counts
    ]


def side_labels(entry: TurnoverEntry, region: str) -> list[Any]:
    return [labels.SIDES[side] for side in sides_of(entry, region)]


def opened_by(actor: Actor, entries: list[TurnoverEntry]) -> dict[int, TurnoverEntry]:
    """Those of the entries that the actor may open, by id, each with its event."""
    rows = turnover.visible_entries(actor=actor).filter(id__in=[entry.id for entry in entries])
    return {row.id: row for row in rows}


def _changes(report: Report, side: Side) -> list[Change]:
    rows = adjustments(report).filter(turnover.on_side(side, report.region)).values("kind")
    summed = rows.annotate(
        entries=Count("id"),
        contract=Sum("contract_amount"),
        technology=Sum("technology_amount"),
        counted=Sum("contracts"),
    ).order_by("kind")
    return [
        Change(row["kind"], row["entries"], Sums(row["contract"], row["technology"], row["counted"])) for row in summed
    ]


def _newest_edition() -> Subquery:
    """The newest published edition above the row's own, or null."""
    newer = Report.objects.filter(
        kind=OuterRef("kind"),
        first_on=OuterRef("first_on"),
        region=OuterRef("region"),
        edition__gt=OuterRef("edition"),
        state=Report.State.PUBLISHED,
    )
    return Subquery(newer.order_by("-edition").values("id")[:1])


def published_names_on(day: date) -> list[str]:
    """The published reports whose period holds a day, by name, the longest period last; each once."""
    rows = _published_on(day).values_list("kind", "first_on", "last_on").distinct()
    return [f"{Report.Kind(kind).label} {first} – {last}" for kind, first, last in sorted(rows, key=_length)]


def published_before(event: RegistrationEvent) -> QuerySet[Report]:
    """The newest editions of published reports whose period an event moved after they were published."""
    rows = _published_on(event.effective_on).filter(published_at__lt=event.recorded_at)
    return rows.order_by("kind", "first_on", "region", "-edition").distinct("kind", "first_on", "region")


def _published_on(day: date) -> QuerySet[Report]:
    return Report.objects.filter(state=Report.State.PUBLISHED, first_on__lte=day, last_on__gte=day)


def _length(row: tuple[str, date, date]) -> tuple[int, date]:
    return (row[2] - row[1]).days, row[1]
