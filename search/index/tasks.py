from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from market.kernel import clock
from search.index import encoding, maintenance
from search.index.breaker import EngineAway

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)
def sweep_index(**_: object) -> None:
    """Compare the index with the rows once a night, and mend what differs; an engine that is away waits a night."""
    try:
        drift = maintenance.repair()
    except EngineAway as away:
        log.warning("sweep_put_off", reason=str(away)[:200])
    else:
        log.info("index_swept", blocked=drift.blocked, **{way: drift.counts[way] for way in maintenance.WAYS})


@shared_task(ignore_result=True)
def renew_index(**_: object) -> None:
    """After a release that analyses texts otherwise, make index and fallback anew; mostly there is nothing to do."""
    try:
        renewed = maintenance.renew()
    except (EngineAway, maintenance.RebuildRunning) as reason:
        log.warning("renewal_put_off", reason=str(reason)[:200])
    else:
        if renewed:
            log.info("index_renewed", copies=renewed)


@shared_task(ignore_result=True)
def encode_listings(*, wanted: Sequence[Sequence[Any]], **_: object) -> None:
    """Compute the vectors of these listings, each given as kind, id and version."""
    encoding.encode({(kind, UUID(listing_id)): version for kind, listing_id, version in wanted}, at=clock.now())


@shared_task(ignore_result=True)
def encode_missing(**_: object) -> None:
    """Once a night, whatever was lost on the way to a worker."""
    log.info("listings_encoded", count=encoding.encode_all(at=clock.now()))
