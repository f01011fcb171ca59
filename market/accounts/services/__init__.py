"""Organisations, their people, their keys, and what the operator may do about them."""

from market.accounts.services.invitations import (
    accept_invitation,
    decline_invitation,
    invite_member,
    withdraw_invitation,
)
from market.accounts.services.keys import issue_api_key, revoke_api_key
from market.accounts.services.members import add_member, end_membership
from market.accounts.services.organisations import (
    create_organisation,
    reject_organisation,
    resubmit_organisation,
    verify_organisation,
)
from market.accounts.services.people import prefer_language, rename
from market.accounts.services.suspension import (
    reinstate_organisation,
    reinstate_person,
    suspend_organisation,
    suspend_person,
)

__all__ = [
    "accept_invitation",
    "add_member",
    "create_organisation",
    "decline_invitation",
    "end_membership",
    "invite_member",
    "issue_api_key",
    "prefer_language",
    "reinstate_organisation",
    "reinstate_person",
    "reject_organisation",
    "rename",
    "resubmit_organisation",
    "revoke_api_key",
    "suspend_organisation",
    "suspend_person",
    "verify_organisation",
    "withdraw_invitation",
]
