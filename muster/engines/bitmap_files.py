"""Member bitmaps on disk: written beside, synced, renamed; read back only if they are whole.

A file is one line of JSON (what it is, of which entity dictionary, its SHA-256) and then a Roaring
bitmap in the portable format (https://github.com/RoaringBitmap/RoaringFormatSpec).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from pyroaring import BitMap

from muster.base.errors import InvalidFile, NotFound
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary

_FORMAT = "muster-members-1"


def write_members(path: Path, members: Words, entities: EntityDictionary) -> None:
    """Write a set of members; a crash leaves either the whole file or none."""
    body = bits.to_roaring(members, entities.size).serialize()
    head = {
        "format": _FORMAT,
        "entities": entities.fingerprint(entities.size),
        "sha256": sha256(body).hexdigest(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def write_all_members(
    targets: Mapping[Path, Words], entities: EntityDictionary, *, threads: int
) -> None:
    """Write many sets of members; most of the time is spent waiting for the disk to sync."""
    with ThreadPoolExecutor(2 * threads, thread_name_prefix="muster-members") as pool:
        for _ in pool.map(lambda path: write_members(path, targets[path], entities), targets):
            continue


def read_members(path: Path, entities: EntityDictionary) -> Words:
    """Read a set of members.

    Raises:
        NotFound: MEMBERS_MISSING, the file is gone.
        InvalidFile: MEMBERS_DAMAGED, or MEMBERS_FOREIGN (another entity dictionary).
    """
    return bits.from_roaring(_read_bitmap(path, entities), entities.size)


def holds_member(path: Path, entities: EntityDictionary, ordinal: int) -> bool:
    """Return whether one ordinal is a member, without unpacking the others.

    Raises:
        As `read_members`.
    """
    return ordinal in _read_bitmap(path, entities)


def _read_bitmap(path: Path, entities: EntityDictionary) -> BitMap:
    try:
        head_line, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        raise NotFound(
            "MEMBERS_MISSING",
            f"The members file {path.name} is gone.",
            hint="Refresh the segment to write it again.",
        ) from None
    try:
        head = json.loads(head_line)
        whole = head["format"] == _FORMAT and head["sha256"] == sha256(body).hexdigest()
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise InvalidFile(
            "MEMBERS_DAMAGED",
            f"The members file {path.name} is damaged.",
            hint="Refresh the segment to write it again.",
        )
    size = int(str(head["entities"]).partition(":")[0])
    if entities.fingerprint(size) != head["entities"]:
        raise InvalidFile(
            "MEMBERS_FOREIGN",
            f"The members file {path.name} was written with another entity dictionary.",
            hint="Refresh the segment to write it again.",
        )
    return BitMap.deserialize(body)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
