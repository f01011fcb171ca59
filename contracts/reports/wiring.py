"""Published reports are named to the registry and checked by the auditor; the menu leads to them."""

from django.utils.translation import gettext_lazy as _

from contracts.registration import queries as registration
from contracts.registration.events import RegistrationRecorded
from contracts.reports import consumers, policy, queries
from contracts.reports import evidence as reports
from contracts.turnover import evidence
from market.kernel import outbox
from market.kernel import policy as policies
from market.pages import navigation


def wire() -> None:
    policies.register(policy.reports)
    outbox.register("reports.late", RegistrationRecorded, consumers.tell_publishers)
    registration.register_published(queries.published_names_on)
    evidence.register(reports.published_figures)
    navigation.register(_("统计报告"), "reports:list", visible=lambda actor: True, order=75)
