from __future__ import annotations

import psycopg
import pytest

from muster.base.errors import EngineFailed, NotFound, Unavailable
from muster.base.inspection import ColumnFacts, ForeignKey, PhysicalType, TableFacts
from muster.engines.postgres_inspect import inspect_postgres

P = PhysicalType

TABLES = """
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('good', 'bad');
CREATE DOMAIN shop.mail AS text;
CREATE TABLE shop.customers (
    customer_id integer PRIMARY KEY, email shop.mail, mood shop.mood, likes text[], seen boolean,
    raw jsonb, score double precision, weight numeric, token uuid, since timestamptz,
    "odd name" date
);
INSERT INTO shop.customers SELECT i, 'u' || i || '@example.org',
    CASE WHEN i % 3 > 0 THEN 'good'::shop.mood END, ARRAY['a', 'b'], i % 4 = 0, '{"x": 1}',
    CASE WHEN i = 3 THEN 'NaN' ELSE i / 4.0 END, i / 8.0, gen_random_uuid(),
    timestamptz '2024-01-01 10:00:00+05:30', date '2024-01-01' + i
    FROM generate_series(1, 40) i;
CREATE TABLE shop.orders (
    order_id bigint PRIMARY KEY, customer_id integer REFERENCES shop.customers,
    total numeric(12, 2) NOT NULL, placed_at timestamp, status varchar(10)
);
INSERT INTO shop.orders SELECT i, 1 + i % 40, i * 1.25, timestamp '2024-01-01', 'new'
    FROM generate_series(1, 1000) i;
CREATE TABLE shop.payments AS SELECT order_id AS payment_id, customer_id, total FROM shop.orders;
CREATE TABLE shop.pairs (a integer, b integer, PRIMARY KEY (a, b));
CREATE VIEW shop.active AS SELECT customer_id FROM shop.orders WHERE customer_id < 5;
CREATE TABLE public.elsewhere (id integer);
ANALYZE;
"""


@pytest.fixture(scope="module")
def url(module_database_url: str) -> str:
    with psycopg.connect(
        module_database_url.replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute(TABLES)
    return module_database_url


@pytest.fixture(scope="module")
def tables(url: str) -> dict[str, TableFacts]:
    return {table.name: table for table in inspect_postgres(url, schema="shop").tables}


def test_the_tables_and_views_of_one_schema_are_found(tables: dict[str, TableFacts]) -> None:
    assert list(tables) == ["active", "customers", "orders", "pairs", "payments"]
    assert tables["customers"].rows == 40


@pytest.mark.parametrize(
    "expected",
    [
        ColumnFacts(
            "seen", P.BOOLEAN, "boolean", 0, 2, "false", "true", (("false", 30), ("true", 10))
        ),
        ColumnFacts("mood", P.TEXT, "shop.mood", 13, 1, "good", "good", (("good", 27),)),
        ColumnFacts("likes", P.TEXT_LIST, "text[]", 0, 1, None, None, (("a", 40), ("b", 40))),
        ColumnFacts("raw", P.OTHER, "jsonb", 0, 1, None, None, ()),
        ColumnFacts("score", P.FLOAT, "double precision", 1, 39, "0.25", "10", (), 2),
        ColumnFacts(
            "since",
            P.ZONED_TIMESTAMP,
            "timestamp with time zone",
            0,
            1,
            "2024-01-01 04:30:00+00",
            "2024-01-01 04:30:00+00",
            (),
        ),
        ColumnFacts("odd name", P.DATE, "date", 0, 40, "2024-01-02", "2024-02-10", ()),
    ],
    ids=lambda one: one.name,
)
def test_the_facts_of_a_column_are_exact(
    tables: dict[str, TableFacts], expected: ColumnFacts
) -> None:
    assert tables["customers"].column(expected.name) == expected


def test_a_domain_is_what_it_is_made_of(tables: dict[str, TableFacts]) -> None:
    email = tables["customers"].column("email")
    assert email is not None
    assert (email.type, email.distinct, email.minimum) == (P.TEXT, 40, "u10@example.org")


@pytest.mark.parametrize(
    ("table", "name", "scale"), [("orders", "total", 2), ("customers", "weight", None)]
)
def test_decimals_have_the_declared_scale(
    tables: dict[str, TableFacts], table: str, name: str, scale: int | None
) -> None:
    column = tables[table].column(name)
    assert column is not None
    assert (column.type, column.scale) == (P.DECIMAL, scale)


def test_keys_are_declared_or_inferred(tables: dict[str, TableFacts]) -> None:
    orders, payments = tables["orders"], tables["payments"]
    assert (orders.primary_key, orders.primary_key_declared) == ("order_id", True)
    assert orders.foreign_keys == (ForeignKey("customer_id", "customers", "customer_id", True),)
    assert (payments.primary_key, payments.primary_key_declared) == ("payment_id", False)
    assert payments.foreign_keys == (ForeignKey("customer_id", "customers", "customer_id", False),)
    assert tables["pairs"].primary_key is None


def test_a_long_table_is_described_by_the_servers_own_statistics(url: str) -> None:
    found = {
        table.name: table for table in inspect_postgres(url, schema="shop", exact_rows=500).tables
    }
    assert found["customers"].columns[0].native_type == "integer"
    orders = found["orders"]
    assert orders.rows == 1000
    assert all(column.native_type.endswith("(estimated)") for column in orders.columns)
    customer_id, total, status = (orders.column(one) for one in ("customer_id", "total", "status"))
    assert customer_id is not None
    assert total is not None
    assert status is not None
    assert (customer_id.distinct, len(customer_id.top_values)) == (40, 20)
    assert (total.distinct, total.minimum, total.maximum, total.scale) == (
        1000,
        "1.25",
        "1250.00",
        2,
    )
    assert status.top_values == (("new", 1000),)
    assert found["payments"].foreign_keys  # looked for in a sample


def test_a_long_table_that_was_never_analysed_is_counted_exactly(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA fresh")
        connection.execute("CREATE TABLE fresh.t AS SELECT i FROM generate_series(1, 900) i")
        found = inspect_postgres(url, schema="fresh", exact_rows=5)
        connection.execute("DROP SCHEMA fresh CASCADE")
    assert (found.tables[0].rows, found.tables[0].columns[0].native_type) == (900, "integer")


def test_the_session_only_reads(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION shop.busy() RETURNS integer LANGUAGE plpgsql VOLATILE AS "
            "$$ BEGIN INSERT INTO shop.pairs VALUES (1, 1); RETURN 1; END $$"
        )
        connection.execute("CREATE SCHEMA traps")
        connection.execute("CREATE VIEW traps.trap AS SELECT shop.busy() AS x")
        with pytest.raises(EngineFailed, match="read-only"):
            inspect_postgres(url, schema="traps")
        connection.execute("DROP SCHEMA traps CASCADE")
        count = connection.execute("SELECT count(*) FROM shop.pairs").fetchall()
    assert count == [(0,)]


def test_a_schema_that_does_not_exist_is_not_found(url: str) -> None:
    with pytest.raises(NotFound) as caught:
        inspect_postgres(url, schema="shopp")
    assert caught.value.code == "SCHEMA_MISSING"


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        inspect_postgres("postgresql://nobody:secret@127.0.0.1:1/none")
    assert caught.value.code == "POSTGRES_UNREACHABLE"
    assert "secret" not in caught.value.sentence


def test_progress_names_each_table(url: str) -> None:
    told: list[str] = []
    inspect_postgres(url, schema="shop", progress=told.append)
    assert told == ["active", "customers", "orders", "pairs", "payments"]
