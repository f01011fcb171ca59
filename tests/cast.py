"""A cast with fixed roles, so that every test speaks of the same people."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.models import EmailAddress

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


# Part → kind, name, the number in the credit code, region.
ORGANISATIONS = {
    "university": (OrganisationKind.UNIVERSITY, "示例大学", 1, "360100"),
    "enterprise": (OrganisationKind.ENTERPRISE, "示例铜业有限公司", 2, "360781"),
    "other_enterprise": (OrganisationKind.ENTERPRISE, "示例食品有限公司", 3, "360781"),
    "agency": (OrganisationKind.AGENCY, "示例技术转移中心", 4, "360781"),
    "registry": (OrganisationKind.REGISTRY, "示例技术合同登记站", 5, "360781"),
    "operator_organisation": (OrganisationKind.OPERATOR, "示例市场运营公司", 6, "360781"),
    "government": (OrganisationKind.GOVERNMENT, "示例科技局", 7, "360781"),
}
# Part → the organisation's part, and the roles in it.
PEOPLE: dict[str, tuple[str, tuple[Role, ...]]] = {
    "university_clerk": ("university", (Role.CLERK, Role.MANAGER)),
    "enterprise_clerk": ("enterprise", (Role.CLERK, Role.MANAGER)),
    "enterprise_finance": ("enterprise", (Role.FINANCE,)),
    "university_finance": ("university", (Role.FINANCE,)),
    "broker": ("agency", (Role.BROKER,)),
    "other_clerk": ("other_enterprise", (Role.CLERK, Role.MANAGER)),
    "registrar": ("registry", (Role.REGISTRAR,)),
    "approver": ("registry", (Role.HIGH_VALUE_APPROVER,)),
    "operator": ("operator_organisation", (Role.OPERATOR,)),
    "leader": ("government", (Role.LEADER,)),
    "auditor": ("government", (Role.AUDITOR,)),
    "stranger": ("", ()),
}


def build_cast() -> Cast:
    organisations = {part: organisation(*facts) for part, facts in ORGANISATIONS.items()}
    actors = {
        part: member(organisations.get(of), part.replace("_", "-"), *roles) for part, (of, roles) in PEOPLE.items()
    }
    return Cast(**organisations, **actors)


def read_cast() -> Cast:
    """The cast of the template database."""
    rows = {row.name: row for row in Organisation.objects.all()}
    users = {row.name: row for row in User.objects.all()}
    organisations = {part: rows[facts[1]] for part, facts in ORGANISATIONS.items()}
    actors = {part: actor_for(users[part.replace("_", "-")]) for part in PEOPLE}
    return Cast(**organisations, **actors)


def own_address(actor: Actor) -> str:
    """The actor's e-mail address, confirmed by its owner."""
    user = User.objects.get(pk=actor.user_id)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user.email
