"""What the log says of requests, errors and e-mails, and what it keeps to itself."""

import io
import json
import logging
import stat
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from market.accounts.models import User

Lines = Callable[[], list[dict[str, object]]]


def broken(request: HttpRequest, key: str) -> HttpResponse:
    raise ValueError("a bug of the test")


urlpatterns = [path("reset/<str:key>/", broken)]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the process writes, as the log's reader gets it."""
    handler = next(found for found in logging.getLogger().handlers if found.filters)
    buffer = io.StringIO()
    before = handler.setStream(buffer)
    yield lambda: [json.loads(line) for line in buffer.getvalue().splitlines()]
    handler.setStream(before)


def test_an_error_has_its_whole_traceback_and_the_requests_id(db, settings, lines):
    settings.ROOT_URLCONF = __name__

    answer = Client(raise_request_exception=False).get("/reset/secret-key/")

    error = next(line for line in lines() if "exception" in line)
    assert error["request_id"] == answer["X-Request-ID"]
    assert error["event"] == "Internal Server Error: reset/<str:key>/"
    assert 'raise ValueError("a bug of the test")' in error["exception"]
    assert "Traceback (most recent call last)" in error["exception"]
    assert "secret-key" not in json.dumps([line | {"exception": ""} for line in lines()])


def test_each_request_has_one_line_with_its_id_and_a_refused_one_too(cast, api, lines):
    found = api.as_(cast.broker).get("/api/v1/me")
    lost = api.get("/no-such-page", headers={"X-Request-ID": "chosen-by-the-client"})

    said = {line["request_id"]: line for line in lines() if line["event"] == "request"}
    assert len(lines()) == 2
    me = said[found["X-Request-ID"]]
    assert (me["method"], me["route"], me["status"], me["level"]) == ("GET", "api/v1/me", 200, "info")
    assert me["user_id"] == str(cast.broker.user_id)
    missing = said["chosen-by-the-client"]
    assert (missing["path"], missing["status"], missing["level"], missing["user_id"]) == (
        "/no-such-page",
        404,
        "warning",
        None,
    )
    assert lost["X-Request-ID"] == "chosen-by-the-client"


def test_the_link_of_a_password_reset_lies_in_a_file_of_its_owner_and_in_no_line(cast, settings, tmp_path, lines):
    settings.EMAIL_BACKEND = "market.kernel.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    email = User.objects.get(pk=cast.broker.user_id).email

    Client().post("/accounts/password/reset/", {"email": email})

    [kept] = settings.EMAIL_FILE_PATH.iterdir()
    letter = kept.read_text()
    link = next(word for word in letter.split() if "/password/reset/key/" in word)
    Client().get(link)
    assert [stat.S_IMODE(found.stat().st_mode) for found in (kept.parent, kept)] == [0o700, 0o600]
    assert mail.outbox == []
    assert "reset/key/" + link.split("/key/")[1] not in json.dumps(lines())
