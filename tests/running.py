"""Letting the outbox run inside a test: the relay's own functions, without the processes around them."""

from market.kernel import clock, outbox, relay
from market.kernel.models import Delivery
from tests import engine


def run_outbox(rounds: int = 20) -> None:
    """Deliver everything that is due until nothing is left; what fails is raised by name."""
    engine.wait()
    workers = [reader.name for reader in outbox.consumers() if reader.handle]
    batches = [reader for reader in outbox.consumers() if reader.handle_batch]
    for _ in range(rounds):
        for reader in batches:
            while relay.feed_batch(reader):
                pass
        due = Delivery.objects.filter(consumer__in=workers, dead_at__isnull=True, available_at__lte=clock.now())
        ids = list(due.order_by("id").values_list("id", flat=True))
        if not ids:
            break
        for delivery_id in ids:
            relay.deliver(delivery_id)
    failed = Delivery.objects.exclude(last_error="").values_list("consumer", "last_error")
    assert list(failed) == []
