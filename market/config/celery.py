"""The Celery application; the database is the truth, Celery only wakes workers."""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.config.settings")

app = Celery("market")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@heartbeat_sent.connect
def beat(**_: Any) -> None:
    """Tell /readyz that a worker lives."""
    from market.kernel import heartbeat

    heartbeat.beat("worker")
