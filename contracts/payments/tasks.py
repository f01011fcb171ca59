from celery import shared_task

from contracts.payments import services
from market.kernel import clock


@shared_task(ignore_result=True)
def follow_up_checkouts(**_: object) -> None:
    """Ask about pages that ran out while no notice of them came."""
    for payment_id in services.overdue_checkouts(at=clock.now()):
        services.follow_up_checkout(payment_id=payment_id, at=clock.now())
