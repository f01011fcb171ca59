from celery import shared_task

from listings.catalog import services
from market.kernel import clock


@shared_task(ignore_result=True)
def expire_listings(**_: object) -> None:
    """Each night: listings whose last day is over leave the market."""
    services.expire_listings(at=clock.now())
