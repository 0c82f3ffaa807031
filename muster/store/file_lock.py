"""Locks on files that the kernel gives up when their last holder dies, however it dies.

A lock belongs to the open file, not to the process: a forked or executed child that inherits the
descriptor holds it too, and closing one's own descriptor leaves it to the child.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_SECONDS = 0.02


def open_lock_file(path: Path) -> int:
    """Open (create) a lock file for locking; the caller closes the descriptor.

    Made by root, the file goes to the owner of its folder, so that this user can lock it too.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def try_exclusive(descriptor: int) -> bool:
    """Lock for oneself alone, without waiting; False when anybody else holds it."""
    return _try(descriptor, fcntl.LOCK_EX)


def try_shared(descriptor: int) -> bool:
    """Lock together with others, without waiting; False when somebody holds it alone."""
    return _try(descriptor, fcntl.LOCK_SH)


@contextmanager
def held_exclusively(path: Path, *, deadline_monotonic: float) -> Iterator[None]:
    """Hold the lock alone while the block runs.

    Raises:
        TimeoutError: somebody else still held it at the deadline (``time.monotonic()``).
    """
    descriptor = open_lock_file(path)
    try:
        while not try_exclusive(descriptor):
            if time.monotonic() >= deadline_monotonic:
                raise TimeoutError(f"{path} is locked by another process")
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
