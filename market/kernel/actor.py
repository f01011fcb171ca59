"""Who acts: a value with everything the policy asks, so that no rule looks a person up."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a membership allows inside its organisation."""

    MANAGER = "manager"  # manages the organisation's members and keys
    CLERK = "clerk"  # lists, posts, drafts, signs
    FINANCE = "finance"  # pays and confirms
    BROKER = "broker"  # 技术经纪人
    REGISTRAR = "registrar"  # 登记员
    HIGH_VALUE_APPROVER = "high_value_approver"  # 大额审批员
    OPERATOR = "operator"  # runs the market
    LEADER = "leader"  # reads the figure
    AUDITOR = "auditor"  # doubts it


class OrganisationKind(StrEnum):
    UNIVERSITY = "university"
    ENTERPRISE = "enterprise"
    AGENCY = "agency"  # 技术转移机构
    REGISTRY = "registry"  # 登记机构
    OPERATOR = "operator"  # 市场运营方
    UPSTREAM_MARKET = "upstream_market"  # 科技大市场
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or a key) acting for one organisation, or nobody in particular.

    `scopes` is None for a person and the granted scopes for an API key: a key may do what its
    organisation's roles allow *and* its scopes name.
    """

    user_id: UUID | None = None
    name: str = ""
    organisation_id: UUID | None = None
    organisation_kind: OrganisationKind | None = None
    organisation_name: str = ""
    is_verified: bool = False
    roles: frozenset[Role] = field(default_factory=frozenset)
    scopes: frozenset[str] | None = None
    api_key_id: UUID | None = None
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None or self.api_key_id is not None

    @property
    def is_operator(self) -> bool:
        return self.organisation_kind == OrganisationKind.OPERATOR and Role.OPERATOR in self.roles

    @property
    def reads_everything(self) -> bool:
        """The operator and the auditor: no row is hidden from them."""
        return self.is_operator or Role.AUDITOR in self.roles

    @property
    def is_broker(self) -> bool:
        """A technology broker (技术经纪人) of a verified agency."""
        return self.organisation_kind == OrganisationKind.AGENCY and Role.BROKER in self.roles and self.is_verified

    @property
    def principal(self) -> str:
        """The one who asks, for keys and limits: a key, a person in an organisation, or nobody."""
        if self.api_key_id is not None:
            return f"key:{self.api_key_id}"
        if self.user_id is not None:
            return f"user:{self.user_id}:{self.organisation_id}"
        return "system" if self.is_system else "anonymous"

    @property
    def bucket(self) -> str:
        """Whose requests are counted together: all keys of an organisation are one machine to the limits."""
        return f"keys:{self.organisation_id}" if self.api_key_id is not None else self.principal

    def has_role(self, *roles: Role) -> bool:
        """True when the actor has any of the roles in the organisation acted for."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, organisation_id: UUID | None) -> bool:
        return organisation_id is not None and self.organisation_id == organisation_id


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True, name="system")
