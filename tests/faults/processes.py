"""Processes of Muster as a person starts them, and what they answer."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.soak.killing import MAIN, wait_until


@dataclass(frozen=True)
class Served:
    """A running `muster serve`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str) -> tuple[int, Any]:
        """Return status and document; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as found:
                return found.status, json.load(found)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, None

    def check(self, name: str) -> dict[str, Any]:
        """Return one of the checks of /readyz."""
        (found,) = [one for one in self.get("/readyz")[1]["checks"] if one["name"] == name]
        return found

    def wait_ready(self) -> None:
        """Wait until it is ready for work; a process that ended never is."""

        def is_ready() -> bool:
            assert self.process.poll() is None, self.said()
            return self.get("/readyz")[0] == 200

        wait_until(is_ready, what="the server is ready")

    def said(self) -> str:
        """Return what it wrote."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """Ask it to end, and return how it ended."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()


@contextmanager
def served(environment: dict[str, str], log: Path, *, workers: int) -> Iterator[Served]:
    """Start a server; it is ended with the block, and killed if it will not."""
    port = _free_port()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*_muster(), "serve", "--port", str(port), "--workers", str(workers)],
            env={**os.environ, "MUSTER_LOG_FORMAT": "json", **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    found = Served(process, port, log)
    try:
        yield found
    finally:
        if process.poll() is None:
            found.stop()


def refused_serve(environment: dict[str, str]) -> tuple[int, str]:
    """Start a server that cannot start; return its exit code and what it said."""
    ended = subprocess.run(
        [*_muster(), "serve", "--port", str(_free_port()), "--workers", "1"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return ended.returncode, ended.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _muster() -> list[str]:
    return [sys.executable, "-c", MAIN]
