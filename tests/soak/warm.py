"""A parent that has Muster imported and forks `muster` processes: a start costs no imports.

What it forks runs the real command line and leads a process group of its own, so SIGKILL of it is
a kill -9 of a server like any other. The processes for runs that a server starts are forked here,
too: in their place a small program waits, which lives and dies with them (`_STAND_IN`).
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Gives its pipes and its group to the parent, and ends when the process made of them has ended.
_STAND_IN = """#!{python} -IS
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
socket.send_fds(line, [str(os.getpgrp()).encode()], [0, 1, 2])
for kept in (0, 1):
    os.close(kept)
line.recv(1)
"""


class Warm:
    """Starts `muster` processes within tenths of a second, and waits for their ends."""

    def __init__(self, environment: dict[str, str], *, log: Path) -> None:
        self.log = log
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.warm", str(log)],
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self._heard()

    def start(self, arguments: list[str]) -> int:
        """Start `muster` with these arguments and return its process id."""
        pid = self._ask({"start": arguments})
        assert pid is not None
        return pid

    def wait(self, pid: int, *, seconds: float) -> int | None:
        """Return how a process ended (minus the signal's number), None if it still lives then."""
        deadline = time.monotonic() + seconds
        while (code := self._ask({"ended": pid})) is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return code

    def close(self) -> None:
        """End the parent, and kill whatever of its processes still lives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        for pid in self.living():
            os.kill(pid, signal.SIGKILL)

    def living(self) -> list[int]:
        """Return every process that came of this parent and lives; the parent does not count.

        They are known by their command lines: process ids are given again to others.
        """
        marks = (f"tests.soak.warm\0{self.log}\0".encode(), f"{_stand_in(self.log)}\0".encode())
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes()
            except OSError:
                continue  # it ended while we looked
            pid = int(path.parent.name)
            if pid != self._process.pid and any(mark in command for mark in marks):
                found.append(pid)
        return found

    def _ask(self, order: dict[str, Any]) -> int | None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> int | None:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, f"the parent died: {self.log.read_text()[-2000:]}"
        number: int | None = json.loads(answer)
        return number


def _stand_in(log: Path) -> Path:
    return log.with_suffix(".stand-in")


class Parent:
    """Follows the orders of a `Warm`, and forks what stand-ins ask for."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._living: set[int] = set()
        self._ended: dict[int, int] = {}
        self._stand_in = _stand_in(log)
        address = str(log.with_suffix(".socket"))
        self._stand_in.write_text(_STAND_IN.format(python=sys.executable, address=address))
        self._stand_in.chmod(0o755)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(address)
        self._door.listen(64)

    def follow(self, run_command: Callable[[list[str]], int], compute: Callable[[], None]) -> None:
        """Follow orders until their pipe ends; then nothing that was forked may live."""
        with selectors.DefaultSelector() as ready:
            ready.register(0, selectors.EVENT_READ)
            ready.register(self._door, selectors.EVENT_READ)
            _answer(None)
            while True:
                for key, _ in ready.select(1):
                    if key.fileobj is self._door:
                        self._take_pipes(compute)
                    elif not self._obey(run_command):
                        return
                self._reap()

    def _obey(self, run_command: Callable[[list[str]], int]) -> bool:
        line = sys.stdin.readline()
        if not line:
            for pid in self._living:
                os.kill(pid, signal.SIGKILL)
            return False
        order = json.loads(line)
        if "ended" in order:
            self._reap()
            _answer(self._ended.get(order["ended"]))
            return True
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            said = os.open(self._log, os.O_WRONLY | os.O_APPEND)
            nothing = os.open(os.devnull, os.O_RDONLY)
            sys.executable = str(self._stand_in)
            _become(lambda: run_command(order["start"]), (nothing, said, said))
        self._living.add(pid)
        _answer(pid)
        return True

    def _take_pipes(self, compute: Callable[[], None]) -> None:
        line, _ = self._door.accept()
        with line:
            group, pipes, _, _ = socket.recv_fds(line, 32, 3)
            if len(pipes) == 3:  # else it was killed before it could ask
                pid = os.fork()
                if pid == 0:
                    os.setpgid(0, int(group))
                    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
                    _become(compute, pipes)
                self._living.add(pid)
            for pipe in pipes:
                os.close(pipe)

    def _reap(self) -> None:
        for pid in list(self._living):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._living.discard(pid)
                self._ended[pid] = os.waitstatus_to_exitcode(status)


def _become(work: Callable[[], object], pipes: tuple[int, int, int] | list[int]) -> None:
    """Be a process of Muster with these pipes as its standard ones, and end."""
    code: object = 70
    try:
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
            os.close(pipe) if pipe > 2 and pipe not in pipes[number + 1 :] else None
        code = work()
    except SystemExit as ended:
        code = ended.code
    except Exception:  # noqa: BLE001 - said in the log, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def _end_with(line: socket.socket) -> None:
    """End when the stand-in is killed."""
    line.recv(1)
    os._exit(9)


def _answer(number: int | None) -> None:
    sys.stdout.write(json.dumps(number) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Import everything once, then follow orders."""
    import muster.api.app  # noqa: F401 - what a server needs
    from muster.cli.child import main as compute
    from muster.cli.main import run_command

    Parent(Path(sys.argv[1])).follow(run_command, compute)


if __name__ == "__main__":
    main()
