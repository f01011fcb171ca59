"""The Celery application; the database is the truth, Celery only wakes workers."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, heartbeat_sent, worker_init, worker_ready
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.config.settings")

app = Celery("market")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def require_settings(**_: Any) -> None:
    from market.kernel import serving

    try:
        serving.require_settings()
    except ImproperlyConfigured as error:
        # Celery logs what a signal's receiver raises and goes on; it stops for an exit alone.
        raise SystemExit(str(error)) from None


@worker_ready.connect
@heartbeat_sent.connect
def beat(**_: Any) -> None:
    """Tell /readyz that a worker lives."""
    from market.kernel import heartbeat

    heartbeat.beat("worker")
