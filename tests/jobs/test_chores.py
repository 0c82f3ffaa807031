"""Chores go on whatever befalls them, and say so once."""

from __future__ import annotations

import logging
import threading
import time
from itertools import pairwise

import pytest

from muster.base.errors import Unavailable
from muster.jobs.chores import Chore


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Unavailable("DATABASE_UNREACHABLE", "It is gone."), "work waits: It is gone."),
        (ValueError("a bug"), "work failed"),
    ],
)
def test_a_chore_that_fails_is_done_again_and_says_when_it_works(failure, said, caplog) -> None:
    caplog.set_level(logging.INFO, "muster.jobs")
    rounds: list[int] = []
    enough = threading.Event()

    def work() -> None:
        rounds.append(1)
        if len(rounds) <= 2:
            raise failure
        if len(rounds) == 4:
            enough.set()

    chore = Chore("work", work, every_seconds=0.01)
    chore.start()
    assert enough.wait(30)
    chore.stop()
    assert chore.join(10)
    messages = [record.message for record in caplog.records]
    assert messages[0] == said
    assert messages[-1] == "work works again after 2 failures"
    assert messages.count(said) == (1 if isinstance(failure, Unavailable) else 2)


@pytest.mark.parametrize(
    ("every_seconds", "failures", "expected"),
    [(3600.0, 0, 3600.0), (1.0, 0, 1.0), (1.0, 2, 4.0), (1.0, 9, 10.0), (3600.0, 1, 10.0)],
)
def test_a_rare_chore_rests_long_and_one_that_failed_comes_back_soon(
    every_seconds: float, failures: int, expected: float
) -> None:
    chore = Chore("work", lambda: None, every_seconds=every_seconds)
    chore._failures = failures
    assert expected * 0.8 <= chore._wait_seconds() <= expected * 1.2


def test_a_stopped_chore_begins_no_further_round() -> None:
    rounds: list[int] = []
    chore = Chore("work", lambda: rounds.append(1), every_seconds=3600)
    chore.start()
    chore.stop()
    assert chore.join(10)
    assert len(rounds) <= 1


def test_a_round_that_takes_too_long_is_told() -> None:
    release = threading.Event()
    chore = Chore("work", release.wait, every_seconds=0.01)
    chore.start()
    chore.stop()
    assert not chore.join(0.05)
    release.set()
    assert chore.join(10)


def test_a_woken_chore_comes_sooner_but_not_at_once_again() -> None:
    rounds: list[float] = []
    done = threading.Semaphore(0)

    def work() -> None:
        rounds.append(time.monotonic())
        done.release()

    chore = Chore("work", work, every_seconds=3600, pause_seconds=0.2)
    chore.start()
    for _ in range(2):
        assert done.acquire(timeout=30)
        chore.wake()
        chore.wake()
    assert done.acquire(timeout=30)
    chore.stop()
    assert chore.join(10)
    assert len(rounds) == 3
    assert min(later - sooner for sooner, later in pairwise(rounds)) >= 0.19


def test_what_failed_is_not_tried_again_because_somebody_wakes_it() -> None:
    rounds: list[int] = []
    begun = threading.Event()

    def work() -> None:
        rounds.append(1)
        begun.set()
        raise Unavailable("DATABASE_UNREACHABLE", "It is gone.")

    chore = Chore("work", work, every_seconds=3600)
    chore.start()
    assert begun.wait(30)
    chore.wake()
    chore.stop()
    assert chore.join(10)
    assert rounds == [1]
