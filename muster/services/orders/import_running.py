"""Checks an import, mends its rows, puts it on the desk through the one write path, and back.

Check and apply plan alike; apply plans on locked orders, and then writes. One of them at a time is
at work on an import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from uuid import UUID, uuid5

from muster.base.errors import Busy, Conflict, InvalidInput, NotFound
from muster.base.order_changes import Applied, Draft
from muster.base.order_imports import (
    MAX_CELL,
    CellError,
    Import,
    ImportRow,
    ImportState,
    RawCell,
)
from muster.base.orders import Desk
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import write
from muster.services.orders.import_parts import Seen
from muster.services.orders.import_planning import plan
from muster.services.orders.import_reading import RowReader, group_rows
from muster.services.orders.import_working import Work, keep_outcomes, plan_all, rules_of, sum_up
from muster.services.orders.importing import at_work, own_import, refuse_personal
from muster.services.orders.undoing import undo_within
from muster.store.database import Transaction
from muster.store.orders import imports

_TRIES = 3
_ROW_PATH = re.compile(r"\$\.rows\[(\d+)\](?:\.(?:fields\.)?(\w+))?")


def check(context: WorkspaceContext, import_id: int) -> Import:
    """Say for every row what it would do, and what is wrong with it; the desk stays as it is.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT, NOT_ALLOWED.
        InvalidInput: NOTHING_MAPPED. Conflict: IMPORT_OVER. Busy: IMPORT_AT_WORK.
    """
    with at_work(context, import_id, states=("read", "checked")) as (connection, desk, found):
        refuse_unmapped(context, found)
        work = plan_all(connection, desk, context, found, keep=False)
        sum_up(connection, context, import_id, amount=work.amount)
        return own_import(connection, context, import_id)


def mend(
    context: WorkspaceContext, import_id: int, row_no: int, cells: Mapping[str, RawCell]
) -> tuple[Import, tuple[ImportRow, ...]]:
    """Replace cells of a row, and check it again with the other rows of its order.

    What several orders share (one customer, one reference) is compared over the whole file when it
    is applied.

    Args:
        cells: column -> value.

    Returns:
        The import, and the rows that were checked.

    Raises:
        InvalidInput: UNKNOWN_COLUMN, BAD_CELL. NotFound: UNKNOWN_IMPORT, UNKNOWN_ROW.
        Forbidden: NOT_YOUR_IMPORT. Conflict: IMPORT_OVER, NOT_CHECKED. Busy: IMPORT_AT_WORK.
    """
    with at_work(context, import_id, states=("checked",)) as (connection, desk, found):
        present = imports.find_row(connection, import_id, row_no)
        if present is None:
            raise NotFound("UNKNOWN_ROW", f"The import has no row {row_no}.")
        mended = _mended(found, present.cells, cells)
        reader = RowReader(found, currency=desk.currency)
        before = imports.key_of_row(connection, import_id, row_no)
        imports.set_cells(connection, import_id, row_no, mended)
        keys = [key for key in {before, reader.key_of_cells(mended)} if key is not None]
        rows = imports.rows_like(connection, import_id, keys=keys, row_no=row_no)
        rules = rules_of(connection, context, found)
        planned = plan(connection, group_rows(rows, reader), reader, rules, Seen())
        keep_outcomes(connection, import_id, planned)
        sum_up(connection, context, import_id, amount=None)
        numbers = sorted(row.row_no for one in planned for row in one.rows)
        checked = [imports.find_row(connection, import_id, number) for number in numbers]
        return own_import(connection, context, import_id), tuple(row for row in checked if row)


def apply_import(
    context: WorkspaceContext, import_id: int, *, op_id: UUID, skip_errors: bool
) -> tuple[Import, Applied]:
    """Put an import on the desk as one changeset; what it would do is worked out anew.

    Args:
        op_id: the same one again answers as the first time.
        skip_errors: leave out orders with bad rows; else nothing is done while there is one.

    Raises:
        Conflict: IMPORT_HAS_ERRORS, NOT_CHECKED, IMPORT_OVER; CELLS_CHANGED, somebody is editing
            the same customers. NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT, NOT_ALLOWED.
        InvalidInput: NOTHING_MAPPED. Busy: IMPORT_AT_WORK.
    """
    barred: dict[int, CellError] = {}
    for _ in range(_TRIES):
        try:
            done = _apply_once(context, import_id, op_id, skip_errors=skip_errors, barred=barred)
        except InvalidInput as error:
            refused = dict(_refused_rows(error))
            if not refused or refused.keys() <= barred.keys():
                raise
            barred |= refused  # what the check does not know is told of the rows all the same
            continue
        if isinstance(done, int):
            raise Conflict(
                "IMPORT_HAS_ERRORS",
                f"{done:,} rows have errors.",
                hint="Mend them, or apply with skip_errors to leave their orders out.",
            )
        return done
    raise Busy("IMPORT_UNSETTLED", "The orders change faster than the import can be checked.")


def revert(context: WorkspaceContext, import_id: int) -> tuple[Import, Applied]:
    """Undo an applied import; what somebody changed since stays and is told.

    One that was undone elsewhere meanwhile is only marked as reverted.

    Raises:
        Conflict: IMPORT_OVER, NOT_CHECKED: it is not applied. NotFound: UNKNOWN_IMPORT.
        Forbidden: NOT_YOUR_IMPORT. Busy: IMPORT_AT_WORK.
    """
    with at_work(context, import_id, states=("applied",)) as (connection, desk, found):
        applied = Applied(None, 0, 0, "", ())
        if found.changeset_id is not None:
            # always the same number: asked twice, it is undone once
            op_id = uuid5(UUID(found.summary["op_id"]), "revert")
            try:
                applied = undo_within(connection, desk, context, op_id, found.changeset_id)
            except Conflict as error:
                if error.code != "ALREADY_UNDONE":
                    raise
                applied = replace(applied, already=True)
        imports.change(connection, import_id, state="reverted")
        return own_import(connection, context, import_id), applied


def _apply_once(
    context: WorkspaceContext,
    import_id: int,
    op_id: UUID,
    *,
    skip_errors: bool,
    barred: Mapping[int, CellError],
) -> tuple[Import, Applied] | int:
    """Plan and write in one transaction; return how many rows are bad if nothing was written."""
    states: tuple[ImportState, ...] = ("checked", "applied")
    with at_work(context, import_id, states=states) as (connection, desk, found):
        if found.state == "applied":
            return found, _as_before(found, op_id)
        refuse_unmapped(context, found)
        work = plan_all(connection, desk, context, found, keep=True, barred=barred)
        summary = sum_up(connection, context, import_id, amount=work.amount)
        if summary["errors"] and not skip_errors:
            return int(summary["errors"])
        applied = _write(connection, desk, context, found, work, op_id)
        if found.options.match == "reference":
            imports.name_inserted(connection, import_id)
        did = {"op_id": str(op_id), "orders": applied.orders, "cells": applied.cells}
        imports.change(
            connection,
            import_id,
            state="applied",
            changeset_id=applied.changeset_id,
            summary={**summary, **did},
        )
        return own_import(connection, context, import_id), applied


def _write(
    connection: Transaction,
    desk: Desk,
    context: WorkspaceContext,
    found: Import,
    work: Work,
    op_id: UUID,
) -> Applied:
    return write(connection, desk, context, draft_of(found, work, op_id))


def draft_of(found: Import, work: Work, op_id: UUID) -> Draft:
    """Return all that an import comes to as one deed."""
    return Draft(
        op_id,
        "import",
        cells=tuple(work.cells),
        inserts=tuple(work.inserts),
        item_inserts=tuple(work.item_inserts),
        title=f"Import of {found.file_name}"[:200],
        reason=found.options.reason,
        fingerprint=sha256(f"import {found.id}".encode()).hexdigest(),
        details={"import_id": found.id, "file_name": found.file_name},
    )


def _mended(
    found: Import, present: Iterable[RawCell], cells: Mapping[str, RawCell]
) -> list[RawCell]:
    """Return a row's cells with those replaced."""
    places = {column.name: place for place, column in enumerate(found.columns)}
    mended = list(present)[: len(places)]  # what lay beyond the columns goes with the mending
    mended += [None] * (len(places) - len(mended))
    for name, cell in cells.items():
        if name not in places:
            raise InvalidInput(
                "UNKNOWN_COLUMN", "The file has no such column.", path="$.cells", hint=name[:100]
            )
        if isinstance(cell, str) and (len(cell) > MAX_CELL or not _is_storable(cell)):
            raise InvalidInput("BAD_CELL", "The text cannot be a cell.", path="$.cells")
        mended[places[name]] = cell
    return mended


def refuse_unmapped(context: WorkspaceContext, found: Import) -> None:
    """Raise InvalidInput NOTHING_MAPPED, or Forbidden for personal columns one may not see."""
    if not any(found.mapping.values()):
        raise InvalidInput("NOTHING_MAPPED", "No column stands for anything yet.", path="$.mapping")
    refuse_personal(context, found.mapping)


def _as_before(found: Import, op_id: UUID) -> Applied:
    """Return what applying came to the first time; another deed comes too late."""
    summary = found.summary
    if summary["op_id"] != str(op_id):
        raise Conflict("IMPORT_OVER", "The import is applied already.")
    return Applied(found.changeset_id, summary["orders"], summary["cells"], "", (), already=True)


def _refused_rows(error: InvalidInput) -> Iterator[tuple[int, CellError]]:
    """Yield the rows that the write path refused, as it names them."""
    for problem in error.problems:
        row = _ROW_PATH.match(problem.path)
        if row is not None:
            yield int(row[1]), CellError(None, row[2], problem.code, problem.sentence)


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
