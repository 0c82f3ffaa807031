"""The environments of the peers from PyPI: one each, pinned, outside of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bench.places import REPOSITORY, peers_folder

_REQUIREMENTS = Path(__file__).with_name("peers")
_MARK = "installed"


def installed(name: str) -> Path | None:
    """Return the interpreter of a peer's environment if it is there as its file pins it."""
    folder = peers_folder() / name
    mark = folder / _MARK
    if mark.is_file() and mark.read_text(encoding="ascii") == _state(name):
        return folder / "bin" / "python"
    return None


def install(name: str, *, progress: Callable[[str], None]) -> Path:
    """Return the interpreter of a peer's environment, installing it if need be.

    Raises:
        CalledProcessError: it cannot be installed.
    """
    found = installed(name)
    if found is not None:
        return found
    folder = peers_folder() / name
    progress(f"install {name} in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    wanted = [str(_REQUIREMENTS / f"{name}.txt")]
    if name == "pyspark" and shutil.which("java") is None:
        wanted.append(str(_REQUIREMENTS / "java.txt"))
    files = [part for path in wanted for part in ("-r", path)]
    uv = shutil.which("uv") or shutil.which(str(REPOSITORY / ".uv" / "bin" / "uv"))
    if uv:
        _run(uv, "venv", "-q", "--python", sys.executable, str(folder))
        _run(uv, "pip", "install", "-q", "--python", str(python), *files)
    else:
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "-q", *files)
    (folder / _MARK).write_text(_state(name), encoding="ascii")
    return python


def _state(name: str) -> str:
    """Return what tells that an environment was made from these pins by this Python."""
    pins = (_REQUIREMENTS / f"{name}.txt").read_bytes()
    return sha256(pins + sys.version.encode()).hexdigest()


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
