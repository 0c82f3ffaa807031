"""Files of orders for tests, and what an import makes of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from muster.base.order_changes import Applied
from muster.base.order_imports import Import, ImportRow
from muster.services.context import WorkspaceContext
from muster.services.orders import import_running, importing


def csv_of(header: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """Return a CSV file; None is an empty cell."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


class Desk:
    """An order desk that files are imported into."""

    def __init__(self, context: WorkspaceContext, folder: Path) -> None:
        self.context = context
        self._file = folder / "upload"

    def upload(self, content: bytes, *, sheet: str | None = None) -> Import:
        """Send a file."""
        self._file.write_bytes(content)
        return importing.upload(self.context, self._file, file_name="orders.csv", sheet=sheet)

    def configure(
        self, found: Import, mapping: Mapping[str, str | None] | None = None, **options: Any
    ) -> Import:
        """Change mapping and options."""
        wanted = replace(found.options, **options) if options else None
        return importing.configure(self.context, found.id, mapping=mapping, options=wanted)

    def check(self, found: Import) -> Import:
        """Check it."""
        return import_running.check(self.context, found.id)

    def checked(self, content: bytes, **options: Any) -> Import:
        """Send a file and check it."""
        found = self.upload(content)
        if options:
            found = self.configure(found, **options)
        return self.check(found)

    def rows(self, found: Import, outcome: str | None = None) -> tuple[ImportRow, ...]:
        """Return its rows."""
        return importing.rows_of(self.context, found.id, outcome=outcome, after=0, limit=500)

    def told(self, found: Import) -> list[tuple[int, str, list[tuple[str | None, str]]]]:
        """Return of each row what becomes of it, and its errors by field and code."""
        return [
            (row.row_no, str(row.outcome), [(error.field, error.code) for error in row.errors])
            for row in self.rows(found)
        ]

    def apply(
        self, found: Import, *, skip_errors: bool = False, op_id: UUID | None = None
    ) -> Applied:
        """Apply it."""
        return import_running.apply_import(
            self.context, found.id, op_id=op_id or uuid4(), skip_errors=skip_errors
        )[1]
