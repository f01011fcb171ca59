"""The letter of an invitation: it goes to an address, whether or not somebody of the portal has it.

Its link is made when it is sent and stored nowhere: the signed id of the invitation, which the row says is open or not.
"""

from django.core import signing
from django.urls import reverse

from market.accounts.models import Invitation

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
