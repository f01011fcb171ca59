"""The auditor's desk in the menu, and the proof beside an entry of the ledger."""

from django.utils.translation import gettext_lazy as _

from contracts.audit.policy import may_audit
from market.pages import navigation, slots

navigation.add(_("审计"), "audit:desk", visible=may_audit, order=93)
slots.fill("entry.proof", url_name="audit:entry-part", title=_("这笔分录的证明"))
