"""A lifecycle is one table: what may be done to a row, a row a verb.

A room tells it in its `lifecycle.py`. Services ask it through the policy (`Policy.fetch`), pages draw their buttons
from it (`market.pages.steps`), the API its endpoints (`market.kernel.verb_endpoints`). Verbs stay plain functions.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from inspect import signature
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor

Predicate = Callable[[Actor, Any], bool]
People = Callable[[Any], Collection[UUID | None]]

_lifecycles: dict[type[models.Model], "Lifecycle"] = {}


class LifecycleFlawed(Exception):
    """A lifecycle that contradicts its model, its services or itself; raised when it is written, at start."""


@dataclass(frozen=True)
class OtherThan:
    """The verb is the second person's: whoever took the first step, as `firsts` reads from the row, may not do it."""

    firsts: People

    def allows(self, actor: Actor, row: Any) -> bool:
        """True for a person who did not take the first step; four eyes are people's, so a key has none."""
        return actor.user_id is not None and actor.user_id not in self.firsts(row)


@dataclass(frozen=True)
class WaitsFor:
    """The verb is the first person's: where the amount is high, nothing moves until a second one does `verb`."""

    verb: "Verb"


@dataclass(frozen=True)
class OnePerson:
    """One person may move the amount alone, and why."""

    why: str


@dataclass(frozen=True)
class Own:
    """What the verb is called for whoever took the first step, read from the row: they take it back."""

    firsts: People
    label: Any
    question: Any = ""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """How the API does a verb: `POST <row>/<verb>` with the row's version in If-Match.

    `about` is its sentence in the API document and `refusals` are the problems beside those of every change. With
    `file` the payload comes as a form beside an upload of that name; `needs_key` asks for an Idempotency-Key.
    `operation` is its name in the document and `path` its last part where they are not the verb's code. `formerly` is
    a last part that it had before: it still answers, and the document calls it deprecated.
    """

    about: str
    payload: type[Any] | None = None
    file: str = ""
    refusals: tuple[type[Exception], ...] = ()
    needs_key: bool = False
    operation: str = ""
    path: str = ""
    formerly: str = ""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One thing that a person may do to a row.

    It starts from the sources of its `transitions`; `states` are named where it moves no state, or starts from fewer.
    `who` may do it whatever the state; `offered` says what else must hold for it to be offered, and the service
    refuses by name where that does not hold. `service` is called by the page's `form` (none: the verb has no button)
    and by the API's `endpoint`. What is grave, or has a `question`, is asked about before it is done. `tells` names the
    readers of its notices. `moves` names the amount that it moves; such a verb says how a second person stands for it.
    """

    code: str
    label: Any
    who: Predicate
    service: Callable[..., Any]
    transitions: tuple[Callable[..., Any], ...] = ()
    states: Collection[str] = ()
    offered: Predicate | None = None
    form: type[Any] | None = None
    endpoint: Endpoint | None = None
    is_grave: bool = False
    question: Any = ""
    own: Own | None = None
    tells: tuple[str, ...] = ()
    moves: Any = ""
    second_person: OtherThan | WaitsFor | OnePerson | None = None

    def __post_init__(self) -> None:
        if self.moves and self.second_person is None:
            raise LifecycleFlawed(f"{self.code} moves an amount and names no second person")
        if isinstance(self.second_person, WaitsFor):
            second = self.second_person.verb
            if not (second.moves and isinstance(second.second_person, OtherThan)):
                raise LifecycleFlawed(f"{self.code} waits for {second.code}, which is no second person's")

    @cached_property
    def sources(self) -> frozenset[str]:
        """The states that the verb starts from."""
        return frozenset(map(str, self.states)) or sources(*self.transitions)

    @property
    def needs_another(self) -> bool:
        """Whether it is a second person's."""
        return isinstance(self.second_person, OtherThan)

    def is_second_person(self, actor: Actor, row: Any) -> bool:
        """False only for whoever may not do the verb because they took the step before it."""
        return not isinstance(self.second_person, OtherThan) or self.second_person.allows(actor, row)

    def is_own(self, actor: Actor, row: Any) -> bool:
        return self.own is not None and actor.user_id is not None and actor.user_id in self.own.firsts(row)

    def words(self, actor: Actor, row: Any) -> tuple[Any, Any]:
        """Its label for the actor, and the question before it; the question is empty where one click may do it."""
        label, question = self.label, self.question
        if self.own is not None and self.is_own(actor, row):
            label, question = self.own.label, self.own.question
        if not question and self.is_grave:
            question = _("确定要%(step)s吗？请先核对本页内容。") % {"step": label}
        return label, question


@dataclass(frozen=True)
class Lifecycle:
    """The verbs of a model's rows, in the order in which a page offers them.

    `id_name` is the services' argument that names the row, and `address` the API's parameter where that is another;
    `field` holds its state, empty where rows have none.
    """

    model: type[models.Model]
    id_name: str
    verbs: tuple[Verb, ...]
    field: str = "state"
    address: str = ""

    def __post_init__(self) -> None:
        if flaws := list(_flaws(self)):
            raise LifecycleFlawed(f"{self.model._meta.label}: {'; '.join(flaws)}")
        _lifecycles[self.model] = self

    @cached_property
    def by_code(self) -> dict[str, Verb]:
        return {verb.code: verb for verb in self.verbs}

    def state_of(self, row: Any) -> str:
        return str(getattr(row, self.field)) if self.field else ""

    def starts(self, verb: Verb, row: Any) -> bool:
        """Whether the verb starts from the row's state."""
        return not self.field or self.state_of(row) in verb.sources


def sources(*transitions: Callable[..., Any]) -> frozenset[str]:
    """The states that any of a model's transitions starts from."""
    return frozenset(str(source) for move in transitions for source in _transitions(move))


def targets(*transitions: Callable[..., Any], source: str) -> list[str]:
    """Where the transitions lead from a state, in their order."""
    return [str(found[source].target) for move in transitions if source in (found := _transitions(move))]


def _transitions(move: Callable[..., Any]) -> dict[str, Any]:
    """What django-fsm keeps of a decorated method, by source."""
    found: dict[str, Any] = move._django_fsm.transitions  # type: ignore[attr-defined]
    return found


def lifecycle_of(model: type[models.Model], *, module: str) -> Lifecycle:
    """The model's lifecycle, told in the module named, which is loaded when it is first asked."""
    if model not in _lifecycles:
        import_module(module)
    return _lifecycles[model]


def _flaws(lifecycle: Lifecycle) -> Iterator[str]:
    """What is wrong with a lifecycle, in words for who writes it."""
    if len(lifecycle.by_code) != len(lifecycle.verbs):
        yield "a verb is told twice"
    known = (
        {str(code) for code, _label in lifecycle.model._meta.get_field(lifecycle.field).choices or ()}  # type: ignore[union-attr]
        if lifecycle.field
        else frozenset()
    )
    for verb in lifecycle.verbs:
        if lifecycle.field and not verb.sources:
            yield f"{verb.code} starts from no state"
        if unknown := verb.sources - known:
            yield f"{verb.code} starts from {sorted(unknown)}, which the field does not have"
        if verb.transitions and not verb.sources <= sources(*verb.transitions):
            yield f"{verb.code} starts from states that its transitions do not"
        if missing := {"actor", "at", lifecycle.id_name} - signature(verb.service).parameters.keys():
            yield f"the service of {verb.code} takes no {sorted(missing)}"
