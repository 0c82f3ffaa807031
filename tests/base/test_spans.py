"""Spans reach the tracer that is installed, and cost nothing without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from muster.base import spans
from muster.base.spans import Attribute, Tell, span


@pytest.fixture
def told() -> Iterator[list[tuple[str, dict[str, Attribute]]]]:
    """A tracer that writes down every span when it ends."""
    found: list[tuple[str, dict[str, Attribute]]] = []

    @contextmanager
    def tracer(name: str, attributes: dict[str, Attribute]) -> Iterator[Tell]:
        def tell(**more: Attribute) -> None:
            attributes.update(more)

        try:
            yield tell
        finally:
            found.append((name, attributes))

    spans.install(tracer)
    yield found
    spans.install(None)


def test_without_a_tracer_the_block_just_runs() -> None:
    with span("anything", size=1) as tell:
        tell(more=2)


def test_a_span_has_what_was_known_before_and_after(
    told: list[tuple[str, dict[str, Attribute]]],
) -> None:
    with span("outer"), span("query", purpose="count") as tell:
        tell(rows=3)
    assert told == [("query", {"purpose": "count", "rows": 3}), ("outer", {})]


def test_a_failure_goes_through_and_ends_the_span(
    told: list[tuple[str, dict[str, Attribute]]],
) -> None:
    with pytest.raises(ValueError, match="x"), span("fails"):
        raise ValueError("x")
    assert [name for name, _ in told] == ["fails"]
