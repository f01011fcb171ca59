"""Which roles an organisation's kind has, which scopes a key may have, and how much of each there may be."""

from collections.abc import Iterable

from market.kernel.actor import OrganisationKind, Role

COMMON = frozenset({Role.MANAGER, Role.CLERK, Role.FINANCE})
ROLES_OF: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.UNIVERSITY: COMMON,
    OrganisationKind.ENTERPRISE: COMMON,
    OrganisationKind.AGENCY: COMMON | {Role.BROKER},
    OrganisationKind.REGISTRY: frozenset({Role.MANAGER, Role.REGISTRAR, Role.HIGH_VALUE_APPROVER}),
    OrganisationKind.OPERATOR: frozenset({Role.MANAGER, Role.OPERATOR, Role.FINANCE}),
    OrganisationKind.UPSTREAM_MARKET: frozenset({Role.MANAGER, Role.CLERK}),
    OrganisationKind.GOVERNMENT: frozenset({Role.MANAGER, Role.LEADER, Role.AUDITOR, Role.CLERK}),
}
SELF_SERVICE = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY})
SCOPED = (
    "achievements",
    "demands",
    "introductions",
    "deals",
    "contracts",
    "payments",
    "registrations",
    "turnover",
    "monitoring",
    "reports",
    "organisations",
    "jobs",
    "searches",
    "verdicts",
)
SCOPES = frozenset(f"{name}:{mode}" for name in SCOPED for mode in ("read", "write"))

KEY_DAYS = 90
LONGEST_KEY_DAYS = 366
MOST_LIVE_KEYS = 20
MOST_OPEN_APPLICATIONS = 3  # of one person, for organisations that are not verified
INVITATION_DAYS = 7
INVITATIONS_A_DAY = 50
INVITATIONS_A_DAY_UNVERIFIED = 5
LETTERS_A_DAY_TO_ONE_ADDRESS = 3


def roles_fit(kind: OrganisationKind, roles: Iterable[str]) -> bool:
    """Whether there is at least one role and the kind has them all."""
    wanted = set(roles)
    return bool(wanted) and wanted <= {role.value for role in ROLES_OF[kind]}


def scopes_exist(scopes: Iterable[str]) -> bool:
    wanted = set(scopes)
    return bool(wanted) and wanted <= SCOPES
