"""Fixtures of the jobs' tests: the small workspace to change, and workers on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from muster.jobs.worker import Worker
from muster.services.context import WorkspaceContext
from muster.settings import Settings
from muster.wiring import make_worker
from tests.services.conftest import (  # noqa: F401
    context,
    installation,
    small_files,
    template,
)
from tests.services.small_workspace import Installation

StartWorker = Callable[..., Worker]


@pytest.fixture
def settings(installation: Installation) -> Settings:  # noqa: F811
    """Settings with a short lease."""
    return Settings(
        data=installation.data,
        database_url=installation.environment["MUSTER_DATABASE_URL"],
        threads=1,
        lease_seconds=2,
    )


@pytest.fixture
def start_worker(settings: Settings, context: WorkspaceContext) -> Iterator[StartWorker]:  # noqa: F811
    """Start workers in this process; those that still work at the end are stopped."""
    started: list[Worker] = []

    def start(*, slots: int = 1, **changed: object) -> Worker:
        chosen = settings.model_copy(update=changed)
        worker = make_worker(chosen, context.resources, slots=slots)
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop(grace_seconds=0)
