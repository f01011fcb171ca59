"""Matches follow the listings and stand beside them; the desk of matching is the operator's."""

from django.utils.translation import gettext_lazy as _

from listings.catalog.events import ListingChanged
from market.kernel import jobs, outbox
from market.kernel import policy as policies
from market.pages import navigation, slots
from matching.matches import consumers, policy, queue, services


def wire() -> None:
    policies.register(policy.verdicts)
    outbox.register_batch("ranking.matches", [ListingChanged], consumers.follow, pause_seconds=outbox.PATIENT_SECONDS)
    jobs.register(queue.JOB, services.rematch)
    slots.register("demand.matches", url_name="matches:demand-matches", title=_("匹配的科技成果"))
    slots.register("achievement.matches", url_name="matches:achievement-matches", title=_("可能用得上的需求"))
    navigation.register(_("匹配运行"), "matches:operating", visible=lambda actor: actor.is_operator, order=92)
