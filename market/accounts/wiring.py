"""An invitation leaves through the outbox; signing in and what changes it leave their lines."""

from market.accounts import consumers, policy, sign_in_events
from market.accounts.events import InvitationSent
from market.kernel import outbox
from market.kernel import policy as policies


def wire() -> None:
    policies.register(policy.organisations, policy.people, policy.memberships, policy.invitations, policy.api_keys)
    outbox.register("accounts.invitations", InvitationSent, consumers.send_invitation)
    for signal, receiver in sign_in_events.RECEIVERS:
        signal.connect(receiver)
