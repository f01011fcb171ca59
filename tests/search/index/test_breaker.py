"""The breaker: after failures in a row nobody waits, one probe at a time finds out."""

import threading

import pytest

from search.index.breaker import Breaker, EngineAway


def away():
    raise EngineAway("away")


def failed(breaker, times):
    for _ in range(times):
        with pytest.raises(EngineAway):
            breaker.call(away)


def test_it_opens_after_three_failures_in_a_row_and_calls_nobody():
    breaker = Breaker(open_seconds=60)
    failed(breaker, 3)

    with pytest.raises(EngineAway, match="breaker open"):
        breaker.call(lambda: pytest.fail("called"))


def test_an_answer_between_starts_the_count_anew():
    breaker = Breaker(open_seconds=60)
    failed(breaker, 2)
    breaker.call(lambda: "answer")
    failed(breaker, 2)

    assert breaker.call(lambda: "answer") == "answer"


def test_a_refusal_is_an_answer():
    """An index that is missing, or a query that is refused, says nothing against the engine."""
    breaker = Breaker(open_seconds=60)
    failed(breaker, 2)
    with pytest.raises(ValueError, match="no such index"):
        breaker.call(lambda: int("no such index"))
    failed(breaker, 2)

    assert not breaker.is_open


def test_a_probe_closes_it_again():
    breaker = Breaker(open_seconds=0)
    failed(breaker, 3)

    assert breaker.call(lambda: "answer") == "answer"
    assert not breaker.is_open


def test_a_failed_probe_keeps_it_open():
    breaker = Breaker(open_seconds=0)
    failed(breaker, 4)

    assert breaker.is_open


def test_only_one_probes_at_a_time():
    breaker = Breaker(open_seconds=0)
    failed(breaker, 3)
    probing, done = threading.Event(), threading.Event()

    def slow():
        probing.set()
        assert done.wait(5)

    probe = threading.Thread(target=breaker.call, args=(slow,))
    probe.start()
    assert probing.wait(5)

    with pytest.raises(EngineAway, match="breaker open"):
        breaker.call(lambda: pytest.fail("called"))
    done.set()
    probe.join()
    assert breaker.call(lambda: "answer") == "answer"
