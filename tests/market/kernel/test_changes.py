"""The end of every verb: row, audit row and event, or nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import transaction

from contracts.payments.models import PayeeAccount
from market.accounts.models import Organisation
from market.kernel import audit, outbox
from market.kernel.changes import save_change
from market.kernel.models import AuditRow, OutboxEvent
from tests.cast import MONDAY
from tests.recipes import draft_demand

LATER = MONDAY + timedelta(hours=1)


@dataclass(frozen=True)
class DemandTested(outbox.Event):
    topic: ClassVar[str] = "tests.demand.tested"
    demand_id: UUID


@pytest.mark.django_db
def test_a_change_saves_the_row_with_its_version_its_time_its_audit_row_and_its_event(cast):
    demand = draft_demand.make(owner=cast.enterprise)
    demand.title = "改过的题目"

    save_change(
        demand,
        actor=cast.enterprise_clerk,
        action="demand.tested",
        at=LATER,
        changes={"fields": ["title"]},
        event=DemandTested(demand.id),
    )

    demand.refresh_from_db()
    assert (demand.title, demand.version, demand.updated_at) == ("改过的题目", 2, LATER)
    row = audit.history(demand).get(action="demand.tested")
    assert (row.at, row.actor_user_id, row.changes) == (LATER, cast.enterprise_clerk.user_id, {"fields": ["title"]})
    event = OutboxEvent.objects.get(topic=DemandTested.topic)
    assert (event.key, event.occurred_at) == (str(demand.id), LATER)


@pytest.mark.django_db
def test_a_new_row_keeps_its_first_version_and_one_without_a_time_of_change_gets_none(cast):
    account = PayeeAccount(organisation=cast.enterprise, holder="甲", bank="乙", number="1", changed_at=MONDAY)

    save_change(account, actor=cast.enterprise_finance, action="payee_account.tested", at=MONDAY)
    save_change(account, actor=cast.enterprise_finance, action="payee_account.tested", at=MONDAY)

    account.refresh_from_db()
    assert account.version == 2
    assert audit.history(account).count() == 2


@pytest.mark.django_db
def test_the_audit_row_is_about_the_subject_where_another_is_named(cast):
    save_change(cast.enterprise, actor=cast.operator, action="organisation.tested", at=MONDAY, subject=cast.university)

    assert AuditRow.objects.get(action="organisation.tested").subject_id == str(cast.university.id)
    assert Organisation.objects.get(pk=cast.enterprise.id).version == cast.enterprise.version


def test_a_change_outside_a_transaction_is_refused_before_the_row_is_saved(committed_cast):
    organisation = committed_cast.enterprise
    before = Organisation.objects.get(pk=organisation.id).version

    with pytest.raises(transaction.TransactionManagementError):
        save_change(organisation, actor=committed_cast.operator, action="organisation.tested", at=MONDAY)

    assert Organisation.objects.get(pk=organisation.id).version == before
    assert not AuditRow.objects.filter(action="organisation.tested").exists()
