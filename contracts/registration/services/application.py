"""The applicant's half: the seller's side hands the signed contract to its local registry."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements import policy as agreements
from contracts.agreements.models import TechnologyContract
from contracts.registration import queries, rules
from contracts.registration.models import Attachment, Registration
from contracts.registration.problems import AlreadyApplied, RegistrationGrounds, RegistrationRevoked
from contracts.registration.services import steps
from market.accounts.models import Organisation
from market.kernel import audit, files
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.numbering import next_number
from market.kernel.problems import InvalidInput, NotAllowed
from market.notices.services import lazy_text, notify

if TYPE_CHECKING:
    from django.core.files.base import File


@transaction.atomic
def apply_for_registration(*, actor: Actor, contract_id: UUID, office_id: UUID, at: datetime) -> Registration:
    """Open an application for a contract at a registry; nothing is handed in yet.

    The seller applies (办法 2000); where the seller is abroad, the buyer does. Raises AlreadyApplied, and
    RegistrationRevoked where an earlier registration of the contract was revoked.
    """
    contract = agreements.contracts.fetch(actor=actor, pk=contract_id, lock=True, related=("seller", "buyer"))
    applicant = applicant_of(contract)
    if not may_apply(actor, contract):
        raise NotAllowed(_("由卖方（境外卖方的，由境内买方）申请登记"))
    office = _office(office_id)
    earlier = rules.reapplication(contract.registrations.values_list("state", flat=True))
    if earlier == rules.Reapplication.REVOKED:
        raise RegistrationRevoked
    with refuse_on(one_live_registration=AlreadyApplied):
        registration = Registration.objects.create(
            no=next_number("DJ", "registration_no_seq", at),
            contract=contract,
            applicant=applicant,
            office=office,
            rule_set=rules.rule_set_on(local_date(at)).code,
            created_at=at,
            updated_at=at,
        )
    audit.record("registration.opened", actor=actor, subject=registration, at=at, changes={"office": office.id})
    return registration


@transaction.atomic
def submit_registration(*, actor: Actor, registration_id: UUID, version: int | None, at: datetime) -> Registration:
    """Hand the application to the registry.

    Raises RegistrationGrounds with every ground the registry would name, not only the first.
    """
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="submit", version=version)
    if grounds := queries.grounds_against(registration.contract, on=local_date(at)):
        raise RegistrationGrounds(grounds=grounds)
    is_answer = registration.state == Registration.State.SUPPLEMENT_REQUESTED
    registration.submit(at=at)
    steps.save_registration(registration, actor=actor, action="submitted", at=at)
    notify(
        organisation_id=registration.office_id,
        roles=(Role.REGISTRAR,),
        kind="registration",
        title=lazy_text(
            lambda: (
                (_("登记申请已补正：%(title)s") if is_answer else _("收到新的登记申请：%(title)s"))
                % {"title": registration.contract.title}
            )
        ),
        body=lazy_text(lambda: _("申请单位：%(name)s") % {"name": actor.organisation_name}),
        url=f"/registrations/{registration.id}/",
        at=at,
    )
    return registration


@transaction.atomic
def attach_document(
    *,
    actor: Actor,
    registration_id: UUID,
    version: int | None,
    kind: Attachment.Kind,
    document: "File[bytes]",
    at: datetime,
) -> Registration:
    """Add a paper before handing in, or as a supplement (补正). Raises WrongState, FileRefused."""
    registration = steps.fetch(actor=actor, registration_id=registration_id, verb="attach", version=version)
    file = files.store(document, actor=actor, at=at)
    attachment = Attachment.objects.create(
        registration=registration, kind=kind, document=file, added_by_id=actor.user_id, added_at=at
    )
    changes = {"attachment": attachment.id, "kind": kind, "document": file.sha256}
    save_change(registration, actor=actor, action="registration.document_attached", at=at, changes=changes)
    return registration


def applicant_of(contract: TechnologyContract) -> Organisation:
    """The party that applies: the seller, or the domestic buyer of imported technology (worked example 4)."""
    return contract.seller if contract.seller.country == rules.CHINA else contract.buyer


def may_apply(actor: Actor, contract: TechnologyContract) -> bool:
    """Those who deal with contracts in the party that applies."""
    return actor.acts_for(applicant_of(contract).id) and actor.has_role(Role.CLERK, Role.MANAGER)


def _office(office_id: UUID) -> Organisation:
    office = Organisation.objects.filter(
        pk=office_id, kind=OrganisationKind.REGISTRY, verified_at__isnull=False
    ).first()
    if office is None:
        raise InvalidInput(errors=[{"loc": ["office_id"], "code": "unknown_office", "message": _("没有该登记机构")}])
    return office
