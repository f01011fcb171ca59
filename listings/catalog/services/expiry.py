"""Listings whose last day is over leave the market by themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind
from listings.catalog.models import State
from listings.catalog.services.moves import save_listing
from market.kernel.actor import SYSTEM, Role
from market.kernel.clock import local_date
from market.notices.services import lazy_text, notify

NOTICE = "listing_expired"


def expire_listings(*, at: datetime) -> int:
    """Move what is past its last day to 已过期, one transaction each; returns how many.

    What is being negotiated stays while the deal runs.
    """
    count = 0
    for kind in KINDS.values():
        rows = kind.model._default_manager.filter(expires_on__lt=local_date(at))
        due = rows.filter(state__in=[State.PUBLISHED, State.SUSPENDED])
        for listing_id in due.order_by("id").values_list("id", flat=True):
            count += _expire(kind, listing_id, at=at)
    return count


@transaction.atomic
def _expire(kind: Kind, listing_id: UUID, *, at: datetime) -> bool:
    due = kind.model._default_manager.select_for_update().filter(expires_on__lt=local_date(at))
    row: Any = due.filter(pk=listing_id).first()
    if row is None or not can_proceed(row.expire):
        return False
    row.expire(at=at)
    save_listing(row, actor=SYSTEM, action="expired", at=at)
    title = row.title
    notify(
        kind=NOTICE,
        title=lazy_text(lambda: _("“%(title)s”已过期") % {"title": title}),
        body=lazy_text(lambda: _("有效期已过，不再展示。修改有效期后可以重新发布。")),
        url=reverse(kind.url_name, args=[row.id]),
        organisation_id=row.owner_id,
        roles=(Role.CLERK, Role.MANAGER),
        at=at,
    )
    return True
