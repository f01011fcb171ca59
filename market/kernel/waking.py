"""The database tells the relay that something waits, by LISTEN/NOTIFY; what it fails to tell, the relay's poll finds.

A trigger notifies at the commit of each statement that leaves a delivery or a row to seal (kernel migration 0006).
"""

import threading
from collections.abc import Mapping

import psycopg
import structlog
from django.db import connection

log = structlog.get_logger(__name__)
CHANNEL = "market_relay"
SEALING = "seal"  # the notice of a row to seal; any other is the name of a consumer
CHECK_SECONDS = 1.0  # how soon a stop, or a connection that is gone, is noticed


def listen(bells: Mapping[str, threading.Event], stopping: threading.Event) -> None:
    """Ring the bell that each notice names, on a connection of its own, until told to stop.

    A pooler that lends connections by transaction passes no notices on; then the poll is all there is.
    """
    while not stopping.is_set():
        try:
            with psycopg.connect(**connection.get_connection_params(), autocommit=True) as line:
                line.execute(f"LISTEN {CHANNEL}")
                for bell in bells.values():  # for what came before anybody listened
                    bell.set()
                while not stopping.is_set():
                    for notice in line.notifies(timeout=CHECK_SECONDS, stop_after=1):
                        if notice.payload in bells:
                            bells[notice.payload].set()
        except psycopg.OperationalError as error:
            log.warning("relay_hears_nothing", error=str(error)[:200])
            stopping.wait(CHECK_SECONDS)


def tell(name: str) -> None:
    """Ring for a consumer at this transaction's commit, where rows that wait have become due without being new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])
