"""A contract that is before the registry was dissolved by its parties: the registry hears of it and decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from contracts.registration.models import Registration
from market.kernel.actor import Role
from market.notices.services import lazy_text, notify


def tell_registry(*, contract_id: UUID, at: datetime) -> None:
    """The registrars of the office at which an application of the contract is live, or is registered."""
    live = Registration.objects.filter(contract=contract_id).exclude(
        state__in=(Registration.State.DRAFT, *Registration.OVER)
    )
    for registration in live.select_related("contract"):
        notify(
            organisation_id=registration.office_id,
            roles=(Role.REGISTRAR,),
            kind="registration",
            title=_title(registration),
            body=_body(registration),
            url=f"/registrations/{registration.id}/",
            at=at,
        )


def _title(registration: Registration) -> Any:
    return lazy_text(lambda: _("合同已解除：%(title)s") % {"title": registration.contract.title})


def _body(registration: Registration) -> Any:
    no = registration.registration_no or registration.no
    return lazy_text(lambda: _("登记或申请编号 %(no)s，请核实是否注销。") % {"no": no})
