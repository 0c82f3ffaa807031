"""Rows of a file as values of fields, gathered into the orders they are lines of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from muster.base.order_imports import TARGETS, CellError, Import, RawCell
from muster.base.order_values import ValueFault
from muster.base.orders import OrderValue
from muster.services.orders.import_values import Reader, is_empty, plain_text, reader_of
from muster.store.database import Transaction
from muster.store.orders import imports

_SHOWN_LETTERS = 200  # of a rejected value


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column that stands for something."""

    place: int
    name: str
    target: str
    read: Reader


@dataclass(slots=True)
class ReadRow:
    """One row being checked; ``values``: target -> value of its cells that are not empty."""

    row_no: int
    cells: Sequence[RawCell]
    values: dict[str, OrderValue] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """The rows that name one order; ``key`` None: a row that names none stands alone."""

    key: str | None
    rows: list[ReadRow]


class RowReader:
    """Reads the rows of one import by its mapping and options."""

    def __init__(self, found: Import, *, currency: str) -> None:
        self._match = found.options.match
        self._width = len(found.columns)
        self._columns = {
            target: MappedColumn(
                place,
                column.name,
                target,
                reader_of(TARGETS[target], found.options, currency=currency),
            )
            for place, column in enumerate(found.columns)
            if (target := found.mapping.get(column.name)) is not None
        }

    def maps(self, target: str) -> bool:
        """Whether a column stands for it."""
        return target in self._columns

    @property
    def targets(self) -> Iterable[str]:
        """What columns stand for."""
        return self._columns

    @property
    def key_place(self) -> int | None:
        """Where rows name their order; None: no column does."""
        found = self._columns.get(self._match)
        return None if found is None else found.place

    def key_of(self, raw: RawCell) -> str | None:
        """Return what a row names its order by, one spelling for all; None: nothing."""
        if is_empty(raw):
            return None
        text = plain_text(raw)
        if self._match == "order_id":
            try:
                return str(self._columns["order_id"].read(raw))
            except ValueFault:
                return f"?{text}"
        return text

    def key_of_cells(self, cells: Sequence[RawCell]) -> str | None:
        """Return the same of a whole row."""
        place = self.key_place
        return None if place is None or place >= len(cells) else self.key_of(cells[place])

    def read(self, row_no: int, cells: Sequence[RawCell]) -> ReadRow:
        """Return a row's values and what is wrong with its cells."""
        row = ReadRow(row_no, cells)
        for column in self._columns.values():
            raw = cells[column.place] if column.place < len(cells) else None
            if is_empty(raw):
                continue
            try:
                row.values[column.target] = column.read(raw)
            except ValueFault as fault:
                hint = f" {fault.hint}" if fault.hint else ""
                self.fault(row, column.target, fault.code, fault.sentence + hint)
        if len(cells) > self._width:
            extra = f"The row has {len(cells)} cells, the file {self._width} columns."
            row.errors.append(CellError(None, None, "TOO_MANY_CELLS", extra))
        return row

    def fault(self, row: ReadRow, target: str, code: str, sentence: str) -> None:
        """Note what is wrong with one cell of a row; without such a column, with the row."""
        column = self._columns.get(target)
        value = None
        if column is not None and column.place < len(row.cells):
            value = plain_text(row.cells[column.place])[:_SHOWN_LETTERS] or None
        name = None if column is None else column.name
        row.errors.append(CellError(name, target, code, sentence, value))


def groups(connection: Transaction, import_id: int, reader: RowReader) -> Iterator[Group]:
    """Yield the orders of an import, each when its last row is reached.

    Lines of an order mostly follow each other; only where they do not, many wait in memory.
    """
    last: dict[str, int] = {}
    if reader.key_place is not None:
        for row_no, cell in imports.row_keys(connection, import_id, place=reader.key_place):
            key = reader.key_of(cell)
            if key is not None:
                last[key] = row_no
    waiting: dict[str, Group] = {}
    for row_no, cells in imports.rows(connection, import_id):
        row = reader.read(row_no, cells)
        key = reader.key_of_cells(cells)
        if key is None:
            yield Group(None, [row])
            continue
        waiting.setdefault(key, Group(key, [])).rows.append(row)
        if last[key] == row_no:
            yield waiting.pop(key)


def group_rows(rows: Iterable[tuple[int, Sequence[RawCell]]], reader: RowReader) -> list[Group]:
    """Return the orders of a few rows."""
    found: dict[str, Group] = {}
    alone: list[Group] = []
    for row_no, cells in rows:
        row = reader.read(row_no, cells)
        key = reader.key_of_cells(cells)
        if key is None:
            alone.append(Group(None, [row]))
        else:
            found.setdefault(key, Group(key, [])).rows.append(row)
    return [*found.values(), *alone]
