"""What the city publishes about a period: made by one person, approved by another, frozen for good."""

from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from contracts.turnover.rules import Period
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned


class Report(ConcurrentTransitionMixin, Versioned):
    """A statistical report (统计报告) of a month, quarter or year for a region.

    Once published the database refuses to change or remove it; a newer edition of the same period stands beside it.
    """

    class Kind(models.TextChoices):
        MONTHLY = "monthly", _("月报")
        QUARTERLY = "quarterly", _("季报")
        YEARLY = "yearly", _("年报")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("已退回")
        PUBLISHED = "published", _("已发布")

    OPEN = (State.DRAFT, State.SUBMITTED, State.RETURNED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("报告类型"), max_length=10, choices=Kind)
    first_on = models.DateField(_("期初"))
    last_on = models.DateField(_("期末"), db_comment="Included")
    region = models.CharField(_("地区"), max_length=6, db_comment="GB/T 2260")
    sides = ArrayField(
        models.CharField(max_length=10), verbose_name=_("分项口径"), db_comment="Which sides have tables of their own"
    )
    edition = models.PositiveSmallIntegerField(_("报告版次"), db_comment="From 1; a newer one supersedes the former")
    layout = models.PositiveSmallIntegerField(_("版式"), db_comment="The rules that lay it out, and recompute it")
    state = FSMField(_("状态"), choices=State.choices, default=State.DRAFT, protected=True)
    note = models.TextField(_("说明"), max_length=2000, blank=True)
    return_reason = models.CharField(_("退回原因"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_comment="Null: made by the schedule"
    )
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_for = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制单位")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_for = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("审核单位")
    )
    published_at = models.DateTimeField(_("发布时间"), null=True)
    up_to_entry = models.BigIntegerField(
        _("截至分录"), null=True, db_comment="The cut: entries of the ledger up to this id are counted, later ones not"
    )
    basis = models.JSONField(
        default=dict, db_comment="What the content needs beside the ledger, as it was: names of codes, the plan"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("统计报告")
        verbose_name_plural = _("统计报告")
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_on", "region", "edition"], name="one_report_per_edition"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="report_period_in_order"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")) & (Q(made_by__isnull=True) | ~Q(approved_by=F("made_by"))),
                name="report_needs_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(
                    submitted_by__isnull=False,
                    approved_by__isnull=False,
                    published_at__isnull=False,
                    up_to_entry__isnull=False,
                ),
                name="published_report_is_complete",
            ),
        ]
        indexes = [models.Index(fields=["-last_on", "-id"], name="report_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_on} {self.region} {self.edition}"

    @property
    def makers(self) -> set[UUID]:
        """The people who made it and handed it on; neither approves it."""
        return {person for person in (self.made_by_id, self.submitted_by_id) if person is not None}

    @property
    def period(self) -> Period:
        return Period(self.first_on, self.last_on)

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.SUBMITTED)
    def submit(self, *, by_id: UUID, organisation_id: UUID | None, at: datetime) -> None:
        self.submitted_by_id, self.submitted_for_id, self.submitted_at = by_id, organisation_id, at
        self.return_reason = ""

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self, *, reason: str) -> None:
        self.return_reason = reason

    @transition(field=state, source=State.SUBMITTED, target=State.PUBLISHED)
    def publish(self, *, by_id: UUID, organisation_id: UUID | None, up_to_entry: int, at: datetime) -> None:
        self.approved_by_id, self.approved_for_id = by_id, organisation_id
        self.up_to_entry, self.published_at = up_to_entry, at

    def is_over(self, on: date) -> bool:
        """Whether the period lies behind on that day."""
        return self.last_on < on


class ReportFile(models.Model):
    """A published report in one of its forms; the bytes are kept with their hash. Append-only."""

    class Form(models.TextChoices):
        JSON = "json", "JSON"
        CSV = "csv", "CSV"
        PDF = "pdf", "PDF"
        WORKBOOK = "xlsx", _("工作簿")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    form = models.CharField(max_length=4, choices=Form)
    file = models.ForeignKey(PrivateFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("报告文件")
        verbose_name_plural = _("报告文件")
        constraints = [models.UniqueConstraint(fields=["report", "form"], name="one_file_per_form")]

    def __str__(self) -> str:
        return f"{self.form} {self.sha256[:12]}"
