"""Celery workers that settle a delivery before its effect: the control of the tests beside this file."""

import django

from market.config.celery import app

django.setup()

from market.kernel import deliveries, outbox  # noqa: E402  models need the setup
from market.kernel.models import Delivery  # noqa: E402

__all__ = ["app"]


def deliver(delivery_id: int) -> None:
    delivery = Delivery.objects.select_related("event").get(id=delivery_id)
    reader = outbox.consumer(delivery.consumer)
    delivery.delete()
    if reader is not None and reader.handlers:
        reader.handlers[delivery.event.topic](deliveries.envelope(reader, delivery.event))


deliveries.deliver = deliver
