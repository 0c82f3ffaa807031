"""The embedded PostgreSQL: started by the first Muster process of a data folder, joined by the
others, stopped by the last one that leaves in order.

Three lock files beside the folder of the server decide everything, because the kernel frees a lock
when its holder is killed: `start` (one process starts or stops at a time), `users` (shared by every
process that uses the server) and `server` (held by the PostgreSQL processes themselves).
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from muster.base.errors import Busy, Unavailable
from muster.store.file_lock import held_exclusively, open_lock_file, try_exclusive, try_shared
from muster.store.postmaster import (
    DATABASE,
    OWNER,
    PORT,
    STOP_SECONDS,
    Layout,
    ensure_serving,
    initialise_if_empty,
    is_dead,
    stop,
)
from muster.store.socket_path import reachable_folder

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class EmbeddedServer:
    """A share in the running server; it serves at least until ``close``.

    Attributes:
        data: the data folder, absolute.
        socket_folder: what libpq takes as host.
    """

    data: Path
    socket_folder: Path
    _users: int | None = field(repr=False)
    _process: int = field(default_factory=os.getpid, repr=False)

    def url(self, *, database: str = DATABASE, user: str = OWNER) -> str:
        """Return the SQLAlchemy URL (psycopg 3) of a database of this server."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql+psycopg://{quote(user)}@:{PORT}/{quote(database)}?host={host}"

    def revive(self) -> None:
        """Start the server again if no part of it lives: it was killed, or somebody stopped it.

        Raises:
            Unavailable: it cannot be started. Busy: it, or another process, takes too long.
        """
        layout = Layout(self.data)
        deadline = time.monotonic() + STOP_SECONDS
        try:
            with held_exclusively(layout.lock("start"), deadline_monotonic=deadline):
                if is_dead(layout):
                    _logger.error("the embedded PostgreSQL is gone; it is started again")
                    ensure_serving(layout, self.socket_folder, deadline_monotonic=deadline)
        except TimeoutError as error:
            raise Busy(
                "EMBEDDED_BUSY",
                f"Another process has been starting the database in {self.data} for too long.",
            ) from error
        except OSError as error:
            raise Unavailable(
                "DATA_FOLDER_UNUSABLE",
                f"The data folder {self.data} cannot be used: {error.strerror or error}.",
            ) from error

    def close(self) -> None:
        """Give up the share; stop the server if nobody else has one. Harmless when repeated.

        Runs by itself when the interpreter exits. In a forked child it does nothing: the child
        holds the share on, and the server outlives it.
        """
        if self._users is None or self._process != os.getpid():
            return
        atexit.unregister(self.close)
        users, self._users = self._users, None
        os.close(users)
        layout = Layout(self.data)
        deadline = time.monotonic() + STOP_SECONDS
        try:
            with held_exclusively(layout.lock("start"), deadline_monotonic=deadline):
                _stop_if_unused(layout)
        except OSError as error:  # the folder is gone, or another process starts: leave the server
            _logger.warning("the embedded PostgreSQL was left running: %s", error)


def start(data: Path, *, timeout_seconds: float = 60.0) -> EmbeddedServer:
    """Start the server of a data folder, or join it when it runs; create both when missing.

    Args:
        data: Muster's data folder; the server lives in its subfolder `postgres`.
        timeout_seconds: how long to wait for another process, or for crash recovery.

    Raises:
        Unavailable: it cannot be started; the sentence carries PostgreSQL's own reason.
        Busy: it is still starting, recovering or stopping when the time is up.
    """
    deadline = time.monotonic() + timeout_seconds
    layout = Layout(data.expanduser().resolve())
    try:
        # started by root, the server is another user's process and has to pass through
        mode = 0o711 if os.geteuid() == 0 else 0o700
        layout.data.mkdir(mode=mode, parents=True, exist_ok=True)
        with held_exclusively(layout.lock("start"), deadline_monotonic=deadline):
            return _join_or_start(layout, deadline)
    except TimeoutError as error:
        raise Busy(
            "EMBEDDED_BUSY",
            f"Another process has been starting the database in {data} for too long.",
            hint="Try again; if it lasts, look for a hanging `muster` process.",
        ) from error
    except OSError as error:
        raise Unavailable(
            "DATA_FOLDER_UNUSABLE",
            f"The data folder {data} cannot be used: {error.strerror or error}.",
            hint="Check its owner and free space, or point MUSTER_DATA at another folder.",
        ) from error


def _join_or_start(layout: Layout, deadline: float) -> EmbeddedServer:
    users = open_lock_file(layout.lock("users"))
    try:
        # cannot fail: whoever takes it alone holds the `start` lock, and we hold that
        try_shared(users)
        initialise_if_empty(layout)
        socket_folder = reachable_folder(layout.server)
        ensure_serving(layout, socket_folder, deadline_monotonic=deadline)
    except BaseException:
        os.close(users)
        raise
    server = EmbeddedServer(layout.data, socket_folder, users)
    atexit.register(server.close)
    return server


def _stop_if_unused(layout: Layout) -> None:
    """Stop the server unless some process still shares it; the caller holds the `start` lock."""
    users = open_lock_file(layout.lock("users"))
    try:
        if try_exclusive(users):
            stop(layout)
    finally:
        os.close(users)
