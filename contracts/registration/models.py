"""认定登记: the registry's recognition of a contract, and every event that moves the figure.

A registration keeps what was registered as it was registered: later changes are events beside it, never edits.
"""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from contracts.agreements.models import TechnologyContract
from contracts.registration.facts import FactColumns
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned
from market.kernel.money import MoneyField
from market.reference.calendar import Due


class Registration(ConcurrentTransitionMixin, Versioned):
    """One application to have a contract recognised and registered.

    A contract may be applied for again after a refusal; at most one application is live.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已提交")
        ACCEPTED = "accepted", _("已受理")
        SUPPLEMENT_REQUESTED = "correction_requested", _("待补正")
        SECOND_REVIEW = "second_review", _("大额复审")
        REGISTERED = "registered", _("已登记")
        REFUSED = "refused", _("不予登记")
        CANCELLED = "cancelled", _("已注销")
        REVOKED = "revoked", _("已撤销")

    OVER = (State.REFUSED, State.CANCELLED, State.REVOKED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.CharField(_("申请编号"), max_length=20, unique=True)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.PROTECT, related_name="registrations")
    applicant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registration_applications")
    office = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("登记机构")
    )
    rule_set = models.CharField(_("适用规则"), max_length=40, db_comment="Chosen by the date of application")
    state = FSMField(_("状态"), choices=State.choices, default=State.DRAFT, protected=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    accepted_on = models.DateField(_("受理日期"), null=True, blank=True)
    due_on = models.DateField(_("办理期限"), null=True, blank=True)
    due_is_provisional = models.BooleanField(
        default=False,
        db_default=False,
        db_comment="Counted while a year that the term runs into has no published holidays",
    )
    has_second_review = models.BooleanField(default=False, db_default=False, db_comment="The term is the longer one")
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    grounds = models.JSONField(
        default=list, blank=True, db_comment="Codes: why corrections are wanted or it is refused"
    )
    remark = models.CharField(_("意见"), max_length=1000, blank=True)
    registered_on = models.DateField(
        _("登记日期"), null=True, blank=True, db_comment="Given by the registry, Asia/Shanghai; picks the year"
    )
    registration_no = models.CharField(_("登记编号"), max_length=16, blank=True, db_comment="Typed in, never invented")
    differences = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        db_comment="Why less was recognised than the contract says: amount and reason each",
    )
    # As recognised by the registry; null until registered.
    contract_amount = MoneyField(_("认定成交额（元）"), null=True, blank=True)
    technology_amount = MoneyField(_("认定技术交易额（元）"), null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("认定登记")
        verbose_name_plural = _("认定登记")
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=~Q(state__in=["refused", "cancelled", "revoked"]),
                name="one_live_registration",
            ),
            models.UniqueConstraint(
                fields=["registration_no"], condition=~Q(registration_no=""), name="registration_no_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="registered")
                | Q(registered_on__isnull=False, contract_amount__isnull=False, technology_amount__isnull=False)
                & ~Q(registration_no=""),
                name="registered_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(technology_amount__isnull=True) | Q(technology_amount__lte=F("contract_amount")),
                name="recognised_technology_within_contract",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("reviewed_by")), name="two_people_approve"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="registration_newest"),
            models.Index(fields=["office", "state", "due_on"], name="registration_queue"),
        ]

    def __str__(self) -> str:
        return self.registration_no or self.no

    @transition(field=state, source=[State.DRAFT, State.SUPPLEMENT_REQUESTED], target=State.SUBMITTED)
    def submit(self, *, at: datetime) -> None:
        self.submitted_at, self.grounds, self.remark = at, [], ""

    @transition(field=state, source=State.SUBMITTED, target=State.ACCEPTED)
    def accept(self, *, on: date, due: Due, by_id: Any) -> None:
        self.accepted_on, self.reviewed_by_id = on, by_id
        self.due_on, self.due_is_provisional = due
        self.has_second_review = False

    @transition(field=state, source=[State.SUBMITTED, State.ACCEPTED], target=State.SUPPLEMENT_REQUESTED)
    def request_supplement(self, *, grounds: list[str], remark: str) -> None:
        self.grounds, self.remark = grounds, remark

    @transition(field=state, source=State.ACCEPTED, target=State.SECOND_REVIEW)
    def escalate(self, *, due: Due) -> None:
        self.due_on, self.due_is_provisional = due
        self.has_second_review = True

    @transition(field=state, source=State.SECOND_REVIEW, target=State.ACCEPTED)
    def send_back(self) -> None:
        self._forget_recognition()

    @transition(field=state, source=[State.ACCEPTED, State.SECOND_REVIEW], target=State.REGISTERED)
    def register(self, *, on: date, registration_no: str) -> None:
        self.registered_on, self.registration_no = on, registration_no

    @transition(field=state, source=[State.SUBMITTED, State.ACCEPTED, State.SECOND_REVIEW], target=State.REFUSED)
    def refuse(self, *, grounds: list[str], remark: str, at: datetime) -> None:
        self.grounds, self.remark, self.ended_at = grounds, remark, at
        self._forget_recognition()

    def _forget_recognition(self) -> None:
        """What was typed before the second review was never recognised, and its number is free for another try."""
        self.registration_no, self.registered_on = "", None
        self.contract_amount = self.technology_amount = None
        self.differences = []

    @transition(field=state, source=State.REGISTERED, target=State.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(field=state, source=State.REGISTERED, target=State.REVOKED)
    def revoke(self, *, at: datetime) -> None:
        self.ended_at = at


class Round(models.Model):
    """What the registry found at one time; it stays when the application moves on."""

    class Kind(models.TextChoices):
        SUPPLEMENT = "correction", _("要求补正")
        SENT_BACK = "sent_back", _("复审退回")
        REFUSED = "refused", _("不予登记")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField(_("处理"), max_length=10, choices=Kind)
    grounds = models.JSONField(db_comment="Codes")
    remark = models.CharField(_("意见"), max_length=1000, blank=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("处理意见")
        verbose_name_plural = _("处理意见")

    def __str__(self) -> str:
        return self.kind


class Attachment(models.Model):
    """A paper that the applicant added. None is removed: a later scan stands before the one it replaces."""

    class Kind(models.TextChoices):
        SCAN = "scan", _("更换的合同扫描件")
        AGREEMENT = "agreement", _("补充协议")
        PROOF = "proof", _("证明材料")
        OTHER = "other", _("其他材料")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(_("材料"), max_length=10, choices=Kind)
    document = models.ForeignKey(PrivateFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("提交时间"))

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")

    def __str__(self) -> str:
        return f"{self.registration_id} {self.kind}"


class RegistrationEvent(FactColumns):
    """What the registry did to the figure, once and for all: registered +x, amended Δ, cancelled and revoked −x.

    Append-only: the database refuses change and removal. The facts that the figure is cut by are kept as they were.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("登记")
        AMENDED = "amended", _("变更")
        CANCELLED = "cancelled", _("注销")
        REVOKED = "revoked", _("撤销")
        CORRECTED = "corrected", _("更正")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("事项"), max_length=10, choices=Kind)
    contract_amount = MoneyField(_("成交额增减（元）"), db_comment="Signed change of the contract amount")
    technology_amount = MoneyField(_("技术交易额增减（元）"), db_comment="Signed change of the technology amount")
    contracts = models.SmallIntegerField(
        _("项数增减"),
        default=0,
        db_comment="Registered 1, ended -1 (0 before 2026-12); a correction takes 1 out of one cell, into another",
    )
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    effective_on = models.DateField(_("生效日期"), db_comment="Registry's date, Asia/Shanghai; picks the year")
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("记录时间"), db_comment="When it became known")

    class Meta:
        verbose_name = _("登记事项")
        verbose_name_plural = _("登记事项")
        constraints = [
            models.UniqueConstraint(fields=["registration"], condition=Q(kind="registered"), name="registered_once"),
            models.UniqueConstraint(
                fields=["registration"], condition=Q(kind__in=["cancelled", "revoked"]), name="ended_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="registered", contracts=1)
                | Q(kind="corrected", contracts__in=[-1, 0, 1])
                | Q(kind="amended", contracts=0)
                | Q(kind__in=["cancelled", "revoked"], contracts__in=[-1, 0]),
                name="event_counts_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.contract_amount}"


class Correction(Versioned):
    """更正: what was registered wrongly, found by one person and put right by another.

    An amendment changes a contract from its date on; a correction says that the registration was wrong from the start.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        APPROVED = "approved", _("已更正")
        DECLINED = "declined", _("未采纳")
        CLOSED = "closed", _("登记终止，不再办理")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="corrections")
    registration_version = models.PositiveIntegerField(db_comment="What the proposer looked at; else it is stale")
    state = FSMField(_("状态"), choices=State.choices, default=State.PROPOSED, protected=True)
    facts = models.JSONField(db_comment="The right codes by name, of those facts alone that were wrong")
    contract_amount = MoneyField(_("更正后成交额（元）"), db_comment="The right total, as of now")
    technology_amount = MoneyField(_("更正后技术交易额（元）"), db_comment="The right total, as of now")
    registration_no = models.CharField(_("正确的登记编号"), max_length=16, blank=True, default="", db_default="")
    registered_on = models.DateField(_("正确的登记日期"), null=True, blank=True)
    reason = models.CharField(_("更正原因"), max_length=500)
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("登记更正")
        verbose_name_plural = _("登记更正")
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(state="proposed"), name="one_open_correction_per_registration"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="two_people_correct",
            ),
            models.CheckConstraint(
                condition=Q(technology_amount__gt=0, technology_amount__lte=F("contract_amount")),
                name="corrected_technology_within_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.state}"

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self, *, by_id: Any, at: datetime) -> None:
        self.decided_by_id, self.decided_at = by_id, at

    @transition(field=state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self, *, by_id: Any, at: datetime) -> None:
        self.decided_by_id, self.decided_at = by_id, at

    @transition(field=state, source=State.PROPOSED, target=State.CLOSED)
    def close(self, *, at: datetime) -> None:
        """Nobody decided on it: the registration ended first."""
        self.decided_at = at


class Change(Versioned):
    """变更、注销、撤销 of a registration, with the paper that each rests on.

    Done at once by one person; where an amount before or after it is high, a second one decides (大额复审).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复审")
        DONE = "done", _("已办理")
        DECLINED = "declined", _("复审未通过")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="changes")
    registration_version = models.PositiveIntegerField(db_comment="What the proposer looked at; else it is stale")
    kind = models.CharField(_("事项"), max_length=10, choices=RegistrationEvent.Kind)
    state = FSMField(_("状态"), choices=State.choices, default=State.PROPOSED, protected=True)
    contract_amount = MoneyField(_("此后成交额（元）"), db_comment="The total afterwards; nothing after an end")
    technology_amount = MoneyField(_("此后技术交易额（元）"), db_comment="The total afterwards; nothing after an end")
    effective_on = models.DateField(_("生效日期"))
    reason = models.CharField(_("原因"), max_length=500)
    document = models.ForeignKey(PrivateFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("依据文件"))
    needs_second_person = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("登记变动")
        verbose_name_plural = _("登记变动")
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(state="proposed"), name="one_open_change_per_registration"
            ),
            models.CheckConstraint(
                condition=~Q(state="done", needs_second_person=True)
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="two_people_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.kind} {self.state}"

    @transition(field=state, source=State.PROPOSED, target=State.DONE)
    def carry_out(self, *, by_id: Any, at: datetime) -> None:
        self.decided_by_id, self.decided_at = by_id, at

    @transition(field=state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self, *, by_id: Any, at: datetime) -> None:
        self.decided_by_id, self.decided_at = by_id, at
