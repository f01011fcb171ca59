"""What an event costs each batch consumer of the relay, in processor time and statements, over handing it on alone.

The other side is the same batch for a consumer that does nothing. Workers' consumers are not called.
"""

from collections.abc import Callable, Sequence
from time import process_time
from uuid import UUID

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from listings.catalog.events import ListingChanged
from listings.catalog.models import Achievement
from market.kernel import clock, deliveries, outbox
from market.kernel.models import Delivery
from search.index import maintenance
from tests.benchmarks import data, frame, lagging

SIZES = (5, 50)  # what gathers in 50 ms at 100 writes a second, and in 100 ms at 500
ROUNDS = 7
IDLE = outbox.Consumer("bench.idle", {ListingChanged.topic: ListingChanged}, handle_batch=lambda envelopes: {})


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """Each consumer alone, so that its statements are its own."""
    rounds = plan.rounds or ROUNDS
    with data.scratch_index():
        data.build_listings(plan.rows)
        maintenance.rebuild()
        rows = list(Achievement.objects.order_by("id").values_list("id", flat=True)[: max(SIZES) * 20])
        readers = [
            reader for reader in outbox.consumers() if reader.handle_batch and ListingChanged.topic in reader.events
        ]
        found = [
            measure(reader, rows, size, rounds, plan.quiet)
            for reader in readers
            for size in SIZES
            if plan.wants(reader.name)
        ]
    lagging.forget_messages()
    return found


def measure(reader: outbox.Consumer, rows: Sequence[UUID], size: int, rounds: int, quiet: bool) -> frame.Ratio:
    place = 0

    def publish(consumer: str) -> None:
        """A batch of listings that were not in the last ones, for this consumer alone."""
        nonlocal place
        ids = [rows[(place + number) % len(rows)] for number in range(size)]
        place += size
        with transaction.atomic():
            outbox.publish_all([ListingChanged(listing_id, "achievement", 1) for listing_id in ids], at=clock.now())
        Delivery.objects.exclude(consumer=reader.name).delete()
        Delivery.objects.update(consumer=consumer)

    publish(reader.name)
    with CaptureQueriesContext(connection) as captured:
        deliveries.feed_batch(reader)
    statements = len(captured)
    pairs = []
    for _ in range(rounds + 2):
        publish(reader.name)
        mine = spent(lambda: deliveries.feed_batch(reader))
        publish(IDLE.name)
        pairs.append((mine / size, spent(lambda: deliveries.feed_batch(IDLE)) / size))
    return frame.ratio_of(f"{reader.name} x{size}", pairs[2:]).with_more(statements_per_batch=statements)


def spent(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began
