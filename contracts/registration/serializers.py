"""The room's rows as the wire has them, with what the reader may do to each."""

from typing import Any

from contracts.registration import policy, queries, rules
from contracts.registration.models import Change, Correction, Registration
from market.kernel.actor import Actor

PROPOSED = Correction.State.PROPOSED


def change(row: Change, actor: Actor) -> dict[str, Any]:
    return {
        "id": row.id,
        "registration_id": row.registration_id,
        "kind": row.kind,
        "state": row.state,
        "contract_amount": str(row.contract_amount),
        "technology_amount": str(row.technology_amount),
        "effective_on": row.effective_on,
        "reason": row.reason,
        "document": {"name": row.document.name, "sha256": row.document.sha256},
        "published": queries.published_on(row.effective_on),
        "needs_second_person": row.needs_second_person,
        "proposed_at": row.proposed_at,
        "decided_at": row.decided_at,
        "version": row.version,
        "allowed": policy.changes.allowed(actor, row),
    }


def correction(row: Correction, actor: Actor) -> dict[str, Any]:
    return {
        "id": row.id,
        "registration_id": row.registration_id,
        "state": row.state,
        "facts": row.facts,
        "contract_amount": str(row.contract_amount),
        "technology_amount": str(row.technology_amount),
        "registration_no": row.registration_no,
        "registered_on": row.registered_on,
        "reason": row.reason,
        "proposed_at": row.proposed_at,
        "decided_at": row.decided_at,
        "version": row.version,
        "allowed": policy.corrections.allowed(actor, row),
    }


def registration(row: Registration, actor: Actor) -> dict[str, Any]:
    warnings = (
        rules.number_warnings(row.registration_no, registered_on=row.registered_on, office_region=row.office.region)
        if row.registered_on is not None
        else []
    )
    return {
        "id": row.id,
        "no": row.no,
        "contract_id": row.contract_id,
        "contract_title": row.contract.title,
        "applicant": {"id": row.applicant_id, "name": row.applicant.name},
        "office": {"id": row.office_id, "name": row.office.name},
        "rule_set": row.rule_set,
        "state": row.state,
        "submitted_at": row.submitted_at,
        "accepted_on": row.accepted_on,
        "due_on": row.due_on,
        "due_is_provisional": row.due_is_provisional,
        "grounds": row.grounds,
        "remark": row.remark,
        "registered_on": row.registered_on,
        "registration_no": row.registration_no,
        "contract_amount": None if row.contract_amount is None else str(row.contract_amount),
        "technology_amount": None if row.technology_amount is None else str(row.technology_amount),
        "warnings": warnings,
        "differences": row.differences,
        "change_id": max(((found.proposed_at, found.id) for found in row.changes.all()), default=(None, None))[1],
        "correction_id": next((found.id for found in row.corrections.all() if found.state == PROPOSED), None),
        "version": row.version,
        "allowed": policy.registrations.allowed(actor, row),
    }
