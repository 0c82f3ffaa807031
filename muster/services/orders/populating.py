"""Fills an order desk: with generated orders, the Online Retail lines, or a warehouse's own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from muster.base.errors import EngineFailed, InvalidFile, InvalidInput, NotFound
from muster.base.orders import Desk
from muster.base.people import Permission
from muster.engines.desk_rows import attach_source, desk_report, write_desk_table
from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import DEFAULT_SEED, Example, find_example
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.services.orders.setting_up import EXAMPLE, fit_model, holds_online_retail
from muster.store import audit
from muster.store.database import without_row_role
from muster.store.locks import named_lock
from muster.store.orders import populate
from muster.store.orders.setup import describe, use_schema

LEAST_ORDERS, MOST_ORDERS = 1, 20_000_000
_EVENTS_OF_ORDER = 8.5  # items and status changes, as the generator makes them
_MOST_PEOPLE = 2**21
_LOCK_SECONDS = 5.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GeneratedOrders:
    """Orders made up, about so many: customers and dates are drawn, not the number of orders."""

    orders: int
    seed: int = DEFAULT_SEED


@dataclass(frozen=True, slots=True)
class OnlineRetail:
    """The lines of the Online Retail data in a Parquet file; one invoice in so many."""

    path: Path
    one_in: int = 1


@dataclass(frozen=True, slots=True)
class WarehouseOrders:
    """The orders that the workspace's own warehouse holds, under the same numbers."""


Source: TypeAlias = GeneratedOrders | OnlineRetail | WarehouseOrders


@dataclass(frozen=True, slots=True)
class Populated:
    """What a desk was filled with.

    Attributes:
        rows: table -> its rows.
        oddities: what was found in the source, counted; nothing of it is lost.
        seconds: of preparing and loading.
    """

    kind: str
    rows: Mapping[str, int]
    oddities: Mapping[str, int]
    currency: str
    time_zone: str
    seconds: float

    @property
    def orders(self) -> int:
        """How many orders there are now."""
        return self.rows["orders"]


def populate_desk(
    context: WorkspaceContext,
    source: Source,
    *,
    replace: bool = False,
    tell: Tell = lambda _: None,
) -> Populated:
    """Fill the workspace's desk, in one transaction; what it held is given up only on demand.

    Args:
        replace: give up the orders, changes and imports that are there; saved views stay.

    Raises:
        NotFound: NO_ORDER_DESK; FILE_MISSING. Conflict: DESK_NOT_EMPTY.
        InvalidInput: BAD_SIZE. InvalidFile: the file is not what it is said to be.
        Busy: somebody else fills it, or an edit lasts too long.
    """
    context.require(Permission.ADMINISTER)
    with open_desk(context) as (connection, desk):
        if not replace:
            populate.refuse_full(connection)
    started = time.perf_counter()
    resources = context.resources
    schema = resources.orders_schema
    counted = _counted(context, source, desk)
    with (
        tempfile.TemporaryDirectory(prefix="orders-", dir=resources.data_folder) as name,
        resources.open_warehouse(Path(name) / "orders.duckdb", False) as warehouse,
    ):
        folder = Path(name)
        kind = _prepare(context, source, warehouse, tell)
        oddities = desk_report(warehouse)
        owning = without_row_role(resources.database)
        with named_lock(owning, f"orders:{schema}", wait_seconds=_LOCK_SECONDS) as connection:
            use_schema(connection, schema)
            if not replace:
                populate.refuse_full(connection)
            rows = populate.fill(
                connection,
                lambda table, file: write_desk_table(warehouse, table, file),
                folder,
                tell=tell,
            )
            describe(connection, currency=counted.currency, time_zone=counted.time_zone)
            audit.record(
                connection,
                context.workspace.id,
                actor=context.actor,
                action="orders.populate",
                subject=f"desk/{schema}",
                after={"from": kind, **rows},
            )
    if not isinstance(source, WarehouseOrders):
        fit_model(context, online_retail=isinstance(source, OnlineRetail))
    seconds = time.perf_counter() - started
    return Populated(kind, rows, oddities, counted.currency, counted.time_zone, seconds)


def _counted(context: WorkspaceContext, source: Source, desk: Desk) -> Desk:
    """Return what the desk counts in afterwards: the real lines are in pounds and London's time."""
    if isinstance(source, OnlineRetail):
        return Desk("GBP", "Europe/London")
    if isinstance(source, GeneratedOrders) and holds_online_retail(context):
        return Desk("USD", "America/New_York")
    return desk


def online_retail_script() -> Path:
    """Return where the script that reads the Online Retail lines is."""
    return Path(str(files("muster.examples") / "online_retail" / "desk.sql"))


def _prepare(
    context: WorkspaceContext, source: Source, warehouse: DuckDBWarehouse, tell: Tell
) -> str:
    """Let the scripts make the desk's rows; return what they are of."""
    example = find_example(EXAMPLE)
    match source:
        case GeneratedOrders():
            _generate(context, source, example, warehouse, tell)
        case WarehouseOrders():
            attach_source(warehouse, context.warehouse_path)
        case OnlineRetail():
            with _readable(source.path):
                warehouse.script(
                    online_retail_script(),
                    {"path": str(source.path), "one_in": source.one_in},
                    progress=tell,
                )
            return "online-retail"
    assert example.desk_script is not None
    warehouse.script(example.path(example.desk_script), {}, progress=tell)
    return "generated" if isinstance(source, GeneratedOrders) else "warehouse"


def _generate(
    context: WorkspaceContext,
    source: GeneratedOrders,
    example: Example,
    warehouse: DuckDBWarehouse,
    tell: Tell,
) -> None:
    if not LEAST_ORDERS <= source.orders <= MOST_ORDERS:
        raise InvalidInput(
            "BAD_SIZE",
            f"A desk is filled with {LEAST_ORDERS:,} to {MOST_ORDERS:,} orders.",
            path="--orders",
        )
    people = round(source.orders * _EVENTS_OF_ORDER / example.events_per_entity)
    people = min(_MOST_PEOPLE, max(1, people))
    variables = example.variables(
        until_utc=context.resources.clock.now_utc(),
        entities=people,
        events_per_entity=source.orders * _EVENTS_OF_ORDER / people,
        seed=source.seed,
    )
    for script in example.script_paths:
        warehouse.script(script, variables, progress=tell)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    if not path.is_file():
        raise NotFound("FILE_MISSING", f"There is no file {path}.", path=str(path))
    try:
        yield
    except EngineFailed as error:
        raise InvalidFile(
            "NOT_ONLINE_RETAIL",
            f"{path} does not hold the lines of the Online Retail data.",
            hint="A Parquet file with InvoiceNo, StockCode, Description, Quantity, InvoiceDate,"
            " UnitPrice, CustomerID and Country.",
            path=str(path),
        ) from error
