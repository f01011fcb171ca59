"""What of the contracts' tables goes into the audit chain, the auditor's desk and bundle.

The verifier knows the sources by these names.
"""

from django.utils.translation import gettext_lazy as _

from contracts.agreements.models import Signature
from contracts.audit import services
from contracts.audit.policy import may_audit
from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from market.kernel import jobs
from market.kernel.chain import sources
from market.pages import navigation, slots


def wire() -> None:
    sources.register("agreements.seal", Signature, hidden=("signed_by_id",))
    sources.register("registration.event", RegistrationEvent, hidden=("recorded_by_id", "reason"))
    sources.register("turnover.entry", TurnoverEntry)
    jobs.register(services.KIND, services.make_evidence)
    navigation.register(_("审计"), "audit:desk", visible=may_audit, order=93)
    slots.register("entry.proof", url_name="audit:entry-part", title=_("这笔分录的证明"))
