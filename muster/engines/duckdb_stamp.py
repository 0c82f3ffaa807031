"""A cheap stamp of a DuckDB file: equal stamps mean equal content."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from hashlib import blake2b
from pathlib import Path

_HEADERS_BYTES = 12_288
"""The main header, with the file's random identity, and the two database headers of 4 KiB each.

Every checkpoint writes one of the latter, with its number.
"""

_KEPT = 256
_held: OrderedDict[Path, int] = OrderedDict()
_holding = threading.Lock()


def warehouse_stamp(path: Path) -> str:
    """Return what changes whenever the content of a warehouse file does.

    It is made of the file's headers, size and time, and of size and time of the log beside it; a
    copy that keeps the times has the same stamp.
    """
    found = blake2b(digest_size=16)
    with _holding:
        descriptor = _descriptor(path)
        if descriptor is None:
            return "absent"
        facts = os.fstat(descriptor)
        found.update(os.pread(descriptor, _HEADERS_BYTES, 0))
    found.update(b"%d %d;" % (facts.st_size, facts.st_mtime_ns))
    try:
        log = path.with_name(f"{path.name}.wal").stat()
    except FileNotFoundError:
        return found.hexdigest()
    found.update(b"%d %d;" % (log.st_size, log.st_mtime_ns))
    return found.hexdigest()


def _descriptor(path: Path) -> int | None:
    """Return an open descriptor of the file, None if there is none.

    It stays open: DuckDB's lock on a file belongs to the process, and the kernel gives it up when
    the process closes any descriptor of that file.
    """
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    held = _held.get(path)
    if held is not None and os.path.samestat(os.fstat(held), there):
        _held.move_to_end(path)
        return held
    if held is not None:  # of a file that is no longer there
        os.close(_held.pop(path))
    while len(_held) >= _KEPT:
        os.close(_held.popitem(last=False)[1])
    descriptor = _held[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return descriptor
