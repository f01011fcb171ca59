"""What became of the plan's promises, year by year: who answers for a value, the value, and who was warned."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from contracts.turnover.models import PlanIndicator
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned


class Responsibility(models.Model):
    """The office that answers for an indicator, and by when after a year's end its value is due."""

    indicator = models.OneToOneField(PlanIndicator, on_delete=models.PROTECT, related_name="responsibility")
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    due_days = models.PositiveSmallIntegerField(
        _("报送期限（天）"), default=90, db_comment="Days after 31 December by which the year's value is due"
    )
    assigned_at = models.DateTimeField(_("指定时间"))

    class Meta:
        verbose_name = _("指标责任")
        verbose_name_plural = _("指标责任")
        constraints = [
            models.CheckConstraint(condition=Q(due_days__gte=1, due_days__lte=366), name="due_within_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.office_id}"


class IndicatorValue(ConcurrentTransitionMixin, Versioned):
    """One value of one indicator for one year, entered with source and proof and confirmed by a second person.

    A later value of the same year supersedes the confirmed one; nothing is removed.
    """

    class State(models.TextChoices):
        ENTERED = "entered", _("待复核")
        CONFIRMED = "confirmed", _("已确认")
        REJECTED = "rejected", _("已退回")
        SUPERSEDED = "superseded", _("已被更新")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    indicator = models.ForeignKey(PlanIndicator, on_delete=models.PROTECT, related_name="values_by_year")
    year = models.PositiveSmallIntegerField(_("年度"))
    revision = models.PositiveSmallIntegerField(_("版次"), db_comment="Counts the values entered for the year")
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=4, db_comment="In the indicator's unit")
    source_text = models.CharField(_("数据来源"), max_length=300)
    proof = models.ForeignKey(PrivateFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("证明材料"))
    state = FSMField(_("状态"), choices=State.choices, default=State.ENTERED, protected=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("录入时间"))
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    reason = models.CharField(_("退回原因"), max_length=300, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("指标值")
        verbose_name_plural = _("指标值")
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="indicator_value_not_negative"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "superseded"])
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("entered_by")),
                name="two_people_stand_for_a_value",
            ),
            models.UniqueConstraint(fields=["indicator", "year", "revision"], name="revision_once"),
            models.UniqueConstraint(
                fields=["indicator", "year"], condition=Q(state="confirmed"), name="one_confirmed_value"
            ),
            models.UniqueConstraint(
                fields=["indicator", "year"], condition=Q(state="entered"), name="one_value_awaits_confirmation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year} {self.value}"

    @transition(field=state, source=State.ENTERED, target=State.CONFIRMED)
    def confirm(self, *, by_id: UUID, at: datetime) -> None:
        self.decided_by_id, self.decided_at = by_id, at

    @transition(field=state, source=State.ENTERED, target=State.REJECTED)
    def reject(self, *, by_id: UUID, reason: str, at: datetime) -> None:
        self.decided_by_id, self.decided_at, self.reason = by_id, at, reason

    @transition(field=state, source=State.CONFIRMED, target=State.SUPERSEDED)
    def supersede(self, *, at: datetime) -> None:
        self.superseded_at = at


class Miss(models.Model):
    """A path that was missed in a year, or a value that is overdue: told once, remembered for ever."""

    class Kind(models.TextChoices):
        BELOW_PATH = "below_path", _("低于规划路径")
        OVERDUE = "overdue", _("逾期未报")

    indicator = models.ForeignKey(PlanIndicator, on_delete=models.PROTECT, related_name="misses")
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    value = models.DecimalField(_("数值"), max_digits=20, decimal_places=10, null=True, db_comment="As it was then")
    told_at = models.DateTimeField(_("预警时间"))

    class Meta:
        verbose_name = _("预警")
        verbose_name_plural = _("预警")
        constraints = [models.UniqueConstraint(fields=["indicator", "year", "kind"], name="told_once_per_miss")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year} {self.kind}"
