"""The letter of an invitation leaves from a worker, after the transaction that made it."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from market.accounts.events import InvitationSent
from market.accounts.letters import path_of
from market.accounts.models import Invitation
from market.kernel import clock
from market.kernel.outbox import Envelope


def send_invitation(envelope: Envelope[InvitationSent]) -> None:
    """Post the letter unless the invitation was answered or taken back meanwhile."""
    invitation = Invitation.objects.select_related("organisation").get(pk=envelope.event.invitation_id)
    if invitation.state(clock.now()) != "open":
        return
    with translation.override(invitation.language):
        facts = {"market": settings.MARKET_NAME, "organisation": invitation.organisation.name}
        subject = _("%(organisation)s邀请您加入%(market)s") % facts
        context = {
            "invitation": invitation,
            "market_name": settings.MARKET_NAME,
            "link": f"{settings.PUBLIC_URL}{path_of(invitation)}",
        }
        text = render_to_string("accounts/email/invitation.txt", context)
    EmailMessage(subject=" ".join(subject.split()), body=text, to=[invitation.email]).send()
