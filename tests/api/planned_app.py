"""An application over a workspace with schedules and no data, and one that truly serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.shop import settings_for
from tests.planned import Planned, planned_workspace


@contextmanager
def planned_client(url: str, folder: Path) -> Iterator[tuple[TestClient, Planned]]:
    with planned_workspace(url, folder) as planned:
        app = create_app(settings_for(url, folder))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client, planned


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port, as streams need it; yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()
