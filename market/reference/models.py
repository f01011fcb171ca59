"""Code lists as versioned rows: what a code meant on any day stays readable, so rows end and are never removed."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

_SPAN = Func("valid_from", "valid_until", Value("[)"), function="daterange", output_field=DateRangeField())


class CodeList(models.Model):
    """One list: the technology fields, the administrative divisions, the payment methods …"""

    scheme = models.CharField(_("代码表"), max_length=40, primary_key=True)
    name_zh = models.CharField(_("中文名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    standard = models.CharField(_("标准"), max_length=120, blank=True, db_comment="With its edition: GB/T 4754-2017")
    source = models.CharField(_("来源"), max_length=300)
    parent_scheme = models.CharField(
        max_length=40, blank=True, db_comment="List that the parents of its codes stand in; empty: this one"
    )
    position = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(
        max_length=64, db_comment="SHA-256 of the list and its codes; tells a process that its copy is old"
    )
    loaded_at = models.DateTimeField(db_comment="When a load last changed it")

    class Meta:
        verbose_name = _("代码表")
        verbose_name_plural = _("代码表")

    def __str__(self) -> str:
        return self.name_zh


class Code(models.Model):
    """What one code of a list means from one day to another; a code may have several such rows, one after another."""

    class Evidence(models.TextChoices):
        """How far the row may be trusted; see the list's source."""

        VERIFIED = "verified", _("已核实")
        INFERRED = "inferred", _("推断")
        UNVERIFIED = "unverified", _("未核实")

    id = models.BigAutoField(primary_key=True)
    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="codes", db_column="scheme")
    code = models.CharField(_("代码"), max_length=40)
    name_zh = models.CharField(_("中文名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    parent = models.CharField(_("上级代码"), max_length=40, blank=True)
    replaced_by = models.CharField(_("后继代码"), max_length=40, blank=True, db_comment="The code that came after it")
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("失效日期"), null=True, blank=True, db_comment="First day it is no longer valid")
    position = models.PositiveSmallIntegerField(db_comment="Order in the list")
    evidence = models.CharField(_("依据"), max_length=10, choices=Evidence)
    source = models.CharField(_("来源"), max_length=300, blank=True, db_comment="Empty: that of the list")

    class Meta:
        verbose_name = _("代码")
        verbose_name_plural = _("代码")
        constraints = [
            models.UniqueConstraint(fields=["code_list", "code", "valid_from"], name="one_row_per_code_and_start"),
            ExclusionConstraint(
                name="one_meaning_per_code_and_day",
                expressions=[
                    ("code_list", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="code_span"
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Za-z0-9._-]+$"), name="code_is_plain"),
            models.CheckConstraint(
                condition=~Q(parent=F("code")) & ~Q(replaced_by=F("code")), name="code_points_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by="") | Q(valid_until__isnull=False), name="replaced_code_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(evidence__in=["verified", "inferred", "unverified"]), name="code_evidence_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_list_id} {self.code}"


class CalendarYear(models.Model):
    """The State Council's arrangement of one year's holidays and make-up days, as `calendar.read_arrangement` reads it.

    A year that an operator entered stays as entered when the data files are loaded again.
    """

    year = models.PositiveSmallIntegerField(_("年度"), primary_key=True)
    holidays = models.TextField(_("放假安排"), db_comment="One line each: name, first day, last day")
    workdays = models.TextField(_("调休上班日"), blank=True, db_comment="Weekend days worked, space between")
    source = models.CharField(_("来源"), max_length=300)
    is_entered = models.BooleanField(default=False, db_comment="By an operator, and not from the data files")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")

    def __str__(self) -> str:
        return str(self.year)
