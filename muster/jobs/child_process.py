"""The worker's end of a child process: start it, order it about, hear of it, kill it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.base.records import Run

_LEAVING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ChildCommand:
    """How to start a child: the command line, and the first order it gets."""

    arguments: Sequence[str]
    opening: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Something came from a child: a message, or its end (then ``message`` is None)."""

    child: ChildProcess
    message: Mapping[str, Any] | None


class ChildProcess:
    """One running child. ``hear`` is called with its answers, from another thread."""

    def __init__(self, command: ChildCommand, hear: Callable[[Answer], None]) -> None:
        self.executed = 0
        self._hear = hear
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            list(command.arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, name="muster-child", daemon=True)
        self._reader.start()
        self._write(dict(command.opening))

    def execute(self, run: Run) -> None:
        """Order it to execute a run; it says when that is done."""
        self.executed += 1
        self._write({"workspace_id": run.workspace_id, "run_id": run.id, "fence": run.fence})

    def end(self) -> str:
        """End it: its pipe ends first, then it is killed; return how it ended, in words."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            return _words(self._process.wait())  # it died before it read its last order
        try:
            code = self._process.wait(_LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return _words(code)

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it is dead; the reader says so

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            for line in answers:
                self._hear(Answer(self, json.loads(line)))
        self._hear(Answer(self, None))


def _words(code: int) -> str:
    return f"it was ended by signal {-code}" if code < 0 else f"it ended with code {code}"
