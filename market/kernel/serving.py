"""What a process asks before it serves anybody."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def require_settings() -> None:
    """Refuse to start where a setting is missing without which people are served wrongly.

    Without SECRET_KEY each process signs with a key of its own; without EMAIL_URL nobody gets a confirmation.
    """
    if settings.MISSING_SETTINGS:
        raise ImproperlyConfigured(
            f"Not started: set {', '.join(settings.MISSING_SETTINGS)} (docs/operating/settings.md)."
        )
