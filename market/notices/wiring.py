"""Notices leave as e-mail; what happens to accounts is told to whom it concerns."""

from market.accounts import events
from market.kernel import outbox
from market.kernel import policy as policies
from market.notices import consumers, policy
from market.notices.events import NoticeWritten


def wire() -> None:
    policies.register(policy.notices)
    outbox.register("notices.mail", NoticeWritten, consumers.mail)
    outbox.register("notices.accounts.application.made", events.ApplicationMade, consumers.application_made)
    outbox.register("notices.accounts.application.answered", events.ApplicationAnswered, consumers.application_answered)
    outbox.register("notices.accounts.invitation.sent", events.InvitationSent, consumers.invitation_sent)
    outbox.register("notices.accounts.membership.begun", events.MembershipBegun, consumers.membership_begun)
    outbox.register("notices.accounts.membership.ended", events.MembershipEnded, consumers.membership_ended)
    outbox.register("notices.accounts.key.issued", events.KeyIssued, consumers.key_issued)
    outbox.register("notices.accounts.person.suspended", events.PersonSuspended, consumers.person_suspended)
    outbox.register(
        "notices.accounts.organisation.suspended", events.OrganisationSuspended, consumers.organisation_suspended
    )
