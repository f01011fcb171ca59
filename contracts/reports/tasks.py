from celery import shared_task

from contracts.reports import services
from market.kernel import clock


@shared_task(ignore_result=True)
def draft_last_month(**_: object) -> None:
    """Have a draft of last month's report for the office; a second call finds the first one's."""
    services.draft_last_month(at=clock.now())
