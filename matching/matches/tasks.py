from celery import shared_task

from market.kernel import clock
from matching.matches import match_alerts, queue

SLICE_SECONDS = 5.0


@shared_task(ignore_result=True)
def match_due(**_: object) -> None:
    """Match what is due; after a few seconds let other work pass and go on. A second copy finds it claimed."""
    queue.revive(at=clock.now())
    if queue.drain(seconds=SLICE_SECONDS) and queue.due().exists():
        match_due.delay()


@shared_task(ignore_result=True)
def tell_of_matches(**_: object) -> None:
    """Once an hour, whoever had a letter less than a day before the news came."""
    match_alerts.tell_due(at=clock.now())


@shared_task(ignore_result=True)
def match_everything(**_: object) -> None:
    """Once a night: count the words anew, and match what the day's work left out."""
    queue.match_all()
