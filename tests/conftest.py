"""Tests run on the real servers that `make test` starts; nothing of our own is replaced."""

import gc
import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from market.kernel.actor import Actor
from tests import database, engine, snapshots, story
from tests.cast import Cast, build_cast, read_cast

pytest_plugins = ["tests.skips", "tests.bucket"]

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    if not settings.DATABASES["default"]["HOST"]:
        raise pytest.UsageError("no servers: run `make test`, or start them with `python -m deploy.local up`")
    os.environ.pop("IN_MEMORY", None)  # of these servers, not of those that a test starts


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it again and again takes a twentieth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(request: Any, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A copy of the template; a test whose commits are real leaves a new one."""
    with django_db_blocker.unblock():
        database.prepare(tell_story, anew=request.config.getvalue("create_db"))
        yield
        database.forget()


def tell_story() -> None:
    with override_settings(PASSWORD_HASHERS=HASHERS):
        snapshots.keep(story.stages(build_cast()))


@pytest.fixture(autouse=True)
def _plain_settings(settings: Any, tmp_path: Path) -> None:
    """Files of a test are its own; limits are tested where they are the matter."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.AUDIT_DIR = tmp_path / "audit"
    settings.RATE_LIMIT = False
    settings.MFA_ROLES = []
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = HASHERS


@pytest.fixture(scope="session")
def _cast(django_db_setup: None, django_db_blocker: Any) -> Cast:
    with django_db_blocker.unblock():
        return read_cast()


@pytest.fixture
def cast(db: None, _cast: Cast) -> Cast:
    """The people of every test, each in the one organisation and role of the name."""
    return deepcopy(_cast)


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """A database whose commits are real, for threads and processes beside the test."""


@pytest.fixture
def committed_cast(committed_db: None, _cast: Cast) -> Cast:
    return deepcopy(_cast)


@pytest.fixture(scope="session")
def elasticsearch() -> None:
    """The engine answers; whoever does not ask for it may run before."""
    engine.wait()


class ApiClient(Client):
    """Speaks JSON to /api/v1 as an actor of the cast."""

    def as_(self, actor: Actor) -> "ApiClient":
        from market.accounts.models import User

        client = ApiClient()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    def send(self, method: str, path: str, body: Any = None, *, version: int | None = None, key: str = "") -> Any:
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self, method)(f"/api/v1{path}", headers=headers, **content)


@pytest.fixture
def api(db: None) -> ApiClient:
    """An anonymous client; `api.as_(cast.broker)` signs in."""
    return ApiClient()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("development data is not beside this checkout")
    return SHARED
