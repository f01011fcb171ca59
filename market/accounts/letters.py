"""The letter of an invitation: it goes to an address, whether or not somebody of the portal has it.

Its link is made when it is sent and stored nowhere: the signed id of the invitation, which the row says is open or not.
"""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from market.accounts.events import InvitationSent
from market.accounts.models import Invitation
from market.kernel import clock, outbox

SALT = "accounts.invitation"


def path_of(invitation: Invitation) -> str:
    """Where the invitation is answered; who has the path has read the letter."""
    return reverse("accounts:invited", args=[signing.dumps(str(invitation.id), salt=SALT)])


def invitation_of(token: str) -> Invitation | None:
    """The invitation that a path names, None where the path was not made here."""
    try:
        invitation_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Invitation.objects.filter(pk=invitation_id).select_related("organisation").first()


def send(envelope: outbox.Envelope) -> None:
    """Post the letter unless the invitation was answered or taken back meanwhile."""
    invitation = Invitation.objects.select_related("organisation").get(pk=UUID(envelope.payload["invitation_id"]))
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


outbox.subscribe("accounts.invitations", [InvitationSent.topic], send)
