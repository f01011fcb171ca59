"""Celery entry points: they wake a service, bear being run twice, and tolerate unknown arguments."""

from celery import shared_task

from contracts.turnover import sums


@shared_task(ignore_result=True)
def settle_sums(**_: object) -> None:
    """Gather the slots of the sums, so that past days are read from one row each."""
    sums.settle()
