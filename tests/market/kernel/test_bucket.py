"""Private files in a bucket of a real S3-compatible store: the same bytes under the same names as in the folder."""

import hashlib
import urllib.error
import urllib.request

import pytest
from django.core.files.base import ContentFile

from contracts.agreements import scans as examined
from deploy.local.folder import free_port
from market.kernel import files
from market.kernel.models import PrivateFile
from market.kernel.problems import ServiceUnavailable
from tests import scans
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db
PDF = scans.pdf("seller")


def keep(cast, content: bytes = PDF, name: str = "scan.pdf") -> PrivateFile:
    return files.store(ContentFile(content, name), actor=cast.broker, at=MONDAY)


def test_the_bytes_lie_in_the_bucket_once_under_their_hash_and_nowhere_else(bucket, cast, settings):
    first, second = keep(cast), keep(cast)

    assert first.sha256 == second.sha256 == hashlib.sha256(PDF).hexdigest()
    assert bucket.objects() == {f"{first.sha256[:2]}/{first.sha256}": PDF}
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_what_is_kept_comes_back_as_it_was(bucket, cast):
    kept = keep(cast)
    long = files.store_file(
        iter([b"0123456789" * 10_000] * 90),
        name="evidence.jsonl",
        media_type="text/plain",
        actor=cast.broker,
        at=MONDAY,
    )

    answer = files.response(kept)
    with files.open_file(long) as source:
        content = source.read()

    assert b"".join(answer) == PDF
    assert answer["Content-Length"] == str(len(PDF))
    assert "attachment" in answer["Content-Disposition"]
    assert (
        (hashlib.sha256(content).hexdigest(), len(content))
        == (long.sha256, long.size_bytes)
        == (long.sha256, 9_000_000)
    )


def test_nobody_gets_at_an_object_without_the_key_of_the_portal(bucket, cast):
    kept = keep(cast)

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{bucket.endpoint}/{bucket.name}/{kept.sha256[:2]}/{kept.sha256}", timeout=10)

    assert refused.value.code == 403


def test_a_scan_is_examined_and_its_pages_are_drawn_from_the_bucket(bucket, cast, tmp_path, settings):
    kept = keep(cast)

    assert len(examined.examine(kept).pages) == examined.page_count(kept) == 2
    assert examined._drawn(kept, 2).startswith(b"\x89PNG")


def test_an_object_that_is_gone_is_told_from_a_store_that_does_not_serve(bucket, cast, settings):
    kept = keep(cast)
    settings.STORAGES = settings.STORAGES | {"private": bucket.storage(s3_secret_key="of somebody else")}
    with pytest.raises(ServiceUnavailable):
        files.open_file(kept)
    settings.STORAGES = settings.STORAGES | {"private": bucket.storage()}
    bucket.client.delete_object(Bucket=bucket.name, Key=files.storage_name(kept.sha256))

    with pytest.raises(FileNotFoundError):
        files.open_file(kept)


def test_while_the_store_does_not_answer_nothing_is_taken(bucket, cast, settings):
    nobody = f"http://127.0.0.1:{free_port(set())}"
    settings.STORAGES = settings.STORAGES | {"private": bucket.storage(s3_endpoint_url=nobody)}

    with pytest.raises(ServiceUnavailable):
        keep(cast)

    assert PrivateFile.objects.exists() is False
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
