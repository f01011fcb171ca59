import pytest
from django.db import DatabaseError, connection, transaction

from market.kernel import audit
from market.kernel.models import AuditRow, Job
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast) -> AuditRow:
    job = Job.objects.create(kind="test", created_at=MONDAY)
    audit.record("job.tested", actor=cast.broker, subject=job, at=MONDAY, changes={"amount": 3})
    return AuditRow.objects.get(action="job.tested")


def test_a_row_says_who_did_what_to_which(row, cast):
    assert (row.subject_kind, row.actor_user_id, row.actor_organisation_id, row.changes) == (
        "kernel.job",
        cast.broker.user_id,
        cast.agency.id,
        {"amount": 3},
    )


@pytest.mark.parametrize("statement", ["UPDATE kernel_auditrow SET action = 'x'", "DELETE FROM kernel_auditrow"])
def test_the_database_refuses_to_change_or_remove_a_row(row, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditRow.objects.get(pk=row.pk).action == "job.tested"
