"""Introductions and the deals that grow from them: where the market half hands over to the registry half."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from listings.catalog.models import Achievement, Demand
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.lifecycle import sources
from market.kernel.models import PrivateFile, Versioned


class Introduction(models.Model):
    """A broker brings two parties together: dated evidence that outlives any quarrel (Civil Code art. 965).

    `match` is the match as it was that day: score, parts, reason, model; `{}` for an introduction by hand.
    """

    class Origin(models.TextChoices):
        MATCH = "match", _("系统匹配")
        BY_HAND = "by_hand", _("人工对接")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="introductions")
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="introductions")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="introductions")
    broker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="introductions")
    origin = models.CharField(_("来源"), max_length=10, choices=Origin)
    match = models.JSONField(default=dict, db_comment="The match as it was when introduced")
    demand_version = models.PositiveIntegerField(db_comment="Version of the demand that was introduced")
    achievement_version = models.PositiveIntegerField()
    note = models.CharField(_("对接说明"), max_length=1000, blank=True)
    introduced_at = models.DateTimeField(_("对接时间"))
    protected_until_on = models.DateField(_("保护期至"), db_comment="Contracts until then owe the broker (art. 965)")
    superseded_at = models.DateTimeField(
        _("重新对接时间"), null=True, blank=True, db_comment="When the agency brought the two together anew"
    )

    class Meta:
        verbose_name = _("对接")
        verbose_name_plural = _("对接")
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "achievement", "agency"],
                condition=Q(superseded_at__isnull=True),
                name="introduced_once_per_agency",
            ),
            models.CheckConstraint(condition=~Q(origin="match") | ~Q(match={}), name="a_match_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.demand} ↔ {self.achievement}"


class Deal(ConcurrentTransitionMixin, Versioned):
    """技术交易项目, from the introduction to completion or loss."""

    class Stage(models.TextChoices):
        INTRODUCED = "introduced", _("已对接")
        NDA_SIGNED = "nda_signed", _("已签保密协议")
        DUE_DILIGENCE = "due_diligence", _("尽职调查")
        NEGOTIATING = "negotiating", _("商务谈判")
        TERMS_AGREED = "terms_agreed", _("达成意向")
        SIGNED = "signed", _("已签约")
        PERFORMING = "performing", _("履行中")
        COMPLETED = "completed", _("已完成")
        LOST = "lost", _("未成交")
        CIRCUMVENTED = "circumvented", _("跳单")

    class LostReason(models.TextChoices):
        PRICE = "price", _("价格未达成一致")
        MATURITY = "maturity", _("成熟度不足")
        FUNDING = "funding", _("资金不到位")
        OTHER_PARTNER = "other_partner", _("选择了其他合作方")
        NO_RESPONSE = "no_response", _("一方无回应")
        OTHER = "other", _("其他")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.CharField(_("项目编号"), max_length=20, unique=True)
    introduction = models.OneToOneField(Introduction, on_delete=models.PROTECT, related_name="deal")
    seller = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deals_as_seller")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deals_as_buyer")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deals_as_agency")
    broker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deals")
    stage = FSMField(_("阶段"), choices=Stage.choices, default=Stage.INTRODUCED, protected=True)
    lost_reason = models.CharField(_("未成交原因"), max_length=20, choices=LostReason, blank=True)
    external_platform = models.CharField(_("外部平台"), max_length=100, blank=True)
    external_deal_no = models.CharField(_("外部平台项目编号"), max_length=60, blank=True)
    opened_at = models.DateTimeField(_("立项时间"))
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("技术交易项目")
        verbose_name_plural = _("技术交易项目")
        constraints = [
            models.CheckConstraint(condition=~Q(stage="lost") | ~Q(lost_reason=""), name="a_lost_deal_says_why"),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="deal_newest")]

    def __str__(self) -> str:
        return self.no

    @property
    def title(self) -> str:
        """What the deal is about, as its achievement is called."""
        return self.introduction.achievement.title

    @property
    def party_ids(self) -> frozenset[object]:
        return frozenset({self.seller_id, self.buyer_id, self.agency_id})

    @transition(field=stage, source=Stage.INTRODUCED, target=Stage.NDA_SIGNED)
    def sign_nda(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=[Stage.INTRODUCED, Stage.NDA_SIGNED], target=Stage.DUE_DILIGENCE)
    def start_due_diligence(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=[Stage.INTRODUCED, Stage.NDA_SIGNED, Stage.DUE_DILIGENCE], target=Stage.NEGOTIATING)
    def start_negotiation(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=Stage.NEGOTIATING, target=Stage.TERMS_AGREED)
    def agree_terms(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=Stage.TERMS_AGREED, target=Stage.SIGNED)
    def sign(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=Stage.SIGNED, target=Stage.PERFORMING)
    def perform(self, *, at: datetime) -> None:
        pass

    @transition(field=stage, source=[Stage.SIGNED, Stage.PERFORMING], target=Stage.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(
        field=stage,
        source=[Stage.INTRODUCED, Stage.NDA_SIGNED, Stage.DUE_DILIGENCE, Stage.NEGOTIATING, Stage.TERMS_AGREED],
        target=Stage.LOST,
    )
    def lose(self, *, at: datetime, reason: str) -> None:
        self.lost_reason, self.ended_at = reason, at

    @transition(field=stage, source=Stage.LOST, target=Stage.INTRODUCED)
    def reopen(self, *, at: datetime) -> None:
        self.lost_reason, self.ended_at = "", None

    @transition(field=stage, source=[Stage.SIGNED, Stage.PERFORMING], target=Stage.NEGOTIATING)
    def renegotiate(self, *, at: datetime) -> None:
        pass

    @transition(
        field=stage,
        source=[
            Stage.INTRODUCED,
            Stage.NDA_SIGNED,
            Stage.DUE_DILIGENCE,
            Stage.NEGOTIATING,
            Stage.TERMS_AGREED,
            Stage.LOST,
        ],
        target=Stage.CIRCUMVENTED,
    )
    def circumvent(self, *, at: datetime) -> None:
        self.ended_at = at


# What a broker moves on by hand; the later stages follow from the contract.
BY_HAND = (Deal.sign_nda, Deal.start_due_diligence, Deal.start_negotiation, Deal.agree_terms)
BEFORE_CONTRACT = sources(Deal.lose)


class DealMove(models.Model):
    """A dated step of a deal, with the paper that proves it where there is one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves")
    from_stage = models.CharField(max_length=20, choices=Deal.Stage, blank=True)
    to_stage = models.CharField(max_length=20, choices=Deal.Stage)
    note = models.CharField(_("说明"), max_length=1000, blank=True)
    proof = models.ForeignKey(PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("项目进展")
        verbose_name_plural = _("项目进展")
        indexes = [models.Index(fields=["deal", "moved_at", "id"], name="move_by_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.to_stage}"
