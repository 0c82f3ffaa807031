"""Reads the audit log: lists, exports, and proves that nobody has tampered with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from muster.base.audit_chain import Break, ChainKeys, Head, belongs_at, first_break, tail_break
from muster.base.errors import Forbidden, InvalidInput
from muster.base.ids import WorkspaceId
from muster.base.people import Permission, Principal
from muster.base.records import AuditEntry
from muster.base.spreadsheets import harmless
from muster.services.context import Resources, WorkspaceContext
from muster.store import audit
from muster.store.audit import AuditFilter
from muster.store.database import Database, Transaction

FORMATS = ("csv", "jsonl")
COLUMNS = (
    "position",
    "at",
    "actor",
    "action",
    "subject",
    "before",
    "after",
    "reason",
    "request_id",
    "previous_hash",
    "hash",
)


@dataclass(frozen=True, slots=True)
class AuditLog:
    """One chain somebody may read; made by `of_workspace` and `of_installation` alone."""

    database: Database
    workspace_id: WorkspaceId | None
    name: str
    reader: str

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that sees this chain."""
        return self.database.transaction(self.workspace_id)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A part of the log, the newest first, and how many entries there are in all."""

    items: tuple[AuditEntry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of checking a chain.

    Attributes:
        chain: the workspace's name, or "installation".
        entries: entries that hold, from the first one on.
        sealed: how many of them needed the key.
        before_chain: older entries that were written before there were chains; nothing proves them.
        head: the end of the chain, to be kept elsewhere; None for an empty chain.
        broken: the first place that does not hold, None when all do.
    """

    chain: str
    entries: int
    sealed: int
    before_chain: int
    head: Head | None
    broken: Break | None

    @property
    def holds(self) -> bool:
        """Whether the whole chain is as it was written."""
        return self.broken is None


def of_workspace(context: WorkspaceContext) -> AuditLog:
    """Return the log of a workspace.

    Raises:
        Forbidden: NOT_ALLOWED without the permission to read the audit log.
    """
    context.require(Permission.READ_AUDIT)
    workspace = context.workspace
    return AuditLog(context.resources.database, workspace.id, workspace.name, context.actor)


def of_installation(resources: Resources, principal: Principal) -> AuditLog:
    """Return the log of what concerns no single workspace.

    Raises:
        Forbidden: NOT_ALLOWED for anybody but an admin of the installation.
    """
    if not principal.installation_admin or principal.grant is not None:
        raise Forbidden("NOT_ALLOWED", "Only an admin of the installation may read its audit log.")
    return AuditLog(resources.database, None, "installation", principal.name)


def entries_of(
    log: AuditLog,
    *,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
    wanted: AuditFilter | None = None,
) -> AuditPage:
    """Return a page of the log, the newest entries first.

    Args:
        before_id: go on after the entry with this id (a cursor).
    """
    with log.transaction() as connection:
        found = audit.every(
            connection,
            log.workspace_id,
            limit=limit,
            offset=offset,
            before_id=before_id,
            wanted=wanted,
        )
        total = audit.count(connection, log.workspace_id, wanted)
    return AuditPage(found, total)


def export(log: AuditLog, *, file_format: str, wanted: AuditFilter | None = None) -> Iterator[str]:
    """Return the log as text, piece by piece, oldest entry first; the export itself is audited.

    Args:
        file_format: ``csv`` (safe to open in a spreadsheet) or ``jsonl`` (one entry to a line).

    Raises:
        InvalidInput: BAD_FORMAT.
    """
    if file_format not in FORMATS:
        raise InvalidInput(
            "BAD_FORMAT",
            f'"{file_format}" is not a format of the audit log.',
            hint=f"One of: {', '.join(FORMATS)}.",
            path="$.query.format",
        )
    with log.transaction() as connection:
        audit.record(
            connection,
            log.workspace_id,
            actor=log.reader,
            action="audit.export",
            subject=f"audit/{log.name}",
            after={"format": file_format},
        )
    write = _csv_lines if file_format == "csv" else _json_lines
    return _pieces(log, wanted, write, header=file_format == "csv")


def head(log: AuditLog) -> Head | None:
    """Return the end of the chain, None while it is empty."""
    with log.transaction() as connection:
        return _head(audit.last(connection, log.workspace_id))


def read_head(text: str, *, path: str) -> Head:
    """Return a head as it was exported; InvalidInput BAD_HEAD when it is none."""
    found = Head.read(text)
    if found is None:
        raise InvalidInput(
            "BAD_HEAD",
            "This is not the head of an audit log.",
            path=path,
            hint="Give what `muster audit head` printed, e.g. 12:sha256:9f86….",
        )
    return found


def verify(log: AuditLog, *, exported: Head | None = None) -> Verification:
    """Compute the whole chain anew and compare; stop at the first place that does not hold.

    Args:
        exported: the head at an earlier moment; without it a tail that was cut off cannot be seen.
    """
    keys = audit.keys_of(log.database)
    previous: AuditEntry | None = None
    held = sealed = 0
    broken: Break | None = None
    with log.transaction() as connection:
        for entry in audit.chained(connection, log.workspace_id):
            broken = first_break(entry, expected=held + 1, previous=previous, keys=keys)
            if broken is not None:
                broken = _explained(connection, log, broken, keys)
                break
            held += 1
            sealed += (entry.hash or "").startswith("hmac-")
            previous = entry
        before, inserted = audit.unchained(connection, log.workspace_id)
        if broken is None and inserted:
            sentence = f"{inserted} entries stand beside the chain, without a place in it."
            broken = Break(held + 1, "inserted", sentence)
        if broken is None and exported is not None:
            there = audit.at_position(connection, log.workspace_id, exported.position)
            broken = tail_break(exported, last=held, at_head=there.hash if there else None)
    return Verification(log.name, held, sealed, before, _head(previous), broken)


def _explained(connection: Transaction, log: AuditLog, broken: Break, keys: ChainKeys) -> Break:
    """Say that entries changed places where that is what happened, not that one was altered."""
    if broken.why != "altered":
        return broken
    entry = audit.at_position(connection, log.workspace_id, broken.position)
    if entry is None or entry.previous_hash is None:
        return broken
    neighbour = audit.by_hash(connection, log.workspace_id, entry.previous_hash)
    if neighbour is None and entry.previous_hash:
        return broken
    # Where it stood, the entry its own link names stood right before it.
    own_place = 1 if neighbour is None else _place_of(neighbour, keys) + 1
    if own_place != entry.position and belongs_at(entry, own_place, keys=keys):
        sentence = f"Entry {own_place} stands at position {entry.position}: the order was changed."
        return Break(broken.position, "reordered", sentence)
    return broken


def _place_of(entry: AuditEntry, keys: ChainKeys) -> int:
    """Return the position an entry's hash was made for: its own, or the one next to it."""
    position = entry.position or 0
    nearby = (position, position - 1, position + 1)
    return next((place for place in nearby if belongs_at(entry, place, keys=keys)), position)


def _head(entry: AuditEntry | None) -> Head | None:
    if entry is None or entry.position is None or entry.hash is None:
        return None
    return Head(entry.position, entry.hash)


def _pieces(
    log: AuditLog,
    wanted: AuditFilter | None,
    write: Callable[[tuple[AuditEntry, ...]], str],
    *,
    header: bool,
) -> Iterator[str]:
    """Yield a batch of entries at a time, each read in a transaction of its own."""
    if header:
        yield ",".join(COLUMNS) + "\n"
    after = 0
    while True:
        with log.transaction() as connection:
            found = audit.oldest_first(connection, log.workspace_id, after_id=after, wanted=wanted)
        if not found:
            return
        yield write(found)
        after = found[-1].id


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry for programs, its columns as in `COLUMNS`."""
    moment = entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {name: moment if name == "at" else getattr(entry, name) for name in COLUMNS}


def _csv_lines(entries: tuple[AuditEntry, ...]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_cell(value) for value in entry_json(entry).values()] for entry in entries)
    return stream.getvalue()


def _json_lines(entries: tuple[AuditEntry, ...]) -> str:
    return "".join(json.dumps(entry_json(entry), ensure_ascii=False) + "\n" for entry in entries)


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case dict() | list() | bool():
            return harmless(json.dumps(value, ensure_ascii=False))
        case _:
            return value
