"""Money beside the contract: payments on two rails, refunds, and the journal that is the truth about both."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from contracts.agreements.models import Instalment, TechnologyContract
from market.accounts.models import User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned
from market.kernel.money import MoneyField


class Rail(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("对公转账")
    STRIPE = "stripe", _("在线支付（Stripe）")


class Payment(ConcurrentTransitionMixin, Versioned):
    """One try to pay an instalment of a contract over a rail.

    A bank transfer succeeds when a second person confirms the proof; an online payment when the provider says so.
    """

    class State(models.TextChoices):
        CREATED = "created", _("已创建")
        AWAITING_PAYMENT = "awaiting_payment", _("待支付")
        PROOF_SUBMITTED = "proof_submitted", _("待确认到账")
        SUCCEEDED = "succeeded", _("已到账")
        FAILED = "failed", _("支付失败")
        CANCELLED = "cancelled", _("已取消")

    OPEN = (State.CREATED, State.AWAITING_PAYMENT, State.PROOF_SUBMITTED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.CharField(_("付款编号"), max_length=20, unique=True)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.PROTECT, related_name="payments")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments")
    rail = models.CharField(_("支付方式"), max_length=20, choices=Rail)
    amount = MoneyField(_("金额"))
    currency = models.CharField(max_length=3, default="CNY")
    state = FSMField(_("状态"), choices=State.choices, default=State.CREATED, protected=True)
    provider_id = models.CharField(max_length=100, blank=True, db_comment="The provider's name for the payment")
    provider_secret = models.CharField(max_length=200, blank=True, db_comment="Lets the payer's browser pay it")
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)
    proof = models.ForeignKey(PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proof_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField(_("付款日期"), null=True, blank=True, db_comment="As the proof says")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    succeeded_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("付款")
        verbose_name_plural = _("付款")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proof_by")), name="two_people_confirm"
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(succeeded_at__isnull=False), name="succeeded_is_dated"
            ),
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(state__in=["created", "awaiting_payment", "proof_submitted", "succeeded"]),
                name="one_live_payment_per_instalment",
            ),
            models.UniqueConstraint(fields=["provider_id"], condition=~Q(provider_id=""), name="provider_id_once"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="payment_newest")]

    def __str__(self) -> str:
        return self.no

    @transition(field=state, source=State.CREATED, target=State.AWAITING_PAYMENT)
    def await_payment(self, *, provider_id: str = "", provider_secret: str = "") -> None:
        self.provider_id, self.provider_secret = provider_id, provider_secret

    @transition(field=state, source=[State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.PROOF_SUBMITTED)
    def submit_proof(self, *, proof: PrivateFile, paid_on: date, by_id: Any) -> None:
        self.proof, self.paid_on, self.proof_by_id = proof, paid_on, by_id

    @transition(field=state, source=[State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.SUCCEEDED)
    def succeed(self, *, at: datetime, by_id: Any = None) -> None:
        self.succeeded_at, self.confirmed_by_id = at, by_id
        self.failure = ""

    @transition(field=state, source=[State.CREATED, State.AWAITING_PAYMENT], target=State.FAILED)
    def fail(self, *, reason: str) -> None:
        self.failure = reason[:200]

    @transition(
        field=state, source=[State.CREATED, State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.CANCELLED
    )
    def cancel(self) -> None:
        pass


class Refund(models.Model):
    """Money going back, whole or in part; never more than was paid."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("处理中")
        SUCCEEDED = "succeeded", _("已退款")
        FAILED = "failed", _("退款失败")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField(_("退款金额"))
    reason = models.CharField(_("原因"), max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    provider_id = models.CharField(max_length=100, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return f"{self.payment_id} −{self.amount}"


class ProviderEvent(models.Model):
    """A provider's notice, stored under the sender's id before anything is done with it."""

    provider_event_id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("支付通知")
        verbose_name_plural = _("支付通知")

    def __str__(self) -> str:
        return f"{self.type} {self.provider_event_id}"


class JournalEntry(models.Model):
    """One movement of money in double entry; append-only, and its lines always balance."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("到账")
        REFUND = "refund", _("退款")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="journal")
    refund = models.OneToOneField(Refund, null=True, on_delete=models.PROTECT, related_name="journal")
    booked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=Q(kind="payment"), name="payment_booked_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.payment_id}"


class JournalLine(models.Model):
    """A debit or a credit of an account: `rail:<rail>` holds money, `contract:<id>` owes it to the seller."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=60)
    debit = MoneyField(default=0)
    credit = MoneyField(default=0)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0), name="line_is_debit_or_credit"
            )
        ]
        indexes = [models.Index(fields=["account", "id"], name="line_by_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.debit - self.credit}"
