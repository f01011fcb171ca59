"""A cast with fixed roles, so that every test speaks of the same people."""

from dataclasses import dataclass
from datetime import UTC, datetime

from market.accounts.actors import actor_for
from market.accounts.models import Membership, Organisation, User
from market.kernel.actor import ANONYMOUS, Actor, OrganisationKind, Role
from market.reference.identifiers.credit_code import check_character

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Ruijin
MONDAY_ON = MONDAY.date()


def credit_code(serial: int, *, prefix: str = "91360781") -> str:
    """A valid 统一社会信用代码 for invented organisations."""
    body = f"{prefix}{serial:08d}0"
    return body + check_character(body)


@dataclass(frozen=True)
class Cast:
    """Actors by part. The enterprise, agency and registry sit in Ruijin, the university in Nanchang."""

    university: Organisation
    enterprise: Organisation
    other_enterprise: Organisation
    agency: Organisation
    registry: Organisation
    operator_organisation: Organisation
    government: Organisation
    university_clerk: Actor
    enterprise_clerk: Actor
    enterprise_finance: Actor
    university_finance: Actor
    broker: Actor
    other_clerk: Actor
    registrar: Actor
    approver: Actor
    operator: Actor
    leader: Actor
    auditor: Actor
    stranger: Actor
    nobody: Actor = ANONYMOUS

    @property
    def everyone(self) -> dict[str, Actor]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Actor)} | {"nobody": self.nobody}


def organisation(
    kind: OrganisationKind, name: str, serial: int, region: str = "360781", **fields: object
) -> Organisation:
    prefix = "12360781" if kind in {OrganisationKind.UNIVERSITY, OrganisationKind.REGISTRY} else "91360781"
    return Organisation.objects.create(
        kind=kind,
        name=name,
        credit_code=credit_code(serial, prefix=prefix),
        region=region,
        verified_at=MONDAY,
        **fields,
    )


def member(of: Organisation | None, email: str, *roles: Role) -> Actor:
    user = User.objects.create_user(f"{email}@example.com", "correct-horse-9", name=email)
    if of is not None:
        Membership.objects.create(user=user, organisation=of, roles=[role.value for role in roles])
    return actor_for(user)


def build_cast() -> Cast:
    university = organisation(OrganisationKind.UNIVERSITY, "示例大学", 1, region="360100")
    enterprise = organisation(OrganisationKind.ENTERPRISE, "示例铜业有限公司", 2)
    other = organisation(OrganisationKind.ENTERPRISE, "示例食品有限公司", 3)
    agency = organisation(OrganisationKind.AGENCY, "示例技术转移中心", 4)
    registry = organisation(OrganisationKind.REGISTRY, "示例技术合同登记站", 5)
    operator = organisation(OrganisationKind.OPERATOR, "示例市场运营公司", 6)
    government = organisation(OrganisationKind.GOVERNMENT, "示例科技局", 7)
    return Cast(
        university=university,
        enterprise=enterprise,
        other_enterprise=other,
        agency=agency,
        registry=registry,
        operator_organisation=operator,
        government=government,
        university_clerk=member(university, "university-clerk", Role.CLERK, Role.MANAGER),
        enterprise_clerk=member(enterprise, "enterprise-clerk", Role.CLERK, Role.MANAGER),
        enterprise_finance=member(enterprise, "enterprise-finance", Role.FINANCE),
        university_finance=member(university, "university-finance", Role.FINANCE),
        broker=member(agency, "broker", Role.BROKER),
        other_clerk=member(other, "other-clerk", Role.CLERK, Role.MANAGER),
        registrar=member(registry, "registrar", Role.REGISTRAR),
        approver=member(registry, "approver", Role.HIGH_VALUE_APPROVER),
        operator=member(operator, "operator", Role.OPERATOR),
        leader=member(government, "leader", Role.LEADER),
        auditor=member(government, "auditor", Role.AUDITOR),
        stranger=member(None, "stranger"),
    )
