"""A workspace with a data model and no data yet, and somebody at the API of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.services.access import enter_locally
from muster.services.workspaces import create_workspace, save_model
from muster.wiring import open_resources
from tests.api.shop import settings_for
from tests.services.small_workspace import MODEL


@contextmanager
def before_data(url: str, folder: Path) -> Iterator[TestClient]:
    """A server with one workspace, whose tables nobody has loaded yet."""
    settings = settings_for(url, folder)
    with open_resources(settings) as resources:
        create_workspace(resources, name="shop", title="Shop", synthetic=True, actor="test")
        save_model(enter_locally(resources, "shop", actor="test"), MODEL)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
