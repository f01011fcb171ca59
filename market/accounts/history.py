"""The steps of a row as its page tells them: from the audit trail, as far as the reader may know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from market.accounts.models import Organisation, User
from market.kernel import audit
from market.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """What was done; `person` is named to colleagues and the operator, `organisation` to everyone who reads the row.

    Both are empty where the market did it. `detail` is for the room that knows the step: its reason in words.
    """

    at: datetime
    action: str
    label: str
    organisation: str
    person: str
    changes: Mapping[str, Any]
    detail: str = ""


def steps_of(subject: Model, *, actor: Actor, labels: Mapping[str, str | Promise]) -> list[Step]:
    """The steps that have a label, oldest first."""
    rows = list(audit.history(subject).filter(action__in=labels))
    people = User.objects.in_bulk({row.actor_user_id for row in rows if row.actor_user_id})
    organisations = Organisation.objects.in_bulk(
        {row.actor_organisation_id for row in rows if row.actor_organisation_id}
    )
    found = []
    for row in rows:
        own = actor.is_operator or (row.actor_organisation_id is not None and actor.acts_for(row.actor_organisation_id))
        organisation, person = organisations.get(row.actor_organisation_id), people.get(row.actor_user_id)
        found.append(
            Step(
                at=row.at,
                action=row.action,
                label=str(labels[row.action]),
                organisation=organisation.name if organisation else "",
                person=person.name if person and own else "",
                changes=row.changes,
            )
        )
    return found
