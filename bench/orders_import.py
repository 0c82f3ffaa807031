"""An import of 50,000 rows in the benchmark of the order desk: read, checked, applied, undone.

Four of five rows change an order that is there, the others make a new one; there are ten columns.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from muster.services.context import WorkspaceContext
from muster.services.orders import import_running, importing
from muster.services.orders.opening import open_desk
from muster.store.orders.tables import customers, orders, products

ROWS = 50_000
_HEADER = (
    "order_id",
    "reference",
    "customer no",
    "order date",
    "channel",
    "paid with",
    "note",
    "sku",
    "qty",
    "price",
)


def read_file(context: WorkspaceContext) -> int:
    """Write the file and stage its rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        _write(context, path)
        found = importing.upload(context, path, file_name="orders.csv")
    return int(found.summary["rows"])


def check(context: WorkspaceContext) -> int:
    """Check the import that was read last."""
    found = import_running.check(context, _newest(context))
    assert found.summary["errors"] == 0, found.summary
    return int(found.summary["rows"])


def apply(context: WorkspaceContext) -> int:
    """Put it on the desk."""
    _, applied = import_running.apply_import(
        context, _newest(context), op_id=uuid4(), skip_errors=False
    )
    return applied.orders


def revert(context: WorkspaceContext) -> int:
    """Undo it."""
    return import_running.revert(context, _newest(context))[1].orders


def _newest(context: WorkspaceContext) -> int:
    return importing.list_imports(context)[0].id


def _write(context: WorkspaceContext, path: Path) -> None:
    """Write rows that all differ from the desk; a small desk gets fewer."""
    known = select(orders.c.order_id).where(orders.c.kind == "sale").order_by(orders.c.order_id)
    with open_desk(context) as (connection, _), path.open("w", newline="") as stream:
        found = connection.scalars(known.limit(ROWS // 5 * 4)).all()
        people = connection.scalars(select(customers.c.customer_id).limit(1000)).all()
        skus = connection.scalars(select(products.c.product_id).limit(100)).all()
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        mark = uuid4().hex[:8]
        for number in found:
            writer.writerow([number, "", "", "", "", "", f"counted again {mark}", "", "", ""])
        for number in range(len(found) // 4):
            writer.writerow(
                [
                    "",
                    f"{mark}-{number}",
                    people[number % len(people)],
                    "2025-05-04 10:30",
                    "web",
                    "card",
                    "from a file",
                    skus[number % len(skus)],
                    1 + number % 5,
                    "12.50",
                ]
            )


DEEDS: Mapping[str, Callable[[WorkspaceContext], int]] = {
    "import: read a CSV file": read_file,
    "import: check it": check,
    "import: apply it": apply,
    "import: revert it": revert,
}
