"""Fixtures of the command line's tests: a `muster` to call, on a copy of the small workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from muster.cli.main import run_command
from tests.services.conftest import (  # noqa: F401
    built,
    installation,
    small_files,
    template,
)
from tests.services.small_workspace import Installation


@dataclass(frozen=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed on stdout, which must be one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error it printed on stderr as JSON."""
        return json.loads(self.err)["error"]


Muster = Callable[..., Ran]


def use(chosen: Installation, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let commands of this process work on an installation, from an empty folder."""
    for name, value in chosen.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MUSTER_WORKSPACE", raising=False)
    monkeypatch.chdir(folder)


def caller(capsys: pytest.CaptureFixture[str]) -> Muster:
    """Return a function that runs one command line and captures what it prints."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def muster(installation, monkeypatch, capsys, tmp_path) -> Muster:  # noqa: F811
    """The command line on a copy of the small workspace."""
    use(installation, monkeypatch, tmp_path)
    return caller(capsys)


@pytest.fixture
def reading(built, monkeypatch, capsys, tmp_path) -> Muster:  # noqa: F811
    """The command line on the small workspace itself, for commands that change nothing."""
    use(built, monkeypatch, tmp_path)
    return caller(capsys)
