"""Universities and enterprises list what they have."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import rules
from listings.catalog.data import AchievementData, PatentData
from listings.catalog.models import Achievement, Patent
from listings.catalog.problems import PatentLapsed
from listings.catalog.services import moves
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import InvalidInput
from market.kernel.questions import about_amount, require_confirmed
from market.kernel.validation import validated
from market.reference.identifiers.ipc import normalise_ipc

PATENT_FIELDS = ("application_no", "publication_no", "title", "applicant", "patentee", "filed_on", "granted_on")


@transaction.atomic
def create_achievement(*, actor: Actor, data: AchievementData, at: datetime) -> Achievement:
    """Write a draft for the actor's organisation; raises InvalidInput with every field that is wrong."""
    owner = moves.owner_of_new(actor, "achievements")
    _require_valid(data, at)
    achievement = Achievement(owner=owner, created_at=at, updated_at=at, **columns(data))
    achievement.region = achievement.region or owner.region
    moves.save_listing(achievement, actor=actor, action="created", at=at)
    Patent.objects.bulk_create(patent_rows(achievement, data.patents))
    return achievement


@transaction.atomic
def update_achievement(
    *,
    actor: Actor,
    achievement_id: UUID,
    version: int | None,
    changes: Mapping[str, Any],
    at: datetime,
    confirmed: Collection[str] = (),
) -> Achievement:
    """Change the named fields; the whole must be valid afterwards.

    Raises InvalidInput, WrongState, and ConfirmationNeeded for an amount ten thousand times off the one before.
    """
    achievement = moves.fetch(
        actor=actor, kind="achievement", listing_id=achievement_id, verb="update", version=version
    )
    if not isinstance(achievement, Achievement):
        raise TypeError(type(achievement).__name__)
    moves.require_state(achievement, "update")
    data = merged(current_data(achievement), changes, AchievementData)
    _require_valid(data, at)
    require_confirmed(confirmed, about_amount(data.price, {_("原意向价格"): achievement.price}))
    for name, value in columns(data).items():
        setattr(achievement, name, value)
    moves.save_listing(achievement, actor=actor, action="updated", at=at, changes={"fields": sorted(changes)})
    if "patents" in changes:
        _reconcile_patents(achievement, data.patents)
    return achievement


@transaction.atomic
def publish_achievement(*, actor: Actor, achievement_id: UUID, version: int | None, at: datetime) -> Achievement:
    """Offer it on the market. Raises NotVerified, PatentLapsed where every patent's term has ended, WrongState."""
    achievement = moves.fetch(
        actor=actor, kind="achievement", listing_id=achievement_id, verb="publish", version=version
    )
    if not isinstance(achievement, Achievement):
        raise TypeError(type(achievement).__name__)
    lapsed = [str(row) for row in achievement.patents.all() if row.expires_on and row.expires_on <= local_date(at)]
    if lapsed and len(lapsed) == achievement.patents.count():
        raise PatentLapsed(patents=lapsed)
    moves.publish_listing(achievement, actor=actor, at=at)
    return achievement


def current_data(achievement: Achievement) -> AchievementData:
    """The listing as its owner would type it."""
    values = {name: getattr(achievement, name) for name in AchievementData.model_fields if name != "patents"}
    patents = [
        PatentData.model_construct(**{name: getattr(patent, name) for name in PATENT_FIELDS})
        for patent in achievement.patents.order_by("publication_no", "application_no")
    ]
    return AchievementData.model_construct(**values, patents=patents)


def merged(current: Any, changes: Mapping[str, Any], model: type[Any]) -> Any:
    """The data with some fields replaced, validated as a whole; raises InvalidInput."""
    return validated(model, current.model_dump(warnings=False) | dict(changes))


def _require_valid(data: AchievementData, at: datetime) -> None:
    if errors := rules.achievement_errors(data, on=local_date(at)):
        raise InvalidInput(errors=errors)


def columns(data: AchievementData) -> dict[str, Any]:
    return data.model_dump(exclude={"patents"}) | {"ipc_codes": [normalise_ipc(code) for code in data.ipc_codes]}


def _reconcile_patents(achievement: Achievement, patents: Sequence[PatentData]) -> None:
    """The rows as the owner names them now; one that stays keeps what no owner types, such as its legal status."""
    known = list(achievement.patents.all())
    fresh = []
    for row in patent_rows(achievement, patents):
        old = next((found for found in known if _is_same(found, row)), None)
        if old is None:
            fresh.append(row)
            continue
        known.remove(old)
        if (old.filed_on, old.patent_type) != (row.filed_on, row.patent_type):
            old.expires_on = row.expires_on
        for name in (*PATENT_FIELDS, "patent_type"):
            setattr(old, name, getattr(row, name))
        old.save()
    Patent.objects.filter(pk__in=[row.pk for row in known]).delete()
    Patent.objects.bulk_create(fresh)


def _is_same(known: Patent, row: Patent) -> bool:
    numbers = {known.application_no, known.publication_no} - {""}
    return bool(numbers & ({row.application_no, row.publication_no} - {""}))


def patent_rows(achievement: Achievement, patents: Sequence[PatentData]) -> list[Patent]:
    rows = []
    for data in patents:
        facts = rules.patent_facts(data)
        values = data.model_dump() | {
            "application_no": facts.application_no,
            "publication_no": facts.publication_no,
            "patent_type": facts.patent_type,
            "expires_on": rules.expires_on(facts.patent_type, data.filed_on),
        }
        rows.append(Patent(achievement=achievement, **values))
    return rows
