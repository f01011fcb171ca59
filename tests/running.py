"""Letting the outbox run inside a test: the relay's own functions, without the processes around them."""

from market.kernel import clock, deliveries, outbox
from market.kernel.models import Delivery
from tests import engine


def run_outbox(rounds: int = 20) -> None:
    """Deliver everything that is due until nothing is left; what fails is raised by name."""
    engine.wait()
    readers = [reader for reader in outbox.consumers() if reader.handle_batch]
    for _ in range(rounds):
        for reader in readers:
            while deliveries.feed_batch(reader):
                pass
        if not deliver_due():
            break
    check()


def run_workers(rounds: int = 20) -> None:
    """The same for what workers do alone: what the relay writes, which is what is searched, stays as it is."""
    for _ in range(rounds):
        if not deliver_due():
            break
    check()


def deliver_due() -> int:
    workers = [reader.name for reader in outbox.consumers() if reader.handlers]
    due = Delivery.objects.filter(consumer__in=workers, dead_at__isnull=True, available_at__lte=clock.now())
    ids = list(due.order_by("id").values_list("id", flat=True))
    for delivery_id in ids:
        deliveries.deliver(delivery_id)
    return len(ids)


def check() -> None:
    failed = Delivery.objects.exclude(last_error="").values_list("consumer", "last_error")
    assert list(failed) == []
