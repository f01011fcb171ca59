"""Short secrets that must be read again are kept encrypted; the key is derived from Django's SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "fernet:"  # what is kept without it was kept before secrets were encrypted


def encrypt(text: str, *, purpose: str) -> str:
    return MARK + _keys(purpose).encrypt(text.encode()).decode()


def decrypt(kept: str, *, purpose: str) -> str:
    """The secret; raises cryptography's InvalidToken where neither SECRET_KEY nor its fallbacks made it."""
    return _keys(purpose).decrypt(kept.removeprefix(MARK)).decode() if kept.startswith(MARK) else kept


def _keys(purpose: str) -> MultiFernet:
    """A key of each SECRET_KEY for this purpose alone; the first encrypts."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret, purpose))) for secret in secrets])


def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
