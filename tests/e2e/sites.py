"""Real servers for browsers: example workspaces on the session's PostgreSQL, and `muster serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from muster.base.people import Role
from muster.examples.catalog import find_example
from muster.services.access import enter_locally
from muster.services.accounts import create_account
from muster.services.demo import prepare_example
from muster.services.people import add_member
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.wiring import open_resources
from tests.services.small_workspace import Installation

STREAMING, PAYMENTS, EMPTY = "streaming", "payments", "empty"
# Pictures and films show a larger service.
PEOPLE = {STREAMING: int(os.environ.get("MUSTER_E2E_PEOPLE", "5000")), PAYMENTS: 400}
PASSWORD = "correct horse battery"
ADA, VERA = "ada@example.com", "vera@example.com"
"""An admin of everything, and a viewer of the streaming workspace."""

_START = "from muster.cli.main import main; main()"
_PATIENCE_SECONDS = 90


@dataclass(frozen=True)
class Site:
    """A server that takes requests.

    Attributes:
        url: where, without a slash at the end.
        log: what it said, one line of JSON each.
    """

    url: str
    log: Path


def make_workspaces(installation: Installation) -> None:
    """Make two example workspaces with data up to today, and one in which there is nothing."""
    settings = Settings(
        data=installation.data,
        database_url=installation.server.url(database=installation.database),
        threads=1,
    )
    with open_resources(settings) as resources:
        for name, entities in PEOPLE.items():
            prepare_example(resources, find_example(name), actor="tester", entities=entities)
        create_workspace(
            resources, name=EMPTY, title="Nothing yet", synthetic=False, actor="tester"
        )


def make_accounts(installation: Installation) -> None:
    """Make two people who sign in with `PASSWORD`."""
    settings = Settings(
        data=installation.data,
        database_url=installation.server.url(database=installation.database),
    )
    with open_resources(settings) as resources:
        for email, name, admin in ((ADA, "Ada", True), (VERA, "Vera", False)):
            create_account(
                resources,
                email=email,
                name=name,
                password=PASSWORD,
                installation_admin=admin,
                actor="tester",
            )
        context = enter_locally(resources, STREAMING, actor="tester")
        add_member(context, email=VERA, role=Role.VIEWER)


@contextmanager
def served(installation: Installation, log: Path, **settings: str) -> Iterator[Site]:
    """Serve an installation while the block runs, with one process for runs.

    Args:
        settings: more of them, by their names in the environment without ``MUSTER_``.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {f"MUSTER_{name.upper()}": value for name, value in settings.items()}
    environment = {**_outside(), **installation.environment, "MUSTER_LOG_FORMAT": "json", **chosen}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, "serve", "--port", str(port), "--workers", "1"],
            env=environment,
            stdout=said,
            stderr=said,
        )
        try:
            site = Site(f"http://127.0.0.1:{port}", log)
            _wait_until_it_answers(site, process)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def _outside() -> Mapping[str, str]:
    """Return the environment without anybody's own settings of Muster."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}


def _wait_until_it_answers(site: Site, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{site.url}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no server at {site.url}: {site.log.read_text()[-4000:]}")
