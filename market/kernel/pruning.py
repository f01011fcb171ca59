"""What has served its time is removed by schedule: events that everyone has had, stored answers, ended sessions."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from market.kernel.models import IdempotencyKey, OutboxEvent

KEEP_EVENTS = timedelta(days=30)
KEEP_ANSWERS = timedelta(days=2)  # a client that repeats later is told nothing, and finds its effect by reading


def prune(*, at: datetime) -> dict[str, int]:
    """Remove it; returns how many rows of each kind went."""
    events = OutboxEvent.objects.filter(recorded_at__lt=at - KEEP_EVENTS, deliveries__isnull=True)
    answers = IdempotencyKey.objects.filter(created_at__lt=at - KEEP_ANSWERS)
    sessions = Session.objects.filter(expire_date__lt=at)
    return {"events": events.delete()[0], "answers": answers.delete()[0], "sessions": sessions.delete()[0]}
