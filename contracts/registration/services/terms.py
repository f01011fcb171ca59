"""The registry's terms counted anew when a year's arrangement of holidays becomes known."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.registration import rules
from contracts.registration.models import Registration
from contracts.registration.services import steps
from market.kernel.actor import SYSTEM, Actor
from market.kernel.changes import save_change
from market.notices.services import lazy_text
from market.reference.calendar_years import working_calendar

OPEN = (Registration.State.ACCEPTED, Registration.State.SUPPLEMENT_REQUESTED, Registration.State.SECOND_REVIEW)


@transaction.atomic
def recount_terms(*, actor: Actor = SYSTEM, at: datetime) -> int:
    """Count the term of every application in hand anew; how many ended up elsewhere, or are no longer provisional.

    Not only the provisional ones: an arrangement may move the last days of the year before it, and may be mended.
    """
    calendar = working_calendar()
    rows = Registration.objects.select_for_update(of=("self",)).filter(state__in=OPEN, accepted_on__isnull=False)
    moved = 0
    for registration in rows.select_related("contract", "office").order_by("id"):
        before = (registration.due_on, registration.due_is_provisional)
        due = rules.due(
            rules.rule_set(registration.rule_set),
            registration.accepted_on,
            calendar=calendar,
            second_review=registration.has_second_review,
        )
        if before == due:
            continue
        registration.due_on, registration.due_is_provisional = due
        save_change(registration, actor=actor, action="registration.term_recounted", at=at, changes=due._asdict())
        if registration.due_on != before[0]:
            _tell(registration, at=at)
        moved += 1
    return moved


def _tell(registration: Registration, *, at: datetime) -> None:
    words = {"on": registration.due_on}
    steps.tell_applicant(registration, title=lazy_text(lambda: _("办理期限按放假安排重新计算为 %(on)s") % words), at=at)
