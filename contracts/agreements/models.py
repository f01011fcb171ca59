"""技术合同: the deal in writing, with both amounts, what the Civil Code asks for, and both seals.

`contract_amount` is 成交额, the total; `technology_amount` is 技术交易额, the total less itemised non-technical cost.
"""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from market.accounts.models import Organisation, User
from market.kernel.ids import new_id
from market.kernel.models import PrivateFile, Versioned
from market.kernel.money import MoneyField
from matching.brokerage.models import Deal


class ContractType(models.TextChoices):
    """The five of the Civil Code, ch. 20; the one list that law fixes."""

    DEVELOPMENT = "development", _("技术开发")
    ASSIGNMENT = "assignment", _("技术转让")
    LICENSE = "license", _("技术许可")
    CONSULTING = "consulting", _("技术咨询")
    SERVICE = "service", _("技术服务")


class TechnologyContract(ConcurrentTransitionMixin, Versioned):
    """One technology contract.

    It grows from a deal; a contract that reached the registry without the market says `origin=inbound` instead.
    """

    class Origin(models.TextChoices):
        DEAL = "deal", _("市场项目")
        INBOUND = "inbound", _("直接登记")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("起草中")
        FINAL = "final", _("已定稿")
        SIGNED = "signed", _("已签订")
        EFFECTIVE = "effective", _("已生效")
        COMPLETED = "completed", _("已履行完毕")
        TERMINATED = "terminated", _("已解除")
        VOID = "void", _("无效或被撤销")
        WITHDRAWN = "withdrawn", _("已撤回")

    OVER = (State.TERMINATED, State.VOID, State.WITHDRAWN)

    class PaymentMethod(models.TextChoices):
        """Civil Code art. 846."""

        ONE_OFF = "one_off", _("一次总付")
        INSTALMENTS = "instalments", _("分期支付")
        ROYALTY = "royalty", _("提成支付")
        ROYALTY_WITH_ENTRY_FEE = "royalty_with_entry_fee", _("提成支付附加入门费")

    class LicenseMode(models.TextChoices):
        EXCLUSIVE = "exclusive", _("独占")
        SOLE = "sole", _("排他")
        ORDINARY = "ordinary", _("普通")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.CharField(_("合同编号"), max_length=20, unique=True)
    deal = models.ForeignKey(Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.DEAL)
    contract_type = models.CharField(_("合同类型"), max_length=12, choices=ContractType)
    subtype = models.CharField(_("合同子类型"), max_length=40, blank=True)
    license_mode = models.CharField(_("许可方式"), max_length=10, choices=LicenseMode, blank=True)
    is_license_mode_defaulted = models.BooleanField(default=False, db_comment="Empty means ordinary (SPC art. 25)")
    title = models.CharField(_("项目名称"), max_length=200)
    seller = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts_as_seller")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts_as_buyer")
    contract_amount = MoneyField(_("合同成交额（元）"))
    technology_amount = MoneyField(_("技术交易额（元）"))
    currency = models.CharField(max_length=3, default="CNY")
    payment_method = models.CharField(_("支付方式"), max_length=30, choices=PaymentMethod)
    royalty_terms = models.CharField(_("提成约定"), max_length=500, blank=True)
    signed_on = models.DateField(_("签订日期"), null=True, blank=True)
    signed_at_place = models.CharField(_("签订地点"), max_length=100, blank=True)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)
    valid_from = models.DateField(_("有效期起"))
    valid_until = models.DateField(_("有效期止"), db_comment="The last day it is valid, as the form states it")
    technology_field = models.CharField(_("技术领域"), max_length=10)
    ip_type = models.CharField(_("知识产权类型"), max_length=40)
    plan_source = models.CharField(_("计划来源"), max_length=40, default="outside")
    socio_economic_objective = models.CharField(_("社会经济目标"), max_length=10, blank=True)
    industry = models.CharField(_("国民经济行业"), max_length=5, blank=True)
    is_related_party = models.BooleanField(_("关联交易"), default=False)
    expected_new_investment = MoneyField(_("预计新增投入（元）"), null=True, blank=True)
    expected_new_output = MoneyField(_("预计新增产值（元）"), null=True, blank=True)
    # What article 845 asks for, clause by clause.
    subject_matter = models.TextField(_("标的的内容、范围和要求"), max_length=5000)
    performance_plan = models.TextField(_("履行的计划、地点和方式"), max_length=5000)
    confidentiality = models.TextField(_("技术信息和资料的保密"), max_length=3000)
    risk_allocation = models.TextField(_("风险责任的承担"), max_length=3000, blank=True)
    ip_ownership = models.TextField(_("成果的归属和收益分配"), max_length=3000)
    acceptance = models.TextField(_("验收标准和方法"), max_length=3000)
    liability = models.TextField(_("违约责任"), max_length=3000, blank=True)
    disputes = models.TextField(_("争议解决办法"), max_length=2000, blank=True)
    definitions = models.TextField(_("名词和术语的解释"), max_length=3000, blank=True)
    patents = models.JSONField(default=list, blank=True, db_comment="Name, applicant, owner, dates, numbers (art. 845)")
    state = FSMField(_("状态"), choices=State.choices, default=State.DRAFTING, protected=True)
    document = models.ForeignKey(
        PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("合同文本")
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("技术合同")
        verbose_name_plural = _("技术合同")
        constraints = [
            models.CheckConstraint(
                condition=Q(contract_amount__gt=0, technology_amount__gt=0), name="amounts_positive"
            ),
            models.CheckConstraint(
                condition=Q(technology_amount__lte=F("contract_amount")), name="technology_within_contract_amount"
            ),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="contract_span"),
            models.CheckConstraint(
                condition=Q(origin="deal", deal__isnull=False) | Q(origin="inbound", deal__isnull=True),
                name="a_contract_has_its_deal_or_says_inbound",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafting", "final", "withdrawn"]) | Q(signed_on__isnull=False),
                name="signed_is_dated",
            ),
            models.UniqueConstraint(
                fields=["deal"],
                condition=~Q(state__in=["terminated", "void", "withdrawn"]),
                name="one_live_contract_per_deal",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="contract_newest")]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"

    @transition(field=state, source=State.DRAFTING, target=State.FINAL)
    def finalise(self, *, document: PrivateFile) -> None:
        self.document = document

    @transition(field=state, source=State.FINAL, target=State.DRAFTING)
    def reopen(self) -> None:
        self.document = None

    @transition(field=state, source=[State.DRAFTING, State.FINAL], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        pass

    @transition(field=state, source=State.FINAL, target=State.SIGNED)
    def sign(self, *, on: date) -> None:
        self.signed_on = on

    @transition(field=state, source=State.SIGNED, target=State.EFFECTIVE)
    def take_effect(self, *, on: date) -> None:
        self.effective_on = on

    @transition(field=state, source=State.EFFECTIVE, target=State.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        pass

    @transition(field=state, source=[State.SIGNED, State.EFFECTIVE], target=State.TERMINATED)
    def terminate(self, *, at: datetime) -> None:
        pass

    @transition(field=state, source=[State.SIGNED, State.EFFECTIVE], target=State.VOID)
    def annul(self, *, at: datetime) -> None:
        pass


class Deduction(models.Model):
    """A non-technical cost inside the contract amount (worked example 1)."""

    class Kind(models.TextChoices):
        EQUIPMENT = "equipment", _("设备仪器费")
        COMPONENTS = "components", _("零部件费")
        MATERIALS = "materials", _("材料费")
        OTHER = "other", _("其他非技术性费用")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.CASCADE, related_name="deductions")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    description = models.CharField(_("说明"), max_length=200)
    amount = MoneyField(_("金额（元）"), db_comment="Positive: what is taken off the contract amount")
    carrier_amount = MoneyField(
        _("其中合理数量标的物直接成本（元）"), default=0, db_comment="Not deducted: needed to master the technology"
    )

    class Meta:
        verbose_name = _("扣除项")
        verbose_name_plural = _("扣除项")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, carrier_amount__gte=0), name="deduction_positive"),
            models.CheckConstraint(condition=Q(carrier_amount__lte=F("amount")), name="carrier_within_deduction"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Instalment(models.Model):
    """A part of the contract amount that falls due, paid through `contracts.payments`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.CASCADE, related_name="instalments")
    position = models.PositiveSmallIntegerField(_("期次"))
    amount = MoneyField(_("金额（元）"))
    due_on = models.DateField(_("应付日期"), null=True, blank=True)
    condition = models.CharField(_("付款条件"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("付款期次")
        verbose_name_plural = _("付款期次")
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="one_instalment_per_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} #{self.position}"


class Signature(models.Model):
    """A party's seal on the final text: the sealed scan and the hash of what was sealed."""

    class Party(models.TextChoices):
        SELLER = "seller", _("卖方")
        BUYER = "buyer", _("买方")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(TechnologyContract, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(_("签署方"), max_length=6, choices=Party)
    scan = models.ForeignKey(PrivateFile, on_delete=models.PROTECT, related_name="+")
    scan_sha256 = models.CharField(max_length=64)
    document_sha256 = models.CharField(max_length=64, db_comment="Hash of the drawn text that this seal is for")
    pages = models.PositiveSmallIntegerField(null=True, db_comment="Pages of the scan that bear anything")
    pages_note = models.CharField(_("页数不同的说明"), max_length=300, blank=True, default="", db_default="")
    signed_on = models.DateField(_("签订日期"), null=True, db_comment="As the sealed paper is dated")
    signed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(db_comment="When the scan was handed in")

    class Meta:
        verbose_name = _("签署")
        verbose_name_plural = _("签署")
        constraints = [models.UniqueConstraint(fields=["contract", "party"], name="one_seal_per_party")]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.party}"
