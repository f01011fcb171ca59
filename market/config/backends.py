"""Django's settings for what the environment names by an address: the database, the mail server, the store of files."""

from typing import Any
from urllib.parse import unquote

import dj_database_url
from pydantic import AnyUrl

from market.config.environment import Environment

NOBODY = "noreply@example.com"
OWNER_ONLY = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}


def database(url: str, *, namespace: str) -> dict[str, Any]:
    """A postgresql:// address; its parameters (`?sslmode=verify-full`) are the driver's."""
    parsed: dict[str, Any] = dict(dj_database_url.parse(url or "postgresql:///market"))
    parsed["OPTIONS"] = {**parsed.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    parsed["TEST"] = {"NAME": f"test_{namespace}".replace("-", "_")}
    return parsed


def mail(url: AnyUrl, *, sender: str) -> dict[str, Any]:
    """An smtp:// address, encrypted by STARTTLS, or smtps://, which is TLS from the start."""
    is_tls, user = url.scheme == "smtps", unquote(url.username or "")
    return {
        "DEFAULT_FROM_EMAIL": sender or (user if "@" in user else NOBODY),
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": (url.host or "").strip("[]"),
        "EMAIL_PORT": url.port or (465 if is_tls else 587),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": is_tls,
        "EMAIL_USE_TLS": not is_tls,
    }


def private_files(env: Environment) -> dict[str, Any]:
    """Where the bytes of private files lie: the folder MEDIA_ROOT, or a bucket of an S3-compatible store."""
    if not env.s3_bucket:
        options = {"allow_overwrite": True} | OWNER_ONLY
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    return {
        "BACKEND": "market.kernel.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": env.s3_bucket,
            "endpoint_url": env.s3_endpoint_url or None,
            "region_name": env.s3_region or None,
            "access_key": env.s3_access_key or None,
            "secret_key": env.s3_secret_key or None,
            "addressing_style": env.s3_addressing_style,
        },
    }
