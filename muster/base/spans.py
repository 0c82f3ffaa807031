"""Where time goes: spans around requests, runs and warehouse statements, if a tracer listens.

Without a tracer a span costs next to nothing. `muster/tracing.py` installs OpenTelemetry's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

Attribute: TypeAlias = str | int | float | bool
Tell: TypeAlias = Callable[..., None]
"""Adds attributes to the span, by name."""

Tracer: TypeAlias = Callable[[str, dict[str, Attribute]], AbstractContextManager[Tell]]
"""Begins a span of a name with attributes and ends it with the block."""


class _Installed:
    """The tracer of this process."""

    tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """Use a tracer from now on; None: none."""
    _Installed.tracer = tracer


@contextmanager
def span(name: str, **attributes: Attribute) -> Iterator[Tell]:
    """Run the block as one span; yields what adds attributes to it.

    Attributes hold no personal data: purposes, sizes, states.
    """
    tracer = _Installed.tracer
    if tracer is None:
        yield _nobody_listens
        return
    with tracer(name, attributes) as tell:
        yield tell


def _nobody_listens(**_attributes: Attribute) -> None:
    """Take attributes and drop them."""
