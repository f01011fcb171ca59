"""Vectors that two transactions compute at the same time are kept, and neither waits for the other for long."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from django.db import OperationalError, transaction

from matching.matches import vector_store
from matching.matches.models import Kind, ListingVectors
from matching.scoring.profiles import Profile
from matching.scoring.vectors import TOPICS, Vectors
from search.index import encoder
from tests.together import at_once

FIRST, SECOND = Profile(title="高导电铜合金线材"), Profile(title="脐橙保鲜")


def vectors() -> Vectors:
    return Vectors(
        tokens=np.zeros((1, encoder.DIMENSIONS), np.float16),
        words=np.zeros((1, 2), np.uint32),
        title_tokens=1,
        topics=np.arange(TOPICS, dtype=np.uint16),
        nearness=np.full(TOPICS, TOPICS**-0.5, np.float16),
        sentence=np.zeros(encoder.DIMENSIONS, np.float16),
    )


def keeper(*profiles: Profile, met: threading.Barrier) -> Callable[[], None]:
    """Keeps one batch, and in the same transaction another, once the other keeper holds what it wants."""

    def keep() -> None:
        with transaction.atomic():
            for place, profile in enumerate(profiles):
                if place:
                    met.wait(10)
                vector_store.keep(Kind.ACHIEVEMENT, [(profile, vectors())])

    return keep


def crosswise() -> list:
    met = threading.Barrier(2)
    return at_once([keeper(FIRST, SECOND, met=met), keeper(SECOND, FIRST, met=met)])


def test_two_that_keep_the_same_vectors_in_opposite_orders_both_go_on(committed_db):
    assert crosswise() == [None, None]

    assert ListingVectors.objects.count() == 2


def test_control_who_waits_without_a_limit_meets_a_deadlock(committed_db, monkeypatch):
    monkeypatch.setattr(vector_store, "LOCK_TIMEOUT", "0")

    assert [type(error) for error in crosswise()].count(OperationalError) == 1


@pytest.mark.django_db
def test_a_transaction_that_kept_vectors_waits_for_locks_as_before():
    vector_store.keep(Kind.ACHIEVEMENT, [(FIRST, vectors())])

    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
