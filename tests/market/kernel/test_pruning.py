"""What has served its time is removed, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from market.kernel import outbox, pruning
from market.kernel.models import IdempotencyKey, OutboxEvent
from market.kernel.tasks import prune
from tests.cast import MONDAY


def answer(key: str, **age: float) -> IdempotencyKey:
    common = {"principal": "user:1", "route": "POST /x", "body_hash": "0", "status": 201, "body": b"<html>"}
    return IdempotencyKey.objects.create(key=key, created_at=MONDAY - timedelta(**age), **common)


@pytest.mark.django_db
def test_stored_answers_and_ended_sessions_go_after_their_time():
    kept = answer("young", days=1)
    answer("old", days=3)
    Session.objects.create(session_key="ended", session_data="", expire_date=MONDAY - timedelta(seconds=1))
    Session.objects.create(session_key="live", session_data="", expire_date=MONDAY + timedelta(days=1))

    assert pruning.prune(at=MONDAY) == {"events": 0, "answers": 1, "sessions": 1}

    assert list(IdempotencyKey.objects.all()) == [kept]
    assert [session.session_key for session in Session.objects.all()] == ["live"]


@pytest.mark.django_db
def test_an_event_goes_when_everyone_has_had_it():
    old = MONDAY - timedelta(days=31)
    common = {"topic": "tests.thing", "key": "1", "payload": {}, "occurred_at": old}
    owed, had, young = (OutboxEvent.objects.create(**common) for _ in range(3))
    OutboxEvent.objects.filter(pk__in=[owed.pk, had.pk]).update(recorded_at=old)
    OutboxEvent.objects.filter(pk=young.pk).update(recorded_at=MONDAY)
    owed.deliveries.create(consumer="tests", key="1", available_at=old)

    assert pruning.prune(at=MONDAY)["events"] == 1

    assert set(OutboxEvent.objects.filter(topic="tests.thing")) == {owed, young}
    assert outbox.consumer("tests") is None


@pytest.mark.django_db
def test_the_schedule_prunes(settings):
    answer("old", days=4000)

    assert settings.CELERY_BEAT_SCHEDULE["prune"]["task"] == prune.name
    prune()

    assert not IdempotencyKey.objects.exists()
