from celery import shared_task

from contracts.monitoring import services
from market.kernel import clock


@shared_task(ignore_result=True)
def warn_of_misses(**_: object) -> None:
    """Each morning: tell of paths that were missed and of values that are overdue."""
    services.warn_of_misses(at=clock.now())
