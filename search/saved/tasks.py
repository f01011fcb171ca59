from celery import shared_task

from market.kernel import clock
from search.saved import alerts, digests


@shared_task(ignore_result=True)
def tell_saved_searches(**_: object) -> None:
    """Send the digests that are due, and what was to be told at once and was not."""
    digests.tell_due(at=clock.now())


@shared_task(ignore_result=True)
def prune_saved_search_hits(**_: object) -> None:
    alerts.prune(at=clock.now())
