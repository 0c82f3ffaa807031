"""Generations of an index on disk: written beside, synced, renamed, then pointed to at once.

``<folder>/manifest`` is one line with a CRC-32 and then JSON; it names the one generation that
counts. A generation is a folder of files of raw values that are never changed. Readers map them,
so a generation may be unlinked while it is read.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import InvalidFile
from muster.engines.entities import EntityDictionary, read_entities
from muster.engines.index.layout import (
    AudienceIndex,
    Codes,
    Column,
    EventIndex,
    Lists,
    Points,
    Real,
    Whole,
)
from muster.engines.index.manifest import (
    Manifest,
    StoredArray,
    StoredColumn,
    StoredSource,
    from_json,
    to_json,
)

MANIFEST = "manifest"
LOCK = "lock"
_UNFINISHED = ".tmp"
_PIECE_BYTES = 1 << 20
_THREADS = min(4, os.cpu_count() or 1)  # CRC-32 runs outside the interpreter's lock


def open_index(folder: Path, *, verify: bool = True) -> AudienceIndex | None:
    """Map the generation that counts; None if there is none.

    Args:
        folder: the index's folder, inside the workspace's, where the entity dictionary is.
        verify: compare every file with its checksum.

    Raises:
        InvalidFile: INDEX_DAMAGED, a file is missing, short or changed, or the index is of
            another entity dictionary.
    """
    while True:
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        try:
            return _opened(folder, manifest, verify=verify)
        except FileNotFoundError as error:
            present = read_manifest(folder)
            if present is None or present.generation == manifest.generation:
                raise _damaged(folder, f"{Path(str(error.filename)).name} is missing") from error
            # a newer generation took its place while this one was being opened


def read_manifest(folder: Path) -> Manifest | None:
    """Read what the generation that counts consists of; None if there is none.

    Raises:
        InvalidFile: INDEX_DAMAGED.
    """
    try:
        head, _, body = (folder / MANIFEST).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    try:
        if head == b"%08x" % crc32(body):
            return from_json(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, "its manifest is of another version of Muster") from error
    raise _damaged(folder, "its manifest was changed")


def drop_index(folder: Path) -> None:
    """Remove the index and whatever else is in its folder, save for the lock."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for path in leftovers(folder):
        _remove(path)


def leftovers(folder: Path) -> tuple[Path, ...]:
    """Return what the manifest does not point to; only whoever may write may remove it."""
    if not folder.is_dir():
        return ()
    try:
        manifest = read_manifest(folder)
    except InvalidFile:
        manifest = None
    kept = {LOCK, MANIFEST} | ({manifest.generation} if manifest else set())
    return tuple(sorted(path for path in folder.iterdir() if path.name not in kept))


def sweep(folder: Path) -> None:
    """Remove earlier generations and what killed processes left."""
    for path in leftovers(folder):
        _remove(path)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of a folder's files."""
    if path.is_dir():
        return sum(one.stat().st_size for one in path.iterdir())
    return path.stat().st_size


class ArrayWriter:
    """Writes one file of values piece by piece; `close` says what was written."""

    def __init__(self, path: Path, dtype: np.dtype[Any]) -> None:
        self._path = path
        self._dtype = dtype
        self._file = path.open("wb")
        self._checksum = 0
        self._items = 0

    def write(self, values: NDArray[Any]) -> None:
        """Append values; they are converted to the file's type."""
        raw = np.ascontiguousarray(values, dtype=self._dtype).reshape(-1).view(np.uint8).data
        self._checksum = crc32(raw, self._checksum)
        self._file.write(raw)
        self._items += values.size

    def close(self, shape: tuple[int, ...] | None = None) -> StoredArray:
        """Sync the file and describe it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return StoredArray(
            self._path.name,
            self._dtype.str,
            shape or (self._items,),
            self._checksum,
            self._items * self._dtype.itemsize,
        )


class GenerationWriter:
    """A generation in the making; leaving the block without `commit` removes it."""

    def __init__(self, folder: Path, generation: str) -> None:
        self._folder = folder
        self._generation = generation
        self.path = folder / f"{generation}{_UNFINISHED}"

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _remove(self.path)

    def open(self, name: str, dtype: np.dtype[Any]) -> ArrayWriter:
        """Begin a file."""
        return ArrayWriter(self.path / name, dtype)

    def whole(self, name: str, values: NDArray[Any]) -> StoredArray:
        """Write a whole array."""
        writer = self.open(name, values.dtype)
        writer.write(values)
        return writer.close(values.shape)

    def texts(self, name: str, values: Iterable[str]) -> StoredArray:
        """Write the texts of a dictionary, as the UTF-8 of a JSON list."""
        raw = json.dumps(list(values), ensure_ascii=False).encode("utf-8", "surrogatepass")
        return self.whole(name, np.frombuffer(raw, dtype=np.uint8))

    def take_over(self, generation: str, arrays: Iterable[StoredArray]) -> None:
        """Take files of an earlier generation as they are, without copying them."""
        for array in arrays:
            source, target = self._folder / generation / array.name, self.path / array.name
            try:
                target.hardlink_to(source)
            except OSError:  # links are refused here; a missing file raises once more
                shutil.copyfile(source, target)

    def commit(self, manifest: Manifest) -> None:
        """Make this the generation that counts, and remove the earlier ones."""
        wanted = {array.name for array in manifest.arrays()}
        for path in self.path.iterdir():
            if path.name not in wanted:  # pieces it was made from
                path.unlink()
        _sync_folder(self.path)
        self.path.rename(self._folder / self._generation)
        body = json.dumps(to_json(manifest)).encode()
        temporary = self._folder / f"{MANIFEST}{_UNFINISHED}{os.getpid()}"
        with temporary.open("wb") as file:
            file.write(b"%08x\n" % crc32(body) + body)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._folder)
        temporary.replace(self._folder / MANIFEST)
        _sync_folder(self._folder)
        sweep(self._folder)


@contextmanager
def mapped(path: Path, array: StoredArray) -> Iterator[NDArray[Any]]:
    """Map one file while the block runs."""
    yield _map(path, array, verify=False)


def _opened(folder: Path, manifest: Manifest, *, verify: bool) -> AudienceIndex:
    entities = _dictionary(folder, manifest)
    path = folder / manifest.generation
    stored = manifest.arrays()
    with ThreadPoolExecutor(_THREADS) as pool:
        values = pool.map(lambda array: _map(path, array, verify=verify), stored)
        arrays = dict(zip((array.name for array in stored), values, strict=True))
    return AudienceIndex(
        generation=manifest.generation,
        stamp=manifest.stamp,
        entities=entities,
        present=arrays[manifest.present.name],
        attributes=_columns(manifest.attributes, arrays),
        events={name: _events(name, one, arrays) for name, one in manifest.events.items()},
        versions=manifest.versions,
        built_at=manifest.built_at,
    )


def _dictionary(folder: Path, manifest: Manifest) -> EntityDictionary:
    """Return the workspace's dictionary as it was; later keys are cut off."""
    entities = read_entities(folder.parent)
    if entities.fingerprint(manifest.size) != manifest.entities:
        raise _damaged(folder, "it was made with another entity dictionary")
    if entities.size == manifest.size:
        return entities
    return EntityDictionary(entities.keys[: manifest.size])


def _map(path: Path, array: StoredArray, *, verify: bool) -> NDArray[Any]:
    place = path / array.name
    with place.open("rb") as file:
        if os.fstat(file.fileno()).st_size != array.size_bytes:
            raise _damaged(path.parent, f"{array.name} has the wrong size")
        if array.size_bytes == 0:
            return np.empty(array.shape, dtype=array.dtype)
        if verify and _checksum(file) != array.checksum:
            raise _damaged(path.parent, f"{array.name} was changed")
        raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if array.name.endswith(".at"):
        # Times are searched, not read: mapping the neighbours of each place that a search touches
        # would in the end keep all of them in memory.
        raw.madvise(mmap.MADV_RANDOM)
    return np.frombuffer(raw, dtype=array.dtype).reshape(array.shape)


def _checksum(file: BinaryIO) -> int:
    """Return the checksum of a file, read through a buffer so that its pages are not kept."""
    found = 0
    while piece := file.read(_PIECE_BYTES):
        found = crc32(piece, found)
    return found


def _events(name: str, stored: StoredSource, arrays: Mapping[str, NDArray[Any]]) -> EventIndex:
    return EventIndex(
        source=name,
        partition=stored.partition,
        partitions=stored.partitions,
        offsets=arrays[stored.arrays["offsets"].name],
        entity=arrays[stored.arrays["entity"].name],
        at=arrays[stored.arrays["at"].name],
        columns=_columns(stored.columns, arrays),
        tied=any(bucket.tied for bucket in stored.buckets.values()),
    )


def _columns(
    stored: Mapping[str, StoredColumn], arrays: Mapping[str, NDArray[Any]]
) -> dict[str, Column]:
    return {name: column_of(one, arrays) for name, one in stored.items()}


def column_of(stored: StoredColumn, arrays: Mapping[str, NDArray[Any]]) -> Column:
    """Return a column over its arrays."""
    found = {role: arrays[array.name] for role, array in stored.arrays.items()}
    match stored.kind:
        case "codes":
            return Codes(stored.field, found["codes"], read_texts(found["dictionary"]))
        case "whole":
            return Whole(stored.field, found["values"], found.get("known"), stored.magnitude)
        case "real":
            return Real(stored.field, found["values"])
        case "points":
            return Points(stored.field, found["latitude"], found["longitude"])
        case _:
            dictionary = read_texts(found["dictionary"])
            return Lists(stored.field, dictionary, found["elements"], found["known"])


def read_texts(raw: NDArray[Any]) -> tuple[str, ...]:
    """Read the texts of a dictionary."""
    return tuple(json.loads(raw.tobytes().decode("utf-8", "surrogatepass")))


def _damaged(folder: Path, what: str) -> InvalidFile:
    return InvalidFile(
        "INDEX_DAMAGED",
        f"The audience index in {folder} is damaged: {what}.",
        hint="It is rebuilt by the next refresh, or now by `muster index build`.",
    )


def _remove(path: Path) -> None:
    """Remove a file or a folder; somebody else may be faster."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
