"""What a person says about themselves."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from market.accounts.models import User
from market.kernel import audit
from market.kernel.actor import Actor
from market.kernel.problems import NotSignedIn


@transaction.atomic
def rename(*, actor: Actor, name: str, at: datetime) -> User:
    """Be called otherwise from now on; what was recorded before keeps its name."""
    if actor.user_id is None:
        raise NotSignedIn
    user = User.objects.select_for_update().get(pk=actor.user_id)
    if user.name != name:
        audit.record("person.renamed", actor=actor, subject=user, at=at)
        user.name = name
        user.save(update_fields=["name"])
    return user


def prefer_language(*, user_id: UUID, language: str) -> None:
    """Have a person told things in a language from now on; one that the portal does not speak changes nothing."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user_id).update(language=language)
