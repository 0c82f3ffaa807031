"""A running application over a small shop, and one over nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.shop import make_shop, settings_for
from tests.orders_shop import desk_client, desk_reader, desk_shop  # noqa: F401


@pytest.fixture
def shop_client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = settings_for(database_url, tmp_path)
    make_shop(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def empty_client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings_for(database_url, tmp_path))) as client:
        yield client
