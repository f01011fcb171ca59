"""One answer to "may they" and "which may they", for pages, API, search filters and exports alike.

A room declares one `Policy` for each of its tables: who sees which rows, and who may do which verb to a row.
A row reaches other code only through `fetch` and `visible_to`; a hidden row is the same 404 as an absent one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from market.kernel.actor import Actor
from market.kernel.audit import stale
from market.kernel.lifecycle import Lifecycle, Predicate, Verb, lifecycle_of
from market.kernel.models import Versioned
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn, Problem, SecondPersonNeeded, WrongState

M = TypeVar("M", bound=models.Model)

PUBLIC = "public"
SIGNED_IN = "signed_in"
VERIFIED = "verified"

_policies: dict[type[models.Model], "Policy[Any]"] = {}
_audiences: list[Callable[[Actor], set[str]]] = []


class Policy(Generic[M]):
    """Who sees which rows of a table, and who may do what to one.

    `visible` gives the condition on rows for an actor; it must not join to many (use a subquery), so that a scope
    never repeats a row. `lifecycle` names the module that tells the verbs (it stands above the services, so it is
    loaded when it is first asked); rows without one have their predicates by verb name in `verbs`. `scope` names the
    API scopes: an API key needs `<scope>:read` to see a row and `<scope>:write` to do any verb.
    """

    def __init__(
        self,
        model: type[M],
        *,
        visible: Callable[[Actor], Q],
        scope: str,
        verbs: Mapping[str, Predicate] | None = None,
        lifecycle: str = "",
    ) -> None:
        self.model = model
        self.visible = visible
        self.scope = scope
        self._verbs = dict(verbs or {})
        self._module = lifecycle

    @property
    def lifecycle(self) -> Lifecycle | None:
        return lifecycle_of(self.model, module=self._module) if self._module else None

    def verb(self, code: str) -> Verb | None:
        """The verb of the lifecycle, if it has it."""
        return self.lifecycle.by_code.get(code) if self.lifecycle else None

    @property
    def verbs(self) -> Mapping[str, Predicate]:
        """Who may do each verb, whatever the row's state."""
        return {verb.code: verb.who for verb in self.lifecycle.verbs} if self.lifecycle else self._verbs

    def visible_to(self, actor: Actor) -> QuerySet[M]:
        """The rows the actor may know of."""
        rows: QuerySet[M] = self.model._default_manager.all()
        if actor.is_system:
            return rows
        if actor.scopes is not None and f"{self.scope}:read" not in actor.scopes:
            return rows.none()
        return rows.filter(self.visible(actor))

    def shows(self, actor: Actor, pk: Any) -> bool:
        """Whether the actor may know of the row, so that a page links to what opens."""
        return self.visible_to(actor).filter(pk=pk).exists()

    def can(self, actor: Actor, verb: str, row: M) -> bool:
        """True when the actor may do the verb to the row, given that it sees it."""
        if actor.is_system:
            return True
        if actor.scopes is not None and f"{self.scope}:write" not in actor.scopes:
            return False
        told = self.verb(verb)
        return told.who(actor, row) if told else self._verbs[verb](actor, row)

    def fetch(
        self,
        *,
        actor: Actor,
        pk: UUID,
        verb: str | None = None,
        lock: bool = False,
        version: int | None = None,
        related: tuple[str, ...] = (),
    ) -> M:
        """The row, if the actor sees it and may do the verb to it.

        Raises NotFound when hidden or absent, NotSignedIn or NotAllowed when the verb is refused, Stale when
        `version` is not the row's; then, where a lifecycle tells the verb, WrongState when it does not start from the
        row's state and SecondPersonNeeded for who took the step before it. `lock` takes the row FOR UPDATE and needs
        a transaction.
        """
        rows = self.visible_to(actor)
        if lock:
            rows = rows.select_for_update(of=("self",))
        row = rows.filter(pk=pk).select_related(*related).first() if related else rows.filter(pk=pk).first()
        if row is None:
            raise NotFound
        if verb is not None:
            self.require(actor, verb, row)
        if version is not None and isinstance(row, Versioned) and version != row.version:
            raise stale(row, actor=actor)
        if verb is not None:
            self._require_now(actor, verb, row)
        return row

    def require(self, actor: Actor, verb: str, row: M) -> None:
        """Raise unless the actor may do the verb to the row."""
        if not self.can(actor, verb, row):
            raise refusal(actor)

    def _require_now(self, actor: Actor, code: str, row: M) -> None:
        lifecycle = self.lifecycle
        if lifecycle is None:
            return
        verb = lifecycle.by_code[code]
        if not lifecycle.starts(verb, row):
            raise WrongState(state=lifecycle.state_of(row))
        if not verb.is_second_person(actor, row):
            raise SecondPersonNeeded

    def allowed(self, actor: Actor, row: M) -> list[str]:
        """The verbs that the actor may do to the row now, in the order of its lifecycle."""
        lifecycle = self.lifecycle
        if lifecycle is None:
            return self.allowed_verbs(actor, row)
        return [
            verb.code
            for verb in lifecycle.verbs
            if lifecycle.starts(verb, row)
            and self.can(actor, verb.code, row)
            and verb.is_second_person(actor, row)
            and (verb.offered is None or verb.offered(actor, row))
        ]

    def allowed_verbs(self, actor: Actor, row: M) -> list[str]:
        """The verbs the actor may do to the row, whatever its state."""
        return [verb for verb in self.verbs if self.can(actor, verb, row)]


def refusal(actor: Actor) -> type[Problem]:
    """What to raise for who may not: signing in first may help a person who has not."""
    return NotAllowed if actor.is_signed_in else NotSignedIn


def register(*policies: "Policy[Any]") -> None:
    """Answer `can` and `visible_to` for the tables of these policies."""
    for policy in policies:
        _policies[policy.model] = policy


def policy_of(model: type[M]) -> "Policy[M]":
    return _policies[model]


def all_policies() -> list["Policy[Any]"]:
    return list(_policies.values())


def all_lifecycles() -> list[Lifecycle]:
    """Every lifecycle of the portal; loads those that nobody asked yet."""
    return [found for policy in all_policies() if (found := policy.lifecycle) is not None]


def can(actor: Actor, verb: str, row: models.Model) -> bool:
    """May the actor do the verb to the row?"""
    return policy_of(type(row)).can(actor, verb, row)


def visible_to(actor: Actor, model: type[M]) -> QuerySet[M]:
    """Which rows of the table may the actor know of?"""
    return policy_of(model).visible_to(actor)


def register_audience(source: Callable[[Actor], set[str]]) -> None:
    """Add a room's own tokens (such as `deal:<id>`) to those of `audience_tokens`."""
    _audiences.append(source)


def audience_tokens(actor: Actor) -> frozenset[str]:
    """The tokens of which a search document must carry at least one to be seen by the actor."""
    tokens = {PUBLIC}
    if actor.is_signed_in:
        tokens.add(SIGNED_IN)
    if actor.is_verified:
        tokens.add(VERIFIED)
    if actor.organisation_id is not None:
        tokens.add(organisation_token(actor.organisation_id))
    for source in _audiences:
        tokens |= source(actor)
    return frozenset(tokens)


def organisation_token(organisation_id: UUID) -> str:
    return f"org:{organisation_id}"
