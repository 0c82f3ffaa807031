"""Exports: a segment's members as a file, whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from numpy.typing import NDArray

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidInput, NotFound, Unavailable
from muster.base.people import Permission
from muster.base.records import SegmentVersion
from muster.engines.export_files import write_csv, write_json, write_parquet
from muster.engines.member_rows import member_batches, output_columns
from muster.services.context import WorkspaceContext
from muster.services.members import MemberChange, keys_of
from muster.services.personal import ShownFields, record_read, shown_fields
from muster.services.segments import find_version
from muster.services.workspaces import current_model
from muster.store import audit

FORMATS = ("csv", "json", "parquet")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``path`` is None for a stream; ``masked`` are the hidden columns."""

    path: Path | None
    file_format: str
    version: SegmentVersion
    rows: int
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    seconds: float


def export_to_file(
    context: WorkspaceContext,
    name: str,
    target: Path,
    *,
    file_format: str,
    columns: Sequence[str] = (),
    version: int | None = None,
    unmask: bool = False,
    change: MemberChange | None = None,
) -> Exported:
    """Write a segment's members to a file: keys, and the attributes asked for.

    The file appears under its name when it is complete; an older one stays until then.

    Args:
        change: who entered, or left, with the version instead of its members.

    Raises:
        NotFound: UNKNOWN_SEGMENT, SEGMENT_NOT_PUBLISHED, FOLDER_MISSING.
        InvalidInput: BAD_FORMAT, UNKNOWN_COLUMN, NOT_A_FILE.
        Unavailable: FILE_UNWRITABLE. EngineFailed: the warehouse failed.
    """
    started = time.perf_counter()
    job = _prepare(context, name, file_format, columns, version, unmask, change)
    with replacing(target) as temporary:
        if file_format == "parquet":
            rows = write_parquet(
                temporary,
                job.model,
                job.keys,
                job.shown.fields,
                warehouse_path=context.warehouse_path,
                masked=job.shown.mask,
            )
        else:
            with temporary.open("w", encoding="utf-8", newline="") as stream:
                rows = _write_text(context, job, stream)
    return _finish(context, job, rows, target, time.perf_counter() - started)


def export_to_stream(
    context: WorkspaceContext,
    name: str,
    stream: TextIO,
    *,
    file_format: str,
    columns: Sequence[str] = (),
    version: int | None = None,
    unmask: bool = False,
    change: MemberChange | None = None,
) -> Exported:
    """Write a segment's members as CSV or JSON to an open stream, as they are read.

    Raises:
        As `export_to_file`; InvalidInput: PARQUET_NEEDS_FILE.
    """
    started = time.perf_counter()
    if file_format == "parquet":
        raise InvalidInput(
            "PARQUET_NEEDS_FILE", "Parquet is written to a file only.", hint="Name it with --out."
        )
    job = _prepare(context, name, file_format, columns, version, unmask, change)
    rows = _write_text(context, job, stream)
    return _finish(context, job, rows, None, time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be written."""

    name: str
    file_format: str
    model: DataModel
    version: SegmentVersion
    keys: NDArray[Any]
    shown: ShownFields
    change: MemberChange | None


def _prepare(
    context: WorkspaceContext,
    name: str,
    file_format: str,
    columns: Sequence[str],
    version: int | None,
    unmask: bool,
    change: MemberChange | None,
) -> _Job:
    context.require(Permission.EXPORT)
    if file_format not in FORMATS:
        raise InvalidInput(
            "BAD_FORMAT",
            f'"{file_format}" is not a format of export.',
            hint=f"One of: {', '.join(FORMATS)}.",
        )
    segment, found = find_version(context, name, version)
    model = current_model(context)
    shown = shown_fields(context, model, columns, clear=unmask)
    keys = keys_of(context, found, change=change)
    with context.transaction() as connection:
        # before the first row leaves: whatever happens later, the read is on record
        record_read(
            connection,
            context,
            f"segment/{segment.name}",
            shown.revealed,
            len(keys),
            how="export",
            version=found.number,
        )
    return _Job(name, file_format, model, found, keys, shown, change)


def _write_text(context: WorkspaceContext, job: _Job, stream: TextIO) -> int:
    write = write_csv if job.file_format == "csv" else write_json
    columns = output_columns(job.model, job.shown.fields)
    with context.open_warehouse() as warehouse:
        batches = member_batches(
            warehouse, job.model, job.keys, job.shown.fields, masked=job.shown.mask
        )
        return write(stream, columns, batches)


def _finish(
    context: WorkspaceContext, job: _Job, rows: int, path: Path | None, seconds: float
) -> Exported:
    columns = output_columns(job.model, job.shown.fields)
    segment, _ = find_version(context, job.name, job.version.number)
    with context.transaction() as connection:
        audit.record(
            connection,
            context.workspace.id,
            actor=context.actor,
            action="segment.export",
            subject=segment.name,
            after={
                "version": job.version.number,
                "format": job.file_format,
                "rows": rows,
                "columns": list(columns),
                **({"change": job.change} if job.change else {}),
            },
            request_id=context.request_id,
        )
    masked = output_columns(job.model, job.shown.hidden)[1:]
    return Exported(path, job.file_format, job.version, rows, columns, masked, seconds)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary name beside the target and rename it once the block has succeeded.

    Raises:
        InvalidInput: NOT_A_FILE. NotFound: FOLDER_MISSING. Unavailable: FILE_UNWRITABLE.
    """
    if target.is_dir():
        raise InvalidInput("NOT_A_FILE", f"{target} is a folder.", path=str(target))
    if not target.parent.is_dir():
        raise NotFound(
            "FOLDER_MISSING", f"There is no folder {target.parent}.", path=str(target.parent)
        )
    temporary = target.with_name(f".{target.name}.tmp{os.getpid()}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
    except OSError as error:
        raise Unavailable(
            "FILE_UNWRITABLE",
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Check the free space and the rights on its folder.",
            path=str(target),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
