"""Money beside the contract: payments on two rails, refunds, and the journal that is the truth about both."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from contracts.agreements.models import Instalment, TechnologyContract
from contracts.payments import failures
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned
from market.kernel.money import MoneyField


class Rail(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("对公转账")
    STRIPE = "stripe", _("在线支付（Stripe）")


class PayeeAccount(Versioned):
    """Where an organisation wants to be paid; told to those who owe it something, and to nobody else."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.PROTECT, related_name="payee_account"
    )
    holder = models.CharField(_("户名"), max_length=120)
    bank = models.CharField(_("开户行"), max_length=120)
    number = models.CharField(_("账号"), max_length=34)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("收款账户")
        verbose_name_plural = _("收款账户")

    def __str__(self) -> str:
        return f"{self.holder} …{self.number[-4:]}"


class Payment(ConcurrentTransitionMixin, Versioned):
    """One try to pay an instalment of a contract over a rail.

    A bank transfer succeeds when a second person confirms the proof; an online payment when the provider says so.
    What went back whole leaves the instalment to be paid by another row.
    """

    class State(models.TextChoices):
        CREATED = "created", _("已创建")
        AWAITING_PAYMENT = "awaiting_payment", _("待支付")
        PROOF_SUBMITTED = "proof_submitted", _("待确认到账")
        SUCCEEDED = "succeeded", _("已到账")
        REFUNDED = "refunded", _("已全部退回")
        FAILED = "failed", _("支付失败")
        CANCELLED = "cancelled", _("已取消")

    LIVE = (State.CREATED, State.AWAITING_PAYMENT, State.PROOF_SUBMITTED, State.SUCCEEDED)
    ARRIVED = (State.SUCCEEDED, State.REFUNDED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.CharField(_("付款编号"), max_length=20, unique=True)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.PROTECT, related_name="payments")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments")
    rail = models.CharField(_("支付方式"), max_length=20, choices=Rail)
    amount = MoneyField(_("金额"))
    currency = models.CharField(max_length=3, default="CNY")
    state = FSMField(_("状态"), choices=State.choices, default=State.CREATED, protected=True)
    provider_id = models.CharField(max_length=100, blank=True, db_comment="The provider's name for the payment")
    session_id = models.CharField(
        max_length=100, blank=True, default="", db_default="", db_comment="The provider's page for it"
    )
    checkout_url = models.TextField(
        blank=True, default="", db_default="", db_comment="Where the payer pays; for the payer alone"
    )
    checkout_expires_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(
        max_length=40, blank=True, default="", db_default="", db_comment="A code of failures.LABELS"
    )
    failure = models.CharField(_("失败原因"), max_length=200, blank=True, db_comment="As it was said")
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
                condition=~Q(state__in=["succeeded", "refunded"]) | Q(succeeded_at__isnull=False),
                name="succeeded_is_dated",
            ),
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(state__in=["created", "awaiting_payment", "proof_submitted", "succeeded"]),
                name="one_live_payment_per_instalment",
            ),
            models.UniqueConstraint(fields=["provider_id"], condition=~Q(provider_id=""), name="provider_id_once"),
            models.UniqueConstraint(fields=["session_id"], condition=~Q(session_id=""), name="session_id_once"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="payment_newest")]

    def __str__(self) -> str:
        return self.no

    @transition(field=state, source=State.CREATED, target=State.AWAITING_PAYMENT)
    def await_payment(self, *, session_id: str = "", url: str = "", expires_at: datetime | None = None) -> None:
        self.session_id, self.checkout_url, self.checkout_expires_at = session_id, url, expires_at

    @transition(field=state, source=[State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.PROOF_SUBMITTED)
    def submit_proof(self, *, proof: PrivateFile, paid_on: date, by_id: Any) -> None:
        self.proof, self.paid_on, self.proof_by_id = proof, paid_on, by_id
        self.explain()

    @transition(field=state, source=State.PROOF_SUBMITTED, target=State.AWAITING_PAYMENT)
    def reject_proof(self, *, reason: str) -> None:
        self.explain(failures.PROOF_REJECTED, reason)

    @transition(field=state, source=[State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.SUCCEEDED)
    def succeed(self, *, at: datetime, by_id: Any = None) -> None:
        self.succeeded_at, self.confirmed_by_id = at, by_id
        self.explain()

    @transition(field=state, source=State.SUCCEEDED, target=State.REFUNDED)
    def give_back(self) -> None:
        pass

    @transition(field=state, source=State.REFUNDED, target=State.SUCCEEDED)
    def come_back(self) -> None:
        """What had gone back is here again: a refund failed, or a dispute was won."""

    @transition(field=state, source=[State.CREATED, State.AWAITING_PAYMENT], target=State.FAILED)
    def fail(self, *, code: str, reason: str = "") -> None:
        self.explain(code, reason)

    @transition(
        field=state, source=[State.CREATED, State.AWAITING_PAYMENT, State.PROOF_SUBMITTED], target=State.CANCELLED
    )
    def cancel(self) -> None:
        pass

    def explain(self, code: str = "", reason: str = "") -> None:
        """Why it is not paid yet; nothing, where there is no reason any more."""
        self.failure_code, self.failure = code, reason[:200]

    @property
    def failure_words(self) -> str:
        return failures.words(self.failure_code, self.failure)


class Refund(models.Model):
    """Money going back, whole or in part; asked for here, or made at the provider's own desk."""

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
    failure_code = models.CharField(
        max_length=40, blank=True, default="", db_default="", db_comment="A code of failures.LABELS"
    )
    failure = models.CharField(max_length=200, blank=True, db_comment="As it was said")
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.UniqueConstraint(fields=["provider_id"], condition=~Q(provider_id=""), name="refund_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} −{self.amount}"

    @property
    def failure_words(self) -> str:
        return failures.words(self.failure_code, self.failure)


class Dispute(models.Model):
    """争议（拒付）: the payer's bank asks for the money back; the provider takes it at once and may return it."""

    class State(models.TextChoices):
        OPEN = "open", _("处理中")
        WON = "won", _("已胜诉")
        LOST = "lost", _("已败诉")
        CLOSED = "closed", _("已了结，未扣款")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_id = models.CharField(max_length=100, unique=True)
    amount = MoneyField(_("争议金额"))
    reason = models.CharField(max_length=60, blank=True, db_comment="The provider's code")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer_by = models.DateTimeField(null=True, blank=True, db_comment="Until when evidence is taken")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reinstated_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("争议")
        verbose_name_plural = _("争议")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_positive")]

    def __str__(self) -> str:
        return self.provider_id

    @property
    def holds_money(self) -> bool:
        """Whether the provider has taken the amount and not returned it."""
        return self.withdrawn_at is not None and self.reinstated_at is None


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
        REFUND_FAILED = "refund_failed", _("退款未成，款项退回")
        DISPUTE = "dispute", _("争议扣款")
        DISPUTE_REINSTATED = "dispute_reinstated", _("争议返还")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="journal")
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="journal")
    dispute = models.ForeignKey(Dispute, null=True, on_delete=models.PROTECT, related_name="journal")
    booked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=Q(kind="payment"), name="payment_booked_once"),
            models.UniqueConstraint(fields=["refund", "kind"], name="refund_booked_once"),
            models.UniqueConstraint(fields=["dispute", "kind"], name="dispute_booked_once"),
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
