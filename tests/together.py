"""Several things at the same moment, each in a thread with a database connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connection, transaction


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each work answered, or the exception that it raised."""
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(partial(one, work)) for work in works]]


WAITING = """
    SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN
    (SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def at_once_up_to(table: str, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """As `at_once`, and nobody writes to the table before each work is done or waits for that, or for one who does."""
    held = threading.Event()
    done: list[Callable[[], Any]] = []

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            held.set()
            for _ in range(500):
                cursor.execute(WAITING)
                if cursor.fetchone() == (len(works) - len(done),):
                    return
                time.sleep(0.01)
        raise TimeoutError(f"not all came as far as {table}")

    def after(work: Callable[[], Any]) -> Any:
        held.wait(10)
        try:
            return work()
        finally:
            done.append(work)

    came, *answers = at_once([hold, *(partial(after, work) for work in works)])
    assert came is None, came
    return answers
