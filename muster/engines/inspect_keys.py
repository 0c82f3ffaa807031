"""Finds out which columns are keys and which refer to them, from names and from values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from muster.base.inspection import ColumnFacts, ForeignKey, PhysicalType, TableFacts
from muster.model.names import singular

CONTAINED_SHARE = 0.95
"""So many of the distinct values must exist in the key for a column to refer to it."""

NAMELESS_DISTINCT = 10
"""Text refers to a key of another name only with this many distinct values: fewer prove little."""

ShareFound = Callable[[str, str, str, str], float]
"""Of the distinct values of (table, column), the share that (other table, key) holds: 0 to 1."""


@dataclass(frozen=True, slots=True)
class DeclaredKeys:
    """Keys the warehouse itself declares, by table."""

    primary: Mapping[str, str] = field(default_factory=dict)
    foreign: Mapping[str, tuple[ForeignKey, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    target: TableFacts
    key: ColumnFacts
    score: int


def with_keys(
    tables: Sequence[TableFacts], declared: DeclaredKeys, share_found: ShareFound
) -> tuple[TableFacts, ...]:
    """Add primary and foreign keys to tables whose columns are known.

    Declared keys win. A column without one refers to another table's key if the kinds agree, at
    least ``CONTAINED_SHARE`` of its distinct values are found there, and the names speak for it
    (or it is text with enough distinct values).
    """
    keyed = [
        replace(
            table,
            primary_key=declared.primary.get(table.name) or _guess_primary_key(table),
            primary_key_declared=table.name in declared.primary,
        )
        for table in tables
    ]
    return tuple(
        replace(table, foreign_keys=_foreign_keys(table, keyed, declared, share_found))
        for table in keyed
    )


def looks_like_key(name: str) -> bool:
    """Tell whether a column's name is that of a key: ``id``, ``user_id``, ``CustomerID``, …"""
    return re.search(r"(id|key|uuid|guid)$", name.lower()) is not None


def _guess_primary_key(table: TableFacts) -> str | None:
    own = _squeezed(singular(table.name))
    names = [f"{own}id", "id", f"{own}key"]
    found = [
        (names.index(squeezed) if (squeezed := _squeezed(column.name)) in names else 3, position)
        for position, column in enumerate(table.columns)
        if _is_unique(table, column) and (position == 0 or looks_like_key(column.name))
    ]
    return table.columns[min(found)[1]].name if found else None


def _is_unique(table: TableFacts, column: ColumnFacts) -> bool:
    return (
        table.rows > 0
        and column.nulls == 0
        and column.distinct == table.rows
        and _kind(column) is not None
    )


def _foreign_keys(
    table: TableFacts,
    tables: Sequence[TableFacts],
    declared: DeclaredKeys,
    share_found: ShareFound,
) -> tuple[ForeignKey, ...]:
    stated = declared.foreign.get(table.name, ())
    found = list(stated)
    for column in table.columns:
        if any(key.column == column.name for key in stated):
            continue
        target = _target(table, column, tables, share_found)
        if target is not None:
            found.append(ForeignKey(column.name, target.target.name, target.key.name, False))
    return tuple(found)


def _target(
    table: TableFacts,
    column: ColumnFacts,
    tables: Sequence[TableFacts],
    share_found: ShareFound,
) -> _Candidate | None:
    candidates = sorted(
        (
            candidate
            for target in tables
            if (candidate := _candidate(table, column, target)) is not None
        ),
        key=lambda candidate: (-candidate.score, candidate.key.distinct, candidate.target.name),
    )
    for candidate in candidates:
        share = share_found(table.name, column.name, candidate.target.name, candidate.key.name)
        if share >= CONTAINED_SHARE:
            return candidate
    return None


def _candidate(table: TableFacts, column: ColumnFacts, target: TableFacts) -> _Candidate | None:
    """Return the target if it is worth asking the warehouse whether it holds the values."""
    key = target.column(target.primary_key) if target.primary_key else None
    if key is None or (target.name, key.name) == (table.name, column.name):
        return None
    kind = _kind(column)
    if kind is None or kind != _kind(key) or column.distinct == 0:
        return None
    if column.distinct * CONTAINED_SHARE > key.distinct:
        return None  # it has more values than the key
    score = _name_score(column.name, target.name, key.name)
    if column.name == table.primary_key and not _is_child(table, target, column.name):
        return None
    if score == 0 and (kind != "text" or column.distinct < NAMELESS_DISTINCT):
        return None
    return _Candidate(target, key, score)


def _is_child(table: TableFacts, target: TableFacts, key: str) -> bool:
    """Of two tables with one key, tell which refers to which: the key bears the parent's name."""
    in_table = _squeezed(singular(table.name)) in _squeezed(key)
    in_target = _squeezed(singular(target.name)) in _squeezed(key)
    if in_table != in_target:
        return in_target
    return (target.rows, table.name) > (table.rows, target.name)


def _name_score(column: str, table: str, key: str) -> int:
    """Return how much a column's name speaks for a key: 0 (not at all) to 3."""
    name, key_name, owner = _squeezed(column), _squeezed(key), _squeezed(singular(table))
    if name in (f"{owner}id", f"{owner}key") or (name == key_name and key_name != "id"):
        return 3
    if len(key_name) > 3 and name.endswith(key_name):
        return 2
    if len(owner) > 2 and (name == owner or (owner in name and looks_like_key(column))):
        return 1
    return 0


def _kind(column: ColumnFacts) -> str | None:
    """Return what may be compared with what; whole floats are ids that passed through a float."""
    match column.type:
        case PhysicalType.TEXT:
            return "text"
        case PhysicalType.INTEGER:
            return "number"
        case PhysicalType.FLOAT | PhysicalType.DECIMAL if column.scale == 0:
            return "number"
    return None


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
