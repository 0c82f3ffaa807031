"""Imports of orders: a file is staged, mapped, looked through, and forgotten again.

Checking, mending and applying one are in `import_running.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from muster.base.errors import Busy, Conflict, Forbidden, InvalidInput, NotFound, Problem
from muster.base.order_imports import (
    OUTCOMES,
    TARGETS,
    Import,
    ImportColumn,
    ImportOptions,
    ImportRow,
    ImportState,
    RawCell,
)
from muster.base.orders import Desk
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.import_files import open_table
from muster.services.orders.import_guessing import guess_mapping, guess_options
from muster.services.orders.import_values import is_empty, plain_text
from muster.services.orders.opening import open_desk
from muster.store.database import Transaction
from muster.store.locks import lock_in_transaction
from muster.store.orders import imports
from muster.store.schedules import refuse_bad_zone

KEPT = timedelta(days=7)
KEPT_APPLIED = timedelta(days=30)
"""After that the rows of an applied import are forgotten; its changeset stays."""
_PERSONAL = frozenset(name for name, target in TARGETS.items() if target.field.personal)
_LISTED = 100
_LOOKED_AT = 200  # rows by which columns and options are guessed
_SAMPLE = 5
_LOCK_SECONDS = 1.0


def upload(
    context: WorkspaceContext, path: Path, *, file_name: str, sheet: str | None = None
) -> Import:
    """Stage a file's rows and guess what its columns are.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: NO_ORDER_DESK.
        InvalidFile: see `open_table`.
    """
    context.require(Permission.EDIT_ORDERS)
    with open_desk(context) as (connection, desk):
        imports.sweep(connection, unapplied=KEPT, applied=KEPT_APPLIED)
        with open_table(path, sheet=sheet) as table:
            rows = iter(table.rows)
            first = list(itertools.islice(rows, _LOOKED_AT))
            if not first:
                raise InvalidInput(
                    "EMPTY_FILE", "The file has a header and no rows.", path="$.body"
                )
            samples = _samples(first, len(table.names))
            mapping = guess_mapping(table.names, samples)
            if not context.allows(Permission.SEE_PERSONAL):
                mapping = {
                    name: None if target in _PERSONAL else target
                    for name, target in mapping.items()
                }
            options = guess_options(mapping, table.names, samples, time_zone=desk.time_zone)
            import_id = imports.create(
                connection,
                actor=context.actor,
                file_name=file_name,
                columns=[
                    ImportColumn(name, _shown(cells))
                    for name, cells in zip(table.names, samples, strict=True)
                ],
                mapping=mapping,
                options=options,
            )
            count = imports.stage(connection, import_id, itertools.chain(first, rows))
        imports.change(connection, import_id, summary={"rows": count, "file": table.about})
        return _found(connection, import_id)


def list_imports(context: WorkspaceContext) -> tuple[Import, ...]:
    """Return the newest imports; those nobody went on with for a week are forgotten here."""
    context.require(Permission.EDIT_ORDERS)
    with open_desk(context) as (connection, _):
        imports.sweep(connection, unapplied=KEPT, applied=KEPT_APPLIED)
        return imports.list_newest(connection, limit=_LISTED)


def show_import(context: WorkspaceContext, import_id: int) -> Import:
    """Return an import, with how far it is while it is at work.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT.
    """
    with open_desk(context) as (connection, _):
        return own_import(connection, context, import_id)


def configure(
    context: WorkspaceContext,
    import_id: int,
    *,
    mapping: Mapping[str, str | None] | None,
    options: ImportOptions | None,
) -> Import:
    """Say what the columns stand for and how they are read; it then has to be checked again.

    Args:
        mapping: of some columns; the others keep theirs. None: as it is.

    Raises:
        InvalidInput: BAD_MAPPING, with every fault; UNKNOWN_TIME_ZONE.
        Forbidden: NOT_YOUR_IMPORT, or NOT_ALLOWED to map what is personal.
        NotFound: UNKNOWN_IMPORT. Conflict: IMPORT_OVER. Busy: IMPORT_AT_WORK.
    """
    with at_work(context, import_id, states=("read", "checked")) as (connection, _, found):
        chosen = {**found.mapping, **(mapping or {})}
        _refuse_mapping(found, chosen)
        refuse_personal(context, chosen)
        wanted = options or found.options
        refuse_bad_zone(wanted.time_zone)
        if chosen == found.mapping and wanted == found.options:
            return found
        kept = {name: found.summary[name] for name in ("rows", "file")}
        imports.change(
            connection, import_id, mapping=chosen, options=wanted, state="read", summary=kept
        )
        return _found(connection, import_id)


def rows_of(
    context: WorkspaceContext, import_id: int, *, outcome: str | None, after: int, limit: int
) -> tuple[ImportRow, ...]:
    """Return the rows behind a number, those of one outcome or all.

    Raises:
        InvalidInput: UNKNOWN_OUTCOME. NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise InvalidInput(
            "UNKNOWN_OUTCOME",
            "No row ends like that.",
            hint=f"One of {', '.join(OUTCOMES)}.",
            path="$.query.outcome",
        )
    with open_desk(context) as (connection, _):
        own_import(connection, context, import_id)
        return imports.page_of_rows(
            connection, import_id, outcome=outcome, after=after, limit=limit
        )


def drop(context: WorkspaceContext, import_id: int) -> None:
    """Forget the rows of an import that was not applied; dropping it twice changes nothing.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT. Conflict: IMPORT_OVER.
    """
    with at_work(context, import_id, states=("read", "checked", "dropped")) as (connection, *_):
        imports.delete_rows(connection, import_id)
        imports.change(connection, import_id, state="dropped")


@contextmanager
def at_work(
    context: WorkspaceContext, import_id: int, *, states: Sequence[ImportState]
) -> Iterator[tuple[Transaction, Desk, Import]]:
    """Hold an import in one of the states; nobody else is at work on it until the block ends.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_ALLOWED, NOT_YOUR_IMPORT.
        Conflict: NOT_CHECKED, IMPORT_OVER. Busy: IMPORT_AT_WORK.
    """
    with open_desk(context) as (connection, desk):
        own_import(connection, context, import_id)
        try:
            # not the row itself: others read it, and how far the work is is written there
            lock_in_transaction(
                connection, f"orders:import:{import_id}", wait_seconds=_LOCK_SECONDS
            )
        except Busy as error:
            raise Busy(
                "IMPORT_AT_WORK",
                "This import is being worked at just now.",
                hint="Look how far it is, and try again then.",
            ) from error
        imports.allow_long(connection)
        found = own_import(connection, context, import_id)
        if found.state not in states:
            code = "NOT_CHECKED" if found.state == "read" else "IMPORT_OVER"
            raise Conflict(code, f"The import is {found.state}, so this cannot be done with it.")
        yield connection, desk, found


def own_import(connection: Transaction, context: WorkspaceContext, import_id: int) -> Import:
    """Return an import that who acts may see and go on with: their own, or for an admin any.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_ALLOWED, NOT_YOUR_IMPORT.
    """
    context.require(Permission.EDIT_ORDERS)
    found = _found(connection, import_id)
    if found.actor != context.actor and not context.allows(Permission.ADMINISTER):
        raise Forbidden(
            "NOT_YOUR_IMPORT",
            f"{found.actor} began this import, and only they or an admin may go on with it.",
        )
    return found


def refuse_personal(context: WorkspaceContext, mapping: Mapping[str, str | None]) -> None:
    """Raise Forbidden NOT_ALLOWED if a column is personal and who acts may not see such data."""
    if not _PERSONAL.isdisjoint(target for target in mapping.values() if target):
        context.require(Permission.SEE_PERSONAL)


def _found(connection: Transaction, import_id: int) -> Import:
    found = imports.find(connection, import_id)
    if found is None:
        raise NotFound("UNKNOWN_IMPORT", f"There is no import {import_id}.")
    return found


def _samples(rows: Sequence[tuple[int, list[RawCell]]], width: int) -> list[list[RawCell]]:
    return [
        [cells[place] if place < len(cells) else None for _, cells in rows]
        for place in range(width)
    ]


def _shown(cells: Iterable[RawCell]) -> tuple[str, ...]:
    """Return the first values that differ, cut short."""
    texts = (plain_text(cell)[:80] for cell in cells if not is_empty(cell))
    return tuple(dict.fromkeys(texts))[:_SAMPLE]


def _refuse_mapping(found: Import, chosen: Mapping[str, str | None]) -> None:
    columns = {column.name for column in found.columns}
    problems = [
        Problem("UNKNOWN_COLUMN", "$.mapping", f'The file has no column "{name[:100]}".')
        for name in chosen
        if name not in columns
    ]
    given: dict[str, str] = {}
    for name, target in chosen.items():
        if target is None:
            continue
        if target not in TARGETS:
            problems.append(
                Problem("UNKNOWN_FIELD", "$.mapping", f'"{target[:100]}" is no field of an order.')
            )
        elif target in given:
            sentence = f'"{given[target]}" and "{name}" cannot both be {TARGETS[target].label}.'
            problems.append(Problem("MAPPED_TWICE", "$.mapping", sentence))
        else:
            given[target] = name
    if problems:
        raise InvalidInput.of("BAD_MAPPING", "The mapping", problems)
