"""The order desk's tables in SQLAlchemy Core, as far as statements name them.

The migrations say what holds for them; `tests/store/orders` compares the columns.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    FetchedValue,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from muster.store.column_types import ExactJson, Instant, PlainText

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, PlainText)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _instant(name: str, *, made: bool = False) -> Column[object]:
    return Column(name, Instant, server_default=FetchedValue() if made else None)


def _made(name: str) -> Column[int]:
    """Build a number that the database gives."""
    return Column(name, BigInteger, server_default=FetchedValue())


def _stamps() -> tuple[Column[object], Column[object], Column[int]]:
    return (
        _instant("created_at", made=True),
        _instant("updated_at", made=True),
        _made("row_version"),
    )


desk = Table(
    "desk",
    metadata,
    _number("workspace_id"),
    Column("identity", Uuid, server_default=FetchedValue()),
    _text("currency"),
    _text("time_zone"),
)

order_status = Table(
    "order_status",
    metadata,
    Column("status", PlainText, primary_key=True),
    _text("label"),
    Column("position", SmallInteger),
    Column("open", Boolean),
    Column("items_frozen", Boolean),
)

transitions = Table(
    "order_status_transition",
    metadata,
    Column("from_status", PlainText, primary_key=True),
    Column("to_status", PlainText, primary_key=True),
    _text("role"),
    Column("reason_required", Boolean),
    _text("condition"),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", PlainText, primary_key=True),
    *(_text(name) for name in ("name", "email", "phone", "address", "city", "state", "country")),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("birth_date", Date),
    _text("customer_type"),
    _text("tier"),
    Column("newsletters", ARRAY(PlainText)),
    Column("email_verified", Boolean),
    Column("marketing_consent", Boolean),
    Column("loyalty_ends_on", Date),
    *_stamps(),
)

products = Table(
    "products",
    metadata,
    Column("product_id", PlainText, primary_key=True),
    _text("name"),
    _text("category"),
    _text("brand"),
    Column("price", Numeric(12, 2)),
    _instant("updated_at", made=True),
    _made("row_version"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", BigInteger, primary_key=True, server_default=FetchedValue()),
    _text("reference"),
    _text("kind"),
    _text("customer_id"),
    _text("customer_name"),
    _text("customer_email"),
    _instant("order_date", made=True),
    _text("status"),
    _text("held_from"),
    Column("total_amount", Numeric(14, 2)),
    Column("item_count", Integer),
    _number("quantity"),
    _text("channel"),
    _text("payment_method"),
    _text("coupon"),
    _text("note"),
    _instant("paid_at"),
    _instant("shipped_at"),
    _instant("delivered_at"),
    *_stamps(),
    Column("search", TSVECTOR, server_default=FetchedValue()),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", BigInteger, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    _made("order_item_id"),
    _text("product_id"),
    Column("quantity", Integer),
    Column("unit_price", Numeric(12, 2)),
    Column("subtotal", Numeric(14, 2), server_default=FetchedValue()),
    *_stamps(),
)

order_status_history = Table(
    "order_status_history",
    metadata,
    Column("status_change_id", BigInteger, primary_key=True, server_default=FetchedValue()),
    _number("order_id"),
    _text("from_status"),
    _text("to_status"),
    _instant("changed_at", made=True),
    _text("changed_by"),
    _text("reason"),
    _number("changeset_id"),
)

changesets = Table(
    "changesets",
    metadata,
    Column("id", BigInteger, primary_key=True, server_default=FetchedValue()),
    Column("op_id", Uuid),
    _text("kind"),
    _text("actor"),
    _instant("at", made=True),
    _text("title"),
    _text("reason"),
    Column("orders", Integer),
    Column("cells", Integer),
    _number("undoes"),
    Column("details", ExactJson),
)

changes = Table(
    "changes",
    metadata,
    Column("changeset_id", BigInteger, primary_key=True),
    Column("seq", Integer, primary_key=True),
    _text("entity"),
    _text("key"),
    _text("op"),
    _text("field"),
    Column("old", ExactJson),
    Column("new", ExactJson),
    _number("version_before"),
    _number("version_after"),
    _number("order_id"),
)

feed = Table(
    "feed",
    metadata,
    Column("id", BigInteger, primary_key=True, server_default=FetchedValue()),
    Column("txid", PlainText, server_default=FetchedValue()),
    _text("entity"),
    _text("key"),
    _number("changeset_id"),
    _instant("at", made=True),
)

views = Table(
    "views",
    metadata,
    Column("id", BigInteger, primary_key=True, server_default=FetchedValue()),
    _text("name"),
    _text("owner"),
    Column("shared", Boolean),
    Column("state", ExactJson),
    *_stamps(),
)

imports = Table(
    "imports",
    metadata,
    Column("id", BigInteger, primary_key=True, server_default=FetchedValue()),
    _text("actor"),
    _text("file_name"),
    _text("state"),
    *(Column(name, ExactJson) for name in ("columns", "mapping", "options", "summary")),
    _number("changeset_id"),
    _instant("created_at", made=True),
    _instant("updated_at", made=True),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", BigInteger, primary_key=True),
    Column("row_no", Integer, primary_key=True),
    Column("cells", ExactJson),
    Column("errors", ExactJson),
    _text("outcome"),
    _number("order_id"),
    _text("order_key"),
)

presence = Table(
    "presence",
    metadata,
    Column("client_id", Uuid, primary_key=True),
    _text("actor"),
    _number("order_id"),
    _text("field"),
    _instant("seen_at", made=True),
)
