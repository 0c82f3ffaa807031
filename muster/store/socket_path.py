"""Where a client finds the server's socket when the true path is too long for one.

The kernel takes at most 107 bytes (103 on macOS). The server itself binds a relative path inside
its folder, which is always short; a client goes through a symbolic link in a folder of its own.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from muster.base.errors import Unavailable

SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_BYTES = 103


def reachable_folder(folder: Path) -> Path:
    """Return a path to the server's folder that libpq accepts as ``host``.

    A comma would make libpq see a list of hosts, so such a path gets a link as well.

    Raises:
        Unavailable: no temporary folder is short enough, or ours is under somebody else's control.
    """
    if _fits(folder) and "," not in str(folder):
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    for base in _candidates():
        link = base / f"muster-{os.geteuid()}" / name
        if base.is_dir() and _fits(link):
            _link(link, folder)
            return link
    raise Unavailable(
        "SOCKET_PATH_TOO_LONG",
        f"The path of the data folder is too long for a socket: {folder}",
        hint="Choose a shorter MUSTER_DATA, or set XDG_RUNTIME_DIR to a short folder of your own.",
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= MAX_SOCKET_BYTES


def _candidates() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # the runtime folder comes first: nobody sweeps it while the user is logged in
    return [Path(base) for base in (runtime, tempfile.gettempdir(), "/tmp") if base]  # noqa: S108


def _link(link: Path, target: Path) -> None:
    """Make or correct the link, in a folder that only this user can write to."""
    link.parent.mkdir(mode=0o700, exist_ok=True)
    found = link.parent.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & 0o022:
        raise Unavailable(
            "SOCKET_FOLDER_UNSAFE",
            f"{link.parent} exists and others can write to it, so it cannot lead to the database.",
            hint=f"Remove {link.parent}, or choose a shorter MUSTER_DATA.",
        )
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
