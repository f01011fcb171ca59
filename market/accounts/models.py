"""Organisations, the people who act for them, and the keys of their machines."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from market.kernel.actor import OrganisationKind, Role
from market.kernel.ids import new_id
from market.kernel.models import Versioned

KIND_LABELS = {
    OrganisationKind.UNIVERSITY: _("高校院所"),
    OrganisationKind.ENTERPRISE: _("企业"),
    OrganisationKind.AGENCY: _("技术转移机构"),
    OrganisationKind.REGISTRY: _("技术合同登记机构"),
    OrganisationKind.OPERATOR: _("市场运营方"),
    OrganisationKind.UPSTREAM_MARKET: _("科技大市场"),
    OrganisationKind.GOVERNMENT: _("政府部门"),
}
ROLE_LABELS = {
    Role.MANAGER: _("管理员"),
    Role.CLERK: _("经办人"),
    Role.FINANCE: _("财务"),
    Role.BROKER: _("技术经纪人"),
    Role.REGISTRAR: _("登记员"),
    Role.HIGH_VALUE_APPROVER: _("大额审批员"),
    Role.OPERATOR: _("运营人员"),
    Role.LEADER: _("领导"),
    Role.AUDITOR: _("审计人员"),
}


class Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        # Signing in and resetting a password look the address up in small letters.
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail; what the person may do comes from memberships."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("电子邮箱"), unique=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(
        null=True, blank=True, db_comment="Set by the operator; is_active says the same"
    )
    suspension_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    session_generation = models.PositiveIntegerField(
        default=0, db_default=0, db_comment="Part of what each session is signed with: one more ends them all"
    )
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """Changes with the password and with `session_generation`."""
        if not self.session_generation:
            return super().get_session_auth_hash()
        value = f"{self.session_generation}:{self.password}"
        return salted_hmac("market.accounts.models.User.session", value, algorithm="sha256").hexdigest()


class Organisation(Versioned):
    """A university, an enterprise, an agency, a registry, the operator, a market upstream.

    The fields from `party_nature` on are those of the registration form's parties (domain reference 1.5).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("类型"), max_length=20, choices=[(kind.value, KIND_LABELS[kind]) for kind in KIND_LABELS])
    name = models.CharField(_("名称"), max_length=120)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    region = models.CharField(_("行政区划"), max_length=6, db_comment="GB/T 2260; where it sits now")
    country = models.CharField(_("国别"), max_length=3, default="142", db_comment="Customs country code")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    party_nature = models.CharField(_("单位性质"), max_length=10, blank=True)
    industry = models.CharField(_("国民经济行业"), max_length=5, blank=True, db_comment="GB/T 4754-2017")
    local_industry = models.CharField(_("重点产业"), max_length=40, blank=True)
    scale = models.CharField(_("企业规模"), max_length=20, blank=True)
    qualifications = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("资质"))
    is_tech_transfer_agency = models.BooleanField(_("技术转移机构"), default=False)
    is_research_organisation = models.BooleanField(_("研发机构"), default=False)
    is_converted_institute = models.BooleanField(_("转制科研院所"), default=False)
    is_in_national_high_tech_zone = models.BooleanField(_("国家高新区内企业"), default=False)
    is_listed = models.BooleanField(_("上市公司"), default=False)
    registered_capital = models.CharField(_("注册资本"), max_length=40, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    main_products = models.CharField(_("主要产品"), max_length=500, blank=True)
    representative = models.CharField(_("法定代表人"), max_length=60, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    applicant = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejection_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        constraints = [
            # A rejected application must not keep the code from the organisation that it belongs to.
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(rejected_at__isnull=True),
                name="one_row_per_credit_code",
            ),
        ]
        indexes = [models.Index(fields=["kind", "name"], name="organisation_by_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def is_pending(self) -> bool:
        """Waits for the operator to verify or reject it."""
        return self.verified_at is None and self.rejected_at is None


class Membership(models.Model):
    """A person acts for an organisation in some roles, until the membership ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    roles = ArrayField(
        models.CharField(max_length=30, choices=[(role.value, ROLE_LABELS[role]) for role in ROLE_LABELS])
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("成员")
        verbose_name_plural = _("成员")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(ended_at__isnull=True), name="one_live_membership"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def role_names(self) -> list[str]:
        return [str(ROLE_LABELS[Role(role)]) for role in self.roles]


class Invitation(models.Model):
    """A person is asked, by e-mail address, to act for an organisation; nobody is a member before accepting.

    One by the operator proposes an organisation's first manager.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("电子邮箱"), db_comment="In small letters")
    roles = ArrayField(models.CharField(max_length=30))
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    is_proposal = models.BooleanField(default=False, db_comment="By the operator, of a first manager")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation",
            )
        ]
        indexes = [
            models.Index(fields=["email", "-created_at"], name="invitation_by_address"),
            models.Index(fields=["organisation", "-created_at"], name="invitation_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"

    @property
    def role_names(self) -> list[str]:
        return [str(ROLE_LABELS[Role(role)]) for role in self.roles]

    @property
    def replaces_another(self) -> bool:
        """Whether it made the link of an earlier letter to the same address void."""
        others = Invitation.objects.filter(organisation=self.organisation_id, email=self.email)
        return others.filter(withdrawn_at=self.created_at).exists()

    @property
    def is_replaced(self) -> bool:
        """Whether a later letter made its link void."""
        others = Invitation.objects.filter(organisation=self.organisation_id, email=self.email)
        return self.withdrawn_at is not None and others.filter(created_at=self.withdrawn_at).exists()

    def state(self, at: datetime) -> str:
        """`open` while it can be accepted."""
        for name in ("accepted", "declined", "withdrawn"):
            if getattr(self, f"{name}_at") is not None:
                return name
        return "open" if at < self.expires_at else "expired"


class ApiKey(models.Model):
    """A machine's key: shown once, kept as a hash, limited to scopes, ended at any time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_keys")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64, db_comment="SHA-256 of 32 random bytes; no dictionary holds those")
    scopes = ArrayField(models.CharField(max_length=40))
    roles = ArrayField(models.CharField(max_length=30))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("接口密钥")
        verbose_name_plural = _("接口密钥")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def role_names(self) -> list[str]:
        return [str(ROLE_LABELS[Role(role)]) for role in self.roles]
