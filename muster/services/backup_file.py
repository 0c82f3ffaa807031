"""The file of a backup: a tar archive of parts, and at its end a manifest with their SHA-256.

The manifest comes last, so a file that was cut off has none; nothing of a file is used before all
of it was read and compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from muster.base.errors import InvalidFile

FORMAT = "muster-backup-1"
MANIFEST = "manifest.json"
DATABASE = "database.dump"
SECRET_KEY = "secret.key"  # noqa: S105 - the name of a part
WORKSPACES = "workspaces/"

_PART = re.compile(r"workspaces/[a-z][a-z0-9_]{0,62}(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 256 << 20

Told = Callable[[str], None]
"""Told what is done next."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file in a backup: its path in the data folder, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        version: of the Muster that wrote it.
        migration: of the database.
        created_at: ISO 8601, UTC.
        workspaces: their names.
        warehouses: whether the warehouses' files are in it.
        missing: files the database refers to that were gone already.
    """

    version: str
    migration: str
    created_at: str
    workspaces: tuple[str, ...]
    warehouses: bool
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())
    format: str = FORMAT

    @property
    def has_secret_key(self) -> bool:
        """Whether the secret key is in it."""
        return any(part.name == SECRET_KEY for part in self.parts)


class Writer:
    """Writes parts one by one, counting and hashing what it really writes."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.parts: list[Part] = []

    def add(self, name: str, path: Path) -> None:
        """Add a file; what grows behind its present end is left out."""
        with path.open("rb") as source:
            header = _header(name, os.fstat(source.fileno()).st_size)
            counted = _Hashing(source)
            self._archive.addfile(header, counted)  # type: ignore[arg-type]
        self.parts.append(Part(name, header.size, counted.digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest."""
        body = json.dumps(asdict(manifest), indent=1).encode()
        self._archive.addfile(_header(MANIFEST, len(body)), io.BytesIO(body))


def extract(source: Path, folder: Path, *, tell: Told) -> Manifest:
    """Read a whole backup into an empty folder and compare every part with the manifest.

    Raises:
        InvalidFile: BACKUP_DAMAGED, it is no backup, cut off, altered, or holds what none holds.
    """
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                if manifest is not None or not member.isreg() or member.name in found:
                    raise _damaged(source, f"it holds {member.name!r} where nothing may be")
                if member.name == MANIFEST:
                    manifest = _read_manifest(archive, member)
                    continue
                if member.name not in (DATABASE, SECRET_KEY) and not _is_part(member.name):
                    raise _damaged(source, f"it holds {member.name!r}")
                tell(member.name)
                found[member.name] = _extract_one(archive, member, folder / member.name)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise _damaged(source, f"it cannot be read: {error}") from error
    except FileNotFoundError as error:
        raise InvalidFile(
            "BACKUP_MISSING", f"There is no file {source}.", path=str(source)
        ) from error
    if manifest is None:
        raise _damaged(source, "its end is missing")
    if manifest.format != FORMAT:
        raise _damaged(source, f"its format {manifest.format!r} is unknown")
    listed = {part.name: part for part in manifest.parts}
    for name in sorted({*listed, *found}):
        if listed.get(name) != found.get(name):
            raise _damaged(source, f"{name} is not what was backed up")
    if DATABASE not in found:
        raise _damaged(source, "it holds no database")
    return manifest


def _is_part(name: str) -> bool:
    return _PART.fullmatch(name) is not None


def _extract_one(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> Part:
    source = archive.extractfile(member)
    assert source is not None
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(descriptor, "wb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if size != member.size:
        raise EOFError(f"{member.name} is cut off")
    return Part(member.name, size, digest.hexdigest())


def _read_manifest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    source = archive.extractfile(member)
    assert source is not None
    if member.size > _LARGEST_MANIFEST:
        raise ValueError("its manifest is too large")
    values = json.loads(source.read())
    values["parts"] = tuple(Part(**part) for part in values["parts"])
    for name in ("workspaces", "missing"):
        values[name] = tuple(values[name])
    return Manifest(**values)


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def _damaged(source: Path, reason: str) -> InvalidFile:
    return InvalidFile(
        "BACKUP_DAMAGED",
        f"{source.name} is not a whole backup: {reason}.",
        path=str(source),
        hint="Nothing was changed. Take another copy of the file, or an older backup.",
    )


class _Hashing:
    """A file that hashes what is read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Read on."""
        chunk = self._source.read(size)
        self.digest.update(chunk)
        return chunk
