"""The database tells the relay that something waits, by LISTEN/NOTIFY; what it fails to tell, the relay's poll finds.

A trigger notifies at the commit of each statement that leaves a delivery or a row to seal (kernel migration 0006).
"""

import threading
import time
from collections.abc import Mapping

import psycopg
import structlog
from django.db import connection

from market.kernel import clock

log = structlog.get_logger(__name__)
CHANNEL = "market_relay"
SEALING = "seal"  # the notice of a row to seal; any other is the name of a consumer
GATHER_SECONDS = 0.02  # each commit tells six consumers: one by one, five hundred a second would take half a core
CHECK_SECONDS = 1.0  # how soon a stop, or a connection that is gone, is noticed


DUE = """
    SELECT name FROM unnest(%s::text[]) AS names (name) WHERE EXISTS (
        SELECT FROM kernel_delivery WHERE consumer = name AND dead_at IS NULL AND available_at <= %s
    )
"""


def listen(bells: Mapping[str, threading.Event], stopping: threading.Event, *, sweep_seconds: float) -> None:
    """Ring the bell that each notice names, on a connection of its own, until told to stop.

    What no notice told of, since it was lost or a delivery had been put off, one question for all consumers finds at
    intervals. A pooler that lends connections by transaction passes no notices on; then that is all there is.
    """
    while not stopping.is_set():
        try:
            with psycopg.connect(**connection.get_connection_params(), autocommit=True) as line:
                line.execute(f"LISTEN {CHANNEL}")
                names = set(bells)  # for what came before anybody listened
                swept = time.monotonic()
                while not stopping.is_set():
                    if time.monotonic() - swept >= sweep_seconds:
                        names |= {row[0] for row in line.execute(DUE, [list(bells), clock.now()])}
                        swept = time.monotonic()
                    for name in names & bells.keys():
                        bells[name].set()
                    if names:
                        stopping.wait(GATHER_SECONDS)
                    names = {notice.payload for notice in line.notifies(timeout=CHECK_SECONDS, stop_after=1)}
        except psycopg.OperationalError as error:
            log.warning("relay_hears_nothing", error=str(error)[:200])
            stopping.wait(CHECK_SECONDS)


def tell(name: str) -> None:
    """Ring for a consumer at this transaction's commit, where rows that wait have become due without being new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])
