"""What stays in no browser, and which files are never written down."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from market.kernel.uploads import NoFiles


@pytest.mark.parametrize("path", ["/organisation/", "/inbox/", "/api/v1/me", "/api/v1/contracts"])
def test_what_a_person_sees_is_kept_by_no_browser(cast, api, path):
    answer = api.as_(cast.university_clerk).get(path)

    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_what_everyone_sees_may_be_kept(db, api):
    assert "no-store" not in api.get("/accessibility/").get("Cache-Control", "")


def test_a_strangers_file_is_never_written_down(db, api):
    form = {"login": "a@example.com", "password": "x", "scan": SimpleUploadedFile("a.pdf", b"%PDF-1.7" * 500_000)}

    answer = api.post("/accounts/login/", form)

    request = answer.wsgi_request
    assert (answer.status_code, [type(handler) for handler in request.upload_handlers]) == (200, [NoFiles])
    assert (dict(request.FILES), request.POST["login"]) == ({}, "a@example.com")
