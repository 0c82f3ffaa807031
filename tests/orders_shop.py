"""A small order desk, the same each time, whose rows tests know: 40 customers, 200 orders.

`world()` is the truth in Python, `make_desk(context)` puts it into PostgreSQL. Orders 1 to 200 are
spread over the sixty days before `NOW`, are in every status, and their histories lead there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert, text

from muster.api.app import create_app
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.settings import Settings
from muster.store.database import without_row_role
from muster.store.embedded import EmbeddedServer
from muster.store.orders import tables
from muster.store.orders.setup import set_up, use_schema
from muster.wiring import open_resources
from tests.api.shop import make_shop, settings_for
from tests.services.small_workspace import Installation, new_database

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ORDERS = 200
CITIES = (("Vienna", "AT"), ("Graz", "AT"), ("Boston", "US"), ("Montréal", "CA"))
TIERS = ("bronze", "silver", "gold", "platinum", None)
NAMES = ("Anna", "Zoë", "José", "O'Brien", "Müller", "Lee", "Ines", "René")
PATHS = (
    ("pending",),
    ("pending", "confirmed"),
    ("pending", "confirmed", "processing"),
    ("pending", "confirmed", "processing", "shipped"),
    ("pending", "confirmed", "processing", "shipped", "delivered"),
    ("pending", "on_hold"),
    ("pending", "confirmed", "on_hold"),
    ("pending", "confirmed", "processing", "on_hold"),
    ("pending", "on_hold", "pending", "confirmed", "processing", "shipped", "delivered"),
    ("pending", "cancelled"),
    ("pending", "confirmed", "processing", "cancelled"),
    ("pending", "confirmed", "processing", "shipped", "delivered", "returned"),
    ("pending", "confirmed", "processing", "shipped", "returned", "refunded"),
)


@dataclass(frozen=True)
class Customer:
    """One customer."""

    customer_id: str
    name: str
    email: str | None
    phone: str
    address: str
    city: str
    state: str | None
    country: str
    tier: str | None
    customer_type: str


@dataclass(frozen=True)
class Product:
    """One product."""

    product_id: str
    name: str
    category: str
    brand: str
    price: Decimal


@dataclass(frozen=True)
class Item:
    """One line of an order."""

    order_id: int
    line_no: int
    product_id: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class Step:
    """One step of an order's history."""

    order_id: int
    from_status: str | None
    to_status: str
    changed_at: datetime
    changed_by: str
    reason: str | None


@dataclass(frozen=True)
class Order:
    """One order; what repeats its customer, items or history is worked out from them."""

    order_id: int
    reference: str | None
    kind: str
    customer_id: str | None
    customer_name: str | None
    customer_email: str | None
    order_date: datetime
    status: str
    held_from: str | None
    total_amount: Decimal
    item_count: int
    quantity: int
    channel: str | None
    payment_method: str | None
    coupon: str | None
    note: str | None
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class World:
    """Everything the desk of tests holds."""

    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    items: tuple[Item, ...]
    history: tuple[Step, ...]

    def order(self, order_id: int) -> Order:
        """Return the order with a number."""
        return self.orders[order_id - 1]

    def items_of(self, order_id: int) -> list[Item]:
        """Return an order's lines."""
        return [item for item in self.items if item.order_id == order_id]

    def first(self, status: str, *, kind: str = "sale") -> Order:
        """Return the first order in a status."""
        return next(one for one in self.orders if one.status == status and one.kind == kind)


def world(now: datetime = NOW) -> World:
    """Return the rows; the same for the same ``now``."""
    customers = tuple(_customer(number) for number in range(1, 41))
    products = tuple(_product(number) for number in range(1, 21))
    items = tuple(item for number in range(1, ORDERS + 1) for item in _items(number, products))
    history = tuple(step for number in range(1, ORDERS + 1) for step in _steps(number, now))
    orders = tuple(
        _order(number, now, customers, items, history) for number in range(1, ORDERS + 1)
    )
    return World(customers, products, orders, items, history)


def make_desk(context: WorkspaceContext, *, now: datetime = NOW) -> World:
    """Set the workspace's order desk up and fill it; return what is in it."""
    resources = context.resources
    set_up(resources.database, resources.orders_schema, workspace_id=context.workspace.id)
    made = world(now)
    owning = without_row_role(resources.database)
    with owning.transaction(context.workspace.id) as connection:
        use_schema(connection, resources.orders_schema)
        with _without_triggers(connection):
            for table, rows in (
                (tables.customers, made.customers),
                (tables.products, made.products),
                (tables.orders, made.orders),
                (tables.order_items, made.items),
                (tables.order_status_history, made.history),
            ):
                connection.execute(insert(table), [asdict(row) for row in rows])
        connection.execute(text("SELECT setval('orders_order_id_seq', :last)"), {"last": ORDERS})
    with owning.transaction() as connection:
        use_schema(connection, resources.orders_schema)
        connection.execute(text("ANALYZE orders, order_items, customers"))
    return made


@contextmanager
def _without_triggers(connection: Connection) -> Iterator[None]:
    names = ("customers", "products", "orders", "order_items", "order_status_history")
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
    yield
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


def _customer(number: int) -> Customer:
    city, country = CITIES[number % len(CITIES)]
    return Customer(
        customer_id=f"C{number:04}",
        name=f"{NAMES[number % len(NAMES)]} {number}",
        email=None if number % 10 == 0 else f"Person{number}@example.test",
        phone=f"+1 212-555-01{number:02}",
        address=f"{number} Main Street",
        city=city,
        state="MA" if city == "Boston" else None,
        country=country,
        tier=TIERS[number % len(TIERS)],
        customer_type=("consumer", "small_business", "corporate")[number % 3],
    )


def _product(number: int) -> Product:
    return Product(
        product_id=f"SKU-{number:03}",
        name=f"Thing {number}",
        category=("Books", "Toys", "Home")[number % 3],
        brand=("Fable", "Oak & Co")[number % 2],
        price=Decimal(number * 150 - 1) / 100,
    )


def _kind(number: int) -> str:
    return {0: "credit", 33: "adjustment"}.get(number % 66, "sale")


def _items(number: int, products: tuple[Product, ...]) -> Iterator[Item]:
    for line in range(1, 2 + number % 4):
        # order 7, 27, … have a product twice; only what is no sale has negative quantities
        chosen = products[(number * (1 if number % 20 == 7 else line)) % len(products)]
        pieces = 1 + (number + line) % 5
        quantity = pieces if _kind(number) == "sale" else -pieces
        yield Item(number, line, chosen.product_id, quantity, chosen.price)


def _ordered_at(number: int, now: datetime) -> datetime:
    # order 200 some minutes ago, order 1 sixty days ago; some share their very second
    minutes = (ORDERS - number // 2 * 2) * 60 * 24 * 60 // ORDERS + 20
    return now - timedelta(minutes=minutes)


def _steps(number: int, now: datetime) -> Iterator[Step]:
    path = PATHS[number % len(PATHS)]
    ordered = _ordered_at(number, now)
    apart = min(timedelta(hours=8), (now - ordered) / (len(path) + 1))
    for place, status in enumerate(path):
        yield Step(
            order_id=number,
            from_status=path[place - 1] if place else None,
            to_status=status,
            changed_at=ordered + apart * place,
            changed_by="generator",
            reason="customer asked" if status == "cancelled" else None,
        )


def _order(
    number: int,
    now: datetime,
    customers: tuple[Customer, ...],
    items: tuple[Item, ...],
    history: tuple[Step, ...],
) -> Order:
    path = PATHS[number % len(PATHS)]
    steps = [step for step in history if step.order_id == number]
    reached = {step.to_status: step.changed_at for step in steps}
    own = [item for item in items if item.order_id == number]
    buyer = None if number % 25 == 5 else customers[(number * 7) % len(customers)]
    return Order(
        order_id=number,
        reference=f"SHOP-{number:04}" if number % 5 == 0 else None,
        kind=_kind(number),
        customer_id=buyer and buyer.customer_id,
        customer_name=buyer and buyer.name,
        customer_email=buyer and buyer.email,
        order_date=_ordered_at(number, now),
        status=path[-1],
        held_from=path[-2] if path[-1] == "on_hold" else None,
        total_amount=sum((item.quantity * item.unit_price for item in own), Decimal(0)),
        item_count=len(own),
        quantity=sum(item.quantity for item in own),
        channel=("web", "app", "store", "phone", None)[number % 5],
        payment_method=("card", "paypal", "gift_card", "invoice", None, "card")[number % 6],
        coupon=("WELCOME10", "VIP20")[number % 2] if number % 6 == 1 else None,
        note=f"Ring twice, order {number}" if number % 9 == 4 else None,
        paid_at=reached.get("confirmed"),
        shipped_at=reached.get("shipped"),
        delivered_at=reached.get("delivered"),
        created_at=steps[0].changed_at,
        updated_at=steps[-1].changed_at,
    )


# Fixtures. Import those you need into a conftest.py (tests/services/orders and tests/api do).


@pytest.fixture(scope="session")
def desk_template(
    template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The small workspace with an order desk; only to be copied."""
    with template.copied(tmp_path_factory.mktemp("desk")) as copy:
        with copy.opened() as context:
            make_desk(context)
        yield copy


@pytest.fixture
def desk_installation(desk_template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of it that the test may change."""
    with desk_template.copied(tmp_path) as copy:
        yield copy


@pytest.fixture
def desk_context(desk_installation: Installation) -> Iterator[WorkspaceContext]:
    """The copy, opened: an order desk the test may change."""
    with desk_installation.opened() as context:
        yield context


@pytest.fixture(scope="module")
def desk_shared(
    desk_template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkspaceContext]:
    """An order desk for the tests of one module that only read."""
    with (
        desk_template.copied(tmp_path_factory.mktemp("desk_shared")) as copy,
        copy.opened() as context,
    ):
        yield context


@pytest.fixture(scope="session")
def desk_shop(
    embedded_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The shop of the API's tests with an order desk; only to be copied."""
    with new_database(embedded_server) as name:
        made = Installation(embedded_server, name, tmp_path_factory.mktemp("desk_shop"))
        settings = settings_for(embedded_server.url(database=name), made.data)
        make_shop(settings)
        add_desk(settings)
        yield made


def add_desk(settings: Settings) -> None:
    """Give the shop of the API's tests an order desk."""
    with open_resources(settings) as resources:
        make_desk(enter_locally(resources, "shop", actor="test"))


@contextmanager
def client_of(shop: Installation, folder: Path) -> Iterator[TestClient]:
    """Start an application over a copy of an installation."""
    with shop.copied(folder) as copy:
        settings = settings_for(copy.server.url(database=copy.database), copy.data)
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            yield client


@pytest.fixture
def desk_client(desk_shop: Installation, tmp_path: Path) -> Iterator[TestClient]:
    """An application whose first workspace (`shop`) has an order desk; `empty` has none."""
    with client_of(desk_shop, tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def desk_reader(
    desk_shop: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The same for the tests of one module that only read."""
    with client_of(desk_shop, tmp_path_factory.mktemp("desk_reader")) as client:
        yield client


@pytest.fixture
def desk_connection(desk_context: WorkspaceContext) -> Iterator[Connection]:
    """A transaction on an order desk, committed if the test passes so far."""
    resources = desk_context.resources
    with resources.database.transaction(desk_context.workspace.id) as connection:
        use_schema(connection, resources.orders_schema)
        yield connection


def rows(connection: Connection, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query of a test."""
    return [tuple(row) for row in connection.execute(text(query), values)]
