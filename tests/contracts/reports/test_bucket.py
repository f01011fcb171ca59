"""A published report whose files lie in a bucket: downloaded to the byte, and told from one that was altered."""

import hashlib

import pytest

from contracts.reports import checks
from contracts.reports.models import ReportFile
from market.kernel import files
from tests.contracts.reports.conftest import FEBRUARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(bucket, city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    return office.publishes()


def test_its_files_are_downloaded_with_the_hashes_of_the_day_of_publication(report, bucket, api, cast):
    kept = {row.form: row.sha256 for row in ReportFile.objects.filter(report=report)}

    answers = {form: api.as_(cast.operator).send("get", f"/reports/{report.id}/content.{form}") for form in kept}

    assert {form: answer.status_code for form, answer in answers.items()} == dict.fromkeys(kept, 200)
    assert {form: hashlib.sha256(b"".join(answer)).hexdigest() for form, answer in answers.items()} == kept
    assert {files.storage_name(sha256) for sha256 in kept.values()} <= set(bucket.objects())


def test_one_that_was_altered_and_one_that_is_gone_are_named(report, bucket):
    pdf, csv = (ReportFile.objects.get(report=report, form=form).sha256 for form in ("pdf", "csv"))
    assert checks.differences(report) == []
    bucket.client.put_object(Bucket=bucket.name, Key=files.storage_name(pdf), Body=b"%PDF-1.7 other")
    bucket.client.delete_object(Bucket=bucket.name, Key=files.storage_name(csv))

    assert {(row.form, row.what) for row in checks.differences(report)} == {("pdf", "file"), ("csv", "file")}
