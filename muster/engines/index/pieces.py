"""Reads the events of some days, sorted as an index keeps them, and holds them in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import Field
from muster.engines.index.keyed import Keyed
from muster.engines.index.layout import BLOCK
from muster.engines.index.reading import (
    DAY_MICROSECONDS,
    Relation,
    at_row,
    codes_dtype,
    day_of,
    fetch_columns,
    kind_of,
    units,
)
from muster.engines.scan_executor import EmbeddedWarehouse
from muster.engines.templates import fill_value, named

Role = tuple[str, str]
"""A field's name (empty: of the events themselves) and what an array holds of it."""

ENTITY: Role = ("", "entity")
AT: Role = ("", "at")
_SQL_TYPES = {
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
}
_WORD_BITS = 63
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits as good as random (golden ratio)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a field of events is kept.

    Attributes:
        dtype: of codes or whole numbers; float64 otherwise.
        texts: the dictionary of a field of text.
        wide: an amount may need more than 18 digits on its way to units.
    """

    field: Field
    dtype: np.dtype[Any]
    texts: tuple[str, ...] = ()
    wide: bool = True

    @property
    def roles(self) -> tuple[Role, ...]:
        """The arrays that hold it, save for ``known``, which only some have."""
        name = self.field.name
        match kind_of(self.field):
            case "codes":
                return ((name, "codes"),)
            case "points":
                return ((name, "latitude"), (name, "longitude"))
            case _:
                return ((name, "values"),)


@dataclass(frozen=True, slots=True)
class Layout:
    """How events are ordered: the partition field, if any, and the columns beside it."""

    size: int
    partition: Shape | None
    shapes: tuple[Shape, ...]

    @property
    def codes(self) -> int:
        """How many partition codes there are, no value among them."""
        return 1 if self.partition is None else len(self.partition.texts) + 1

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return -(-self.size // BLOCK) * self.codes


@dataclass(frozen=True, slots=True)
class Held:
    """An array in a file; only who maps it has it in memory."""

    path: Path
    dtype: np.dtype[Any]

    def mapped(self) -> NDArray[Any]:
        """Map the file for as long as the array is used."""
        return np.asarray(np.memmap(self.path, dtype=self.dtype, mode="r"))


@dataclass(frozen=True, slots=True)
class Part:
    """Events in the order of a layout, some of whose days are wanted.

    Attributes:
        codes: partition codes there were when it was made.
        offsets: where each of its runs begins, and the end of the last.
        spans: half-open spans of microseconds that are wanted, ascending; None: all of it.
        start: when the first event happened, in microseconds.
    """

    codes: int
    offsets: NDArray[np.int64]
    arrays: Mapping[Role, NDArray[Any] | Held]
    spans: tuple[tuple[int, int], ...] | None
    start: int

    def array(self, role: Role) -> NDArray[Any] | None:
        """Return one of its arrays, if it has that."""
        found = self.arrays.get(role)
        return found.mapped() if isinstance(found, Held) else found


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of the events, as read: known rows by day, the days on which events are tied."""

    part: Part
    known: Mapping[int, int]
    tied: frozenset[int]


def read_piece(
    warehouse: EmbeddedWarehouse,
    keyed: Keyed,
    relation: Relation,
    layout: Layout,
    *,
    days: Sequence[int],
    share: tuple[int, int] = (0, 1),
) -> dict[str, NDArray[Any]]:
    """Read the events of some days (ascending) whose keys are known, sorted by run and time.

    Returns columns ``r`` (run), ``a`` (microseconds), ``e`` (ordinal in the block), and of shape
    i ``v<i>`` (a point's longitude ``w<i>``). Ties are broken by the other columns.

    Args:
        share: (number, count): only this one of so many equal shares of the time.
    """
    columns, texts = _columns(layout)
    select = keyed.select(relation, columns, texts, where=within(days, share))
    ordinal, at = exp.column("o", table="s"), exp.column("a", table="s")
    run: exp.Expr = fill_value("$o >> 16", o=ordinal)
    if layout.partition is not None:
        count, code = exp.Literal.number(layout.codes), exp.column("p", table="s", quoted=True)
        run = fill_value("($o >> 16) * $count + $code", o=ordinal, count=count, code=code)
    start = days[0] * DAY_MICROSECONDS
    bits = ((days[-1] + 1) * DAY_MICROSECONDS - start).bit_length()
    packed = bits + layout.runs.bit_length() < _WORD_BITS
    if packed:  # one number is sorted a quarter faster than two
        place = fill_value(
            "(CAST($run AS BIGINT) << $bits) | ($at - $start)",
            run=exp.paren(run),
            bits=exp.Literal.number(bits),
            at=at,
            start=exp.Literal.number(start),
        )
        shown = [named(place, "k")]
    else:
        shown = [named(exp.cast(run, exp.DType.INT), "r"), named(at, "a")]
    shown.append(named(fill_value("CAST($o & 65535 AS USMALLINT)", o=ordinal), "e"))
    shown += (
        exp.column(part.alias_or_name, table="s", quoted=True)
        for part in columns
        if part.alias_or_name not in ("a", "p")
    )
    tree = exp.select(*shown, copy=False).from_(select.subquery("s", copy=False), copy=False)
    tree = tree.order_by(*(exp.Literal.number(number + 1) for number in range(len(shown))))
    rows = fetch_columns(warehouse, tree, f"events of {len(days)} days")
    if packed:
        places = np.ma.getdata(rows.pop("k"))
        rows |= {"r": places >> bits, "a": (places & ((1 << bits) - 1)) + start}
    return rows


def _columns(layout: Layout) -> tuple[list[exp.Expr], dict[str, tuple[str, ...]]]:
    columns = [named(fill_value("EPOCH_US($at)", at=at_row("at")), "a")]
    texts: dict[str, tuple[str, ...]] = {}
    if layout.partition is not None:
        columns.append(named(at_row(f"f_{layout.partition.field.name}"), "p"))
        texts["p"] = layout.partition.texts
    for place, shape in enumerate(layout.shapes):
        field = shape.field
        value, name = at_row(f"f_{field.name}"), f"v{place}"
        match kind_of(field):
            case "whole":
                found = units(field, value, wide=shape.wide)
                columns.append(named(exp.cast(found, _SQL_TYPES[shape.dtype.name]), name))
            case "points":
                columns.append(named(at_row(f"y_{field.name}"), name))
                columns.append(named(at_row(f"x_{field.name}"), f"w{place}"))
            case "codes":
                texts[name] = shape.texts
                columns.append(named(value, name))
            case _:
                columns.append(named(value, name))
    return columns, texts


def within(days: Sequence[int], share: tuple[int, int] = (0, 1)) -> exp.Expr:
    """Return the condition that an event happened on one of some days, ascending."""
    at = at_row("at")
    first, last = days[0], days[-1]
    start, length = first * DAY_MICROSECONDS, (last + 1 - first) * DAY_MICROSECONDS
    number, count = share
    bounds: list[exp.Expr] = [
        exp.GTE(this=at, expression=_instant(start + length * number // count)),
        exp.LT(this=at.copy(), expression=_instant(start + length * (number + 1) // count)),
    ]
    if len(days) <= last - first:
        numbers = [exp.Literal.number(day) for day in days]
        bounds.append(exp.In(this=day_of(at.copy()), expressions=numbers))
    return exp.and_(*bounds)


def _instant(microseconds: int) -> exp.Expr:
    number = exp.Literal.number(microseconds)
    return fill_value("MAKE_TIMESTAMP(CAST($us AS BIGINT))", us=number)


def keep_piece(
    rows: Mapping[str, NDArray[Any]], layout: Layout, *, folder: Path, name: str
) -> Piece:
    """Put what `read_piece` returned into files that are mapped again."""
    runs = np.ma.getdata(rows["r"])
    at = np.ma.getdata(rows["a"])
    entity = np.ma.getdata(rows["e"])
    offsets = np.searchsorted(runs, np.arange(layout.runs + 1)).astype(np.int64)
    arrays: dict[Role, NDArray[Any]] = {ENTITY: entity, AT: at}
    for place, shape in enumerate(layout.shapes):
        arrays |= _arrays(shape, rows[f"v{place}"], rows.get(f"w{place}"))
    days = at // DAY_MICROSECONDS
    known: dict[int, int] = {}
    if len(days):
        first = int(days.min())
        counts = np.bincount(days - first)
        known = {first + int(day): int(counts[day]) for day in np.flatnonzero(counts)}
    tied = frozenset(int(day) for day in _tied_days(at, entity, offsets[:: layout.codes]))
    held = {
        role: _held(values, folder / f"{name}.{place}")
        for place, (role, values) in enumerate(arrays.items())
    }
    start = int(at.min()) if len(at) else 0
    return Piece(Part(layout.codes, offsets, held, None, start), known, tied)


def _arrays(
    shape: Shape, values: NDArray[Any], second: NDArray[Any] | None
) -> dict[Role, NDArray[Any]]:
    roles = shape.roles
    found: dict[Role, NDArray[Any]] = {}
    if shape.dtype.kind == "f":
        found[roles[0]] = np.ma.filled(values, np.nan)
        if second is not None:
            found[roles[1]] = np.ma.filled(second, np.nan)
        return found
    found[roles[0]] = np.ma.filled(values, 0).astype(shape.dtype, copy=False)
    hidden = np.ma.getmask(values)
    if hidden is not np.ma.nomask and kind_of(shape.field) == "whole":
        found[shape.field.name, "known"] = np.logical_not(hidden)
    return found


def _held(values: NDArray[Any], path: Path) -> NDArray[Any] | Held:
    """Write values to a file, so that they need no memory; no values need no file."""
    if not len(values):
        return values
    values.tofile(path)
    return Held(path, values.dtype)


def _tied_days(
    at: NDArray[np.int64], entity: NDArray[np.uint16], blocks: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the days on which somebody has two events at one instant.

    Args:
        at: in microseconds, one per event.
        entity: the ordinal in the block.
        blocks: where each block begins, and the end of the last.
    """
    found = [
        _tied(at[start:end], entity[start:end].astype(np.int64)) for start, end in pairwise(blocks)
    ]
    return np.unique(np.concatenate(found) // DAY_MICROSECONDS) if found else at[:0]


def _tied(at: NDArray[np.int64], entity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the times at which somebody of a block has two events, each at least once.

    Every event writes its number into a slot that time and entity choose; who finds another there
    compares itself with it, and goes on to the next round if they only share the slot. The slots
    of a block stay in the processor's cache.
    """
    width = np.uint64(max(10, len(at).bit_length() + 1))
    mixed = (at.view(np.uint64) * _SPREAD + entity.view(np.uint64)) * _SPREAD
    slots = (mixed >> (np.uint64(64) - width)).view(np.int64)
    table = np.empty(1 << int(width), dtype=np.int32)
    rest = np.arange(len(at), dtype=np.int32)
    found = [at[:0]]
    while len(rest):
        table[slots[rest]] = rest
        there = table[slots[rest]]
        lost = there != rest
        rest, there = rest[lost], there[lost]
        same = (at[rest] == at[there]) & (entity[rest] == entity[there])
        found.append(at[rest[same]])
        rest = rest[~same]
    return np.concatenate(found)


def shape_of_texts(field: Field, texts: Iterable[str]) -> Shape:
    """Return the shape of a field of text."""
    dictionary = tuple(texts)
    return Shape(field, codes_dtype(len(dictionary)), dictionary)
