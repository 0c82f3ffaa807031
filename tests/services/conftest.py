"""Fixtures of the use cases' tests: the small workspace, read or as a copy to change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.services.context import WorkspaceContext
from muster.store.embedded import EmbeddedServer
from tests.services.small_workspace import Installation, build, new_database, write_files


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CSV files of the small workspace."""
    return write_files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def template(
    embedded_server: EmbeddedServer, small_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The small workspace, refreshed once; only to be copied, so nobody may connect to it."""
    with new_database(embedded_server) as name:
        installation = Installation(embedded_server, name, tmp_path_factory.mktemp("data"))
        build(installation, small_files)
        yield installation


@pytest.fixture(scope="session")
def built(
    template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The small workspace for tests that only read."""
    with template.copied(tmp_path_factory.mktemp("built")) as copy:
        yield copy


@pytest.fixture
def installation(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the small workspace that the test may change."""
    with template.copied(tmp_path) as copy:
        yield copy


@pytest.fixture
def context(installation: Installation) -> Iterator[WorkspaceContext]:
    """The copy, opened."""
    with installation.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(built: Installation) -> Iterator[WorkspaceContext]:
    """The small workspace itself, opened, for tests that only read."""
    with built.opened() as opened:
        yield opened
