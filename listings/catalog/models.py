"""What is offered and what is asked: achievements with their patents, and demands.

Coded fields hold codes of `market.reference`; the lists are versioned there, so no column fixes their values.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from market.accounts.models import Organisation
from market.kernel.ids import new_id
from market.kernel.models import Versioned
from market.kernel.money import MoneyField


class Disclosure(models.TextChoices):
    """Who may read a published listing."""

    PUBLIC = "public", _("公开")
    SIGNED_IN = "signed_in", _("登录可见")
    VERIFIED = "verified", _("认证单位可见")
    ORGANISATION = "organisation", _("仅本单位")


class State(models.TextChoices):
    """The life of a listing; what a demand's buyer and an achievement's seller call it differs only in words."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    UNDER_NEGOTIATION = "under_negotiation", _("洽谈中")
    TRANSACTED = "transacted", _("已成交")
    SUSPENDED = "suspended", _("已暂停")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")
    TAKEN_DOWN = "taken_down", _("已下架")


NOT_SECRET = "none"  # noqa: S105  a code of the list `secrecy`
OPEN_STATES = (State.PUBLISHED, State.UNDER_NEGOTIATION)
SHOWN_STATES = (State.PUBLISHED, State.UNDER_NEGOTIATION, State.TRANSACTED)


class Listing(ConcurrentTransitionMixin, Versioned):
    """What achievements and demands have in common."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(_("名称"), max_length=200)
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("关键词"))
    technology_field = models.CharField(_("技术领域"), max_length=10, blank=True)
    industries = ArrayField(models.CharField(max_length=5), default=list, blank=True, verbose_name=_("国民经济行业"))
    local_industry = models.CharField(_("重点产业"), max_length=40, blank=True)
    region = models.CharField(_("行政区划"), max_length=6, blank=True)
    disclosure = models.CharField(_("公开范围"), max_length=20, choices=Disclosure, default=Disclosure.PUBLIC)
    secrecy = models.CharField(_("密级"), max_length=20, default=NOT_SECRET, db_comment="Only 'none' is ever exported")
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    state = FSMField(_("状态"), choices=State.choices, default=State.DRAFT, protected=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    source_market = models.CharField(max_length=40, blank=True, db_comment="Code of the market it was pulled from")
    source_id = models.CharField(max_length=120, blank=True, db_comment="Its id there")
    source_version = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_comment="Last change of anything; the exchange feed is dated by it")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @transition(field=state, source=[State.DRAFT, State.SUSPENDED, State.EXPIRED], target=State.PUBLISHED)
    def publish(self, *, at: datetime) -> None:
        self.published_at = self.published_at or at
        self.ended_at = None

    @transition(field=state, source=[State.WITHDRAWN], target=State.PUBLISHED)
    def restore(self, *, at: datetime) -> None:
        """Its market took it back and shows it again; what an owner withdraws here stays withdrawn."""
        self.published_at = self.published_at or at
        self.ended_at = None

    @transition(field=state, source=[State.PUBLISHED, State.SUSPENDED], target=State.EXPIRED)
    def expire(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(field=state, source=[State.PUBLISHED, State.UNDER_NEGOTIATION], target=State.SUSPENDED)
    def suspend(self, *, at: datetime) -> None:
        pass

    @transition(field=state, source=[State.PUBLISHED, State.UNDER_NEGOTIATION], target=State.UNDER_NEGOTIATION)
    def negotiate(self, *, at: datetime) -> None:
        pass

    @transition(field=state, source=[State.UNDER_NEGOTIATION, State.TRANSACTED], target=State.PUBLISHED)
    def release(self, *, at: datetime) -> None:
        pass

    @transition(
        field=state, source=[State.PUBLISHED, State.UNDER_NEGOTIATION, State.TRANSACTED], target=State.TRANSACTED
    )
    def transact(self, *, at: datetime) -> None:
        pass

    @transition(
        field=state,
        source=[State.DRAFT, State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED],
        target=State.WITHDRAWN,
    )
    def withdraw(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(
        field=state, source=[State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED], target=State.TAKEN_DOWN
    )
    def take_down(self, *, at: datetime) -> None:
        self.ended_at = at


class Achievement(Listing):
    """科技成果: what a university, an institute or an enterprise has to transfer.

    Fields follow 科技成果登记 (domain reference 7) and what the market adds: modes, price, maturity, applications.
    """

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="achievements")
    summary = models.TextField(_("成果简介"), max_length=5000, blank=True)
    applications = models.TextField(_("应用领域与场景"), max_length=3000, blank=True)
    indicators = models.TextField(_("主要技术指标"), max_length=3000, blank=True)
    advantages = models.TextField(_("创新点与优势"), max_length=3000, blank=True)
    requirements = models.TextField(_("合作要求"), max_length=2000, blank=True)
    ipc_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("IPC 分类"))
    maturity = models.CharField(_("成熟度"), max_length=20, blank=True)
    readiness_level = models.PositiveSmallIntegerField(_("技术就绪度 TRL"), null=True, blank=True)
    ip_type = models.CharField(_("知识产权类型"), max_length=40, blank=True)
    transfer_modes = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("转化方式"))
    pricing = models.CharField(_("定价方式"), max_length=30, blank=True)
    price = MoneyField(_("意向价格（元）"), null=True, blank=True, db_comment="Yuan; null is negotiable")
    attribute = models.CharField(_("成果属性"), max_length=40, blank=True)
    form = models.CharField(_("成果体现形式"), max_length=40, blank=True)
    level = models.CharField(_("成果水平"), max_length=40, blank=True)
    category = models.CharField(_("成果类别"), max_length=40, blank=True)
    application_state = models.CharField(_("应用状态"), max_length=40, blank=True)
    registered_no = models.CharField(_("科技成果登记号"), max_length=20, blank=True)
    registered_on = models.DateField(_("成果登记日期"), null=True, blank=True)
    recommended_by = models.CharField(_("推荐单位"), max_length=120, blank=True)
    completed_by = models.CharField(_("完成单位"), max_length=300, blank=True)
    contributors = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("完成人"))
    research_started_on = models.DateField(_("研究起始"), null=True, blank=True)
    research_ended_on = models.DateField(_("研究终止"), null=True, blank=True)

    class Meta:
        verbose_name = _("科技成果")
        verbose_name_plural = _("科技成果")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="achievement_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(readiness_level__isnull=True) | Q(readiness_level__range=(1, 9)),
                name="achievement_trl_1_to_9",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | Q(state__in=["draft", "withdrawn"]),
                name="achievement_published_is_dated",
            ),
            models.UniqueConstraint(
                fields=["source_market", "source_id"], condition=~Q(source_market=""), name="achievement_pulled_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="achievement_newest"),
            models.Index(fields=["owner", "-created_at"], name="achievement_by_owner"),
            models.Index(fields=["updated_at", "id"], name="achievement_feed"),
        ]


class Patent(models.Model):
    """A patent or application behind an achievement; Civil Code art. 845 wants these facts in the contract."""

    class Type(models.TextChoices):
        INVENTION = "invention", _("发明专利")
        UTILITY_MODEL = "utility_model", _("实用新型")
        DESIGN = "design", _("外观设计")

    class LegalStatus(models.TextChoices):
        UNKNOWN = "unknown", _("未核实")
        PENDING = "pending", _("审查中")
        IN_FORCE = "in_force", _("有效")
        LAPSED = "lapsed", _("失效")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    achievement = models.ForeignKey(Achievement, on_delete=models.CASCADE, related_name="patents")
    application_no = models.CharField(_("申请号"), max_length=16, blank=True, db_comment="Normalised, with check digit")
    publication_no = models.CharField(_("公开（公告）号"), max_length=20, blank=True)
    patent_type = models.CharField(_("专利类型"), max_length=20, choices=Type)
    title = models.CharField(_("发明名称"), max_length=300)
    applicant = models.CharField(_("申请人"), max_length=200, blank=True)
    patentee = models.CharField(_("专利权人"), max_length=200, blank=True)
    filed_on = models.DateField(_("申请日"), null=True, blank=True)
    granted_on = models.DateField(_("授权公告日"), null=True, blank=True)
    expires_on = models.DateField(_("专利权期限至"), null=True, blank=True)
    legal_status = models.CharField(_("法律状态"), max_length=20, choices=LegalStatus, default=LegalStatus.UNKNOWN)

    class Meta:
        verbose_name = _("专利")
        verbose_name_plural = _("专利")
        constraints = [
            models.CheckConstraint(condition=~Q(application_no="", publication_no=""), name="patent_has_a_number"),
            models.UniqueConstraint(
                fields=["achievement", "publication_no"],
                condition=~Q(publication_no=""),
                name="patent_once_per_achievement",
            ),
        ]
        indexes = [
            models.Index(fields=["publication_no"], name="patent_by_publication"),
            models.Index(fields=["application_no"], name="patent_by_application"),
        ]

    def __str__(self) -> str:
        return self.publication_no or self.application_no


class Demand(Listing):
    """技术需求: what an enterprise lacks. Fields follow the demand form (domain reference 5.1)."""

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="demands")
    difficulties = models.TextField(_("主要技术难点"), max_length=5000)
    indicators = models.TextField(_("主要技术指标"), max_length=3000, blank=True)
    research_content = models.TextField(_("主要研究内容"), max_length=5000, blank=True)
    current_state = models.TextField(_("现有基础"), max_length=3000, blank=True)
    source = models.CharField(_("需求来源"), max_length=40, blank=True)
    budget = MoneyField(_("预期投入（元）"), null=True, blank=True, db_comment="Yuan; null is open")
    wanted_by_on = models.DateField(_("期望完成日期"), null=True, blank=True)
    required_maturity = models.CharField(_("要求成熟度"), max_length=20, blank=True)
    short_cooperation = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("短期合作方式")
    )
    long_cooperation = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("长期合作方式")
    )
    intended_experts = models.CharField(_("意向专家或团队"), max_length=300, blank=True)
    is_anonymous = models.BooleanField(_("匿名发布"), default=False, db_comment="The owner's name is for its own eyes")

    class Meta:
        verbose_name = _("技术需求")
        verbose_name_plural = _("技术需求")
        constraints = [
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="demand_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | Q(state__in=["draft", "withdrawn"]),
                name="demand_published_is_dated",
            ),
            models.UniqueConstraint(
                fields=["source_market", "source_id"], condition=~Q(source_market=""), name="demand_pulled_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="demand_newest"),
            models.Index(fields=["owner", "-created_at"], name="demand_by_owner"),
            models.Index(fields=["updated_at", "id"], name="demand_feed"),
        ]
