"""The ledger behind the figure, and the plan it is measured against."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.registration.facts import FactColumns
from contracts.registration.models import RegistrationEvent
from contracts.turnover import indicators
from market.accounts.models import User
from market.kernel.money import MoneyField


class TurnoverEntry(FactColumns):
    """One signed line of the figure 技术合同成交额, made from one registration event, exactly once.

    Append-only: the database refuses change and removal. Dated twice: when it took effect, which picks the year,
    and when it became known, so that the figure can be told as of any past day.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(RegistrationEvent, on_delete=models.PROTECT, related_name="entry")
    kind = models.CharField(_("事项"), max_length=10, choices=RegistrationEvent.Kind)
    contract_amount = MoneyField(_("成交额（元）"), db_comment="Signed")
    technology_amount = MoneyField(_("技术交易额（元）"), db_comment="Signed")
    contracts = models.SmallIntegerField(_("项数"), default=0, db_comment="Signed")
    effective_on = models.DateField(_("生效日期"))
    known_at = models.DateTimeField(_("获知时间"))

    class Meta:
        verbose_name = _("成交额分录")
        verbose_name_plural = _("成交额分录")
        indexes = [
            models.Index(fields=["effective_on", "id"], name="entry_by_date"),
            models.Index(fields=["seller_region", "effective_on"], name="entry_output"),
            models.Index(fields=["buyer_region", "effective_on"], name="entry_absorption"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.contract_amount}"


class TurnoverSum(models.Model):
    """What the entries of one day and region amount to: in all, and in a BrokenDownRegion by each code of a dimension.

    Kept by the database in the transaction of each entry, and equal to the ledger in every cell, which
    `check_turnover` proves. A cell is the sum over its slots: each writing transaction has a slot for itself.
    """

    TOTAL = "total"  # stands beside the dimensions of facts.Dimension, with an empty code

    pk = models.CompositePrimaryKey("side", "dimension", "region", "effective_on", "code", "slot")
    side = models.CharField(
        max_length=10,
        db_comment="output: region is the seller's; absorption: the buyer's; intra: the smallest with both",
    )
    dimension = models.CharField(max_length=16)
    region = models.CharField(max_length=6)
    effective_on = models.DateField()
    code = models.CharField(max_length=40)
    slot = models.SmallIntegerField()
    contract_amount = MoneyField(max_digits=24)
    technology_amount = MoneyField(max_digits=24)
    contracts = models.BigIntegerField()
    entries = models.BigIntegerField(db_comment="How many lines of the ledger are in it")

    class Meta:
        verbose_name = _("成交额汇总")
        verbose_name_plural = _("成交额汇总")

    def __str__(self) -> str:
        return f"{self.side} {self.region} {self.dimension} {self.code} {self.effective_on}"


class BrokenDownRegion(models.Model):
    """A region within which the database keeps sums by dimension too; elsewhere breakdowns read the ledger.

    `rebuild_turnover` makes it HOME_REGION. The migration makes the table: the trigger cannot do without its rows, so
    nothing that empties Django's tables may empty it.
    """

    region = models.CharField(max_length=6, primary_key=True)
    prefix = models.CharField(max_length=6)
    is_complete = models.BooleanField()

    class Meta:
        managed = False
        db_table = "turnover_brokendownregion"

    def __str__(self) -> str:
        return self.region


class Assessment(models.Model):
    """考核口径: from a day on, what the city's assessment counts. Rows are added and never changed.

    Which of the four it is was not to be found in any official text (domain reference 2.2): output and the contract
    amount until the operator says otherwise.
    """

    class CountedSide(models.TextChoices):
        OUTPUT = "output", _("输出")
        ABSORPTION = "absorption", _("吸纳")

    class CountedAmount(models.TextChoices):
        CONTRACT = "contract_amount", _("成交额")
        TECHNOLOGY = "technology_amount", _("技术交易额")

    valid_from = models.DateField(_("起用日期"), unique=True)
    side = models.CharField(_("统计方向"), max_length=10, choices=CountedSide)
    amount = models.CharField(_("统计金额"), max_length=20, choices=CountedAmount)
    reason = models.CharField(_("决定依据"), max_length=500)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("考核口径")
        verbose_name_plural = _("考核口径")

    def __str__(self) -> str:
        return f"{self.valid_from} {self.side} {self.amount}"


class PlanIndicator(models.Model):
    """A row of a plan's table: where the city was and what it promised. Facts of the plan, not of the ledger.

    `no` and `code` name an indicator in every plan; each plan has a row of its own for it.
    """

    no = models.PositiveSmallIntegerField(_("序号"))
    code = models.CharField(max_length=40)
    name = models.CharField(_("指标"), max_length=100)
    unit = models.CharField(_("计量单位"), max_length=10)
    baseline_year = models.PositiveSmallIntegerField(_("基期"))
    baseline = models.CharField(_("基期值"), max_length=20, db_comment="As printed in the plan")
    target_year = models.PositiveSmallIntegerField(_("目标年"))
    target = models.CharField(_("目标值"), max_length=20, db_comment="As printed in the plan")
    source = models.CharField(_("来源"), max_length=200)

    class Meta:
        verbose_name = _("规划指标")
        verbose_name_plural = _("规划指标")
        constraints = [
            models.UniqueConstraint(fields=["no", "baseline_year", "target_year"], name="indicator_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(baseline_year__lt=F("target_year")), name="plan_ends_after_its_baseline"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def translated_name(self) -> str:
        return indicators.name(self.code, self.name)

    @property
    def translated_unit(self) -> str:
        return indicators.unit(self.unit)
