import pytest
from django.core.files.base import ContentFile

from market.kernel import files
from market.kernel.models import PrivateFile
from market.kernel.problems import TooLarge
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"x" * 100


def test_the_same_bytes_lie_once_and_belong_to_each_uploader(cast, settings):
    first = files.store(ContentFile(PDF, "a.pdf"), actor=cast.broker, at=MONDAY)
    second = files.store(ContentFile(PDF, "b.pdf"), actor=cast.enterprise_clerk, at=MONDAY)

    assert first.sha256 == second.sha256
    assert [path.name for path in settings.FILES_DIR.rglob("*") if path.is_file()] == [first.sha256]
    assert files.open_file(first).read() == PDF


def test_the_bytes_decide_what_a_file_is(cast, settings):
    with pytest.raises(files.FileRefused) as refused:
        files.store(ContentFile(b"<script>alert(1)</script>", "scan.pdf"), actor=cast.broker, at=MONDAY)

    assert refused.value.data == {"accepted": ["application/pdf", "image/jpeg", "image/png"]}
    assert PrivateFile.objects.count() == 0


def test_a_file_past_the_limit_leaves_nothing(cast, settings):
    with pytest.raises(TooLarge):
        files.store(ContentFile(PDF, "a.pdf"), actor=cast.broker, at=MONDAY, max_bytes=50)

    assert [path for path in settings.FILES_DIR.rglob("*") if path.is_file()] == []
    assert PrivateFile.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\合同.pdf", "合同.pdf"), ("a\u202efdp.exe", "afdp.exe"), ("\x00", "file")],
)
def test_a_name_holds_no_path_and_no_tricks(name, kept):
    assert files.clean_name(name) == kept


def test_a_download_runs_in_no_browser(cast):
    stored = files.store(ContentFile(PDF, "合同.pdf"), actor=cast.broker, at=MONDAY)

    response = files.response(stored)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"].startswith("attachment")
