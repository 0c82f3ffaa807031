"""The load generator against a real server: what it sends, reads and measures."""

from __future__ import annotations

import math

import pytest

from bench.api_client import Ask, Load, measure
from tests.bench.tiny_server import Answers, tiny_server


def get(number: int) -> Ask:
    return Ask("GET", f"/things/{number}")


@pytest.mark.parametrize("chunked", [False, True])
def test_answers_are_read_to_their_end_so_that_connections_serve_again(chunked: bool) -> None:
    answers = Answers(chunked=chunked)
    with tiny_server(answers) as port:
        load = measure(port, get, clients=3, seconds=0.3)
    assert len(load.latencies) == len(load.statuses) == len(answers.asked) > 3
    assert set(load.statuses) == {200}
    assert len(answers.connections) == 3
    assert sorted(path for _, path, _ in answers.asked) == sorted(
        f"/things/{number}" for number in range(len(answers.asked))
    )


def test_a_connection_that_the_server_has_closed_is_made_anew() -> None:
    answers = Answers(closing=True)
    with tiny_server(answers) as port:
        load = measure(port, get, clients=1, seconds=0.3)
    assert load.failures == 0
    assert len(answers.connections) == len(answers.asked) > 1


def test_bodies_are_sent_as_json() -> None:
    answers = Answers()
    with tiny_server(answers) as port:
        measure(port, lambda _: Ask("POST", "/count", {"a": 1}), clients=1, seconds=0.05)
    assert answers.asked[0] == ("POST", "/count", b'{"a": 1}')


def test_failures_are_counted() -> None:
    answers = Answers(status=422)
    with tiny_server(answers) as port:
        load = measure(port, get, clients=2, seconds=0.1)
    assert load.failures == len(load.statuses) > 0


def test_paced_clients_ask_no_more_often_than_told() -> None:
    answers = Answers()
    with tiny_server(answers) as port:
        # each of five clients is due every half second: once within the first half
        load = measure(port, get, clients=5, seconds=0.5, per_second=10.0)
    assert len(load.latencies) == 5
    assert all(latency > 0 for latency in load.latencies)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 51.0), (0.95, 96.0), (0.99, 100.0), (1.0, 100.0)]
)
def test_percentiles_are_latencies_that_occurred(share: float, expected: float) -> None:
    load = Load(10.0, tuple(float(number) for number in range(100, 0, -1)), (200,) * 100)
    assert load.percentile(share) == expected
    assert load.per_second == 10.0


def test_without_any_answer_there_is_no_percentile() -> None:
    assert math.isnan(Load(1.0, (), ()).percentile(0.5))
