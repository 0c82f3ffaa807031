"""What joins everything one request or run wrote: ids that follow the thread of work.

Log lines and audit entries read them here, so that no function needs to hand them on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[Mapping[str, str]] = ContextVar("muster_correlation", default={})  # noqa: B039 - never changed, only replaced


def current() -> Mapping[str, str]:
    """Return what is bound here: any of ``request_id``, ``run_id``, ``workspace``."""
    return _bound.get()


@contextmanager
def bind(
    *,
    request_id: str | None = None,
    run_id: int | str | None = None,
    workspace: str | None = None,
) -> Iterator[None]:
    """Add ids to what the block writes; None leaves as it was what was bound before.

    The thread or task of the block sees them, and what it starts with a copy of its context; a
    thread started by hand does not.
    """
    given = {"request_id": request_id, "run_id": run_id, "workspace": workspace}
    added = {name: str(value) for name, value in given.items() if value is not None}
    token = _bound.set({**_bound.get(), **added})
    try:
        yield
    finally:
        _bound.reset(token)
