from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlglot import exp

from muster.base.datamodel import Field, FieldType
from muster.base.inspection import PhysicalType
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.load_convert import KeyKind, StagedColumn, field_value, key_value
from muster.engines.templates import named, table

P = PhysicalType
T = FieldType
ZONE = "Asia/Kolkata"
NOON = datetime(2024, 1, 1, 12)


@pytest.fixture(scope="module")
def warehouse() -> Any:
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        yield opened


def answer(warehouse: DuckDBWarehouse, source: str, value: exp.Expr | None) -> Any:
    assert value is not None
    warehouse.connection.execute(f"CREATE OR REPLACE TABLE t AS SELECT {source} AS c").fetchall()
    tree = exp.select(named(value, "v")).from_(table("t"))
    return warehouse.rows(Statement.of(tree, dialect="duckdb", purpose="a test"), limit=1).rows[0][
        0
    ]


FIELDS: list[tuple[str, PhysicalType, T, dict[str, Any], Any]] = [
    ("'x'", P.TEXT, T.STRING, {}, "x"),
    ("''", P.TEXT, T.STRING, {}, ""),
    ("1234.0::DOUBLE", P.FLOAT, T.STRING, {}, "1234"),
    ("7", P.INTEGER, T.ENUM, {}, "7"),
    ("true", P.BOOLEAN, T.STRING, {}, "true"),
    ("7", P.INTEGER, T.INTEGER, {}, 7),
    ("7.0::DOUBLE", P.FLOAT, T.INTEGER, {}, 7),
    ("7.5::DOUBLE", P.FLOAT, T.INTEGER, {}, None),
    ("1e300::DOUBLE", P.FLOAT, T.INTEGER, {}, None),
    ("'nan'::DOUBLE", P.FLOAT, T.INTEGER, {}, None),
    ("12.00::DECIMAL(9, 2)", P.DECIMAL, T.INTEGER, {}, 12),
    ("' 42 '", P.TEXT, T.INTEGER, {}, 42),
    ("'-42.00'", P.TEXT, T.INTEGER, {}, -42),
    ("'12.7'", P.TEXT, T.INTEGER, {}, None),
    ("'0x10'", P.TEXT, T.INTEGER, {}, None),
    ("''", P.TEXT, T.INTEGER, {}, None),
    ("99999999999999999999", P.INTEGER, T.INTEGER, {}, None),
    ("'1.5'", P.TEXT, T.NUMBER, {}, 1.5),
    ("'abc'", P.TEXT, T.NUMBER, {}, None),
    ("3", P.INTEGER, T.NUMBER, {}, 3.0),
    ("2.675::DOUBLE", P.FLOAT, T.MONEY, {}, Decimal("2.68")),
    ("0.1::DOUBLE", P.FLOAT, T.DECIMAL, {"scale": 3}, Decimal("0.100")),
    ("'12.345'", P.TEXT, T.MONEY, {"scale": 3}, Decimal("12.345")),
    ("'1,234.50'", P.TEXT, T.MONEY, {}, None),
    ("1e20::DOUBLE", P.FLOAT, T.MONEY, {}, None),
    ("'nan'::DOUBLE", P.FLOAT, T.MONEY, {}, None),
    ("'yes'", P.TEXT, T.BOOLEAN, {}, True),
    ("0", P.INTEGER, T.BOOLEAN, {}, False),
    ("'maybe'", P.TEXT, T.BOOLEAN, {}, None),
    ("DATE '2024-01-01'", P.DATE, T.DATE, {}, date(2024, 1, 1)),
    ("'2024-01-01'", P.TEXT, T.DATE, {}, date(2024, 1, 1)),
    ("'01/13/2024'", P.TEXT, T.DATE, {}, None),
    ("TIMESTAMP '2024-01-01 23:00:00'", P.NAIVE_TIMESTAMP, T.DATE, {}, date(2024, 1, 1)),
    ("TIMESTAMPTZ '2024-01-01 23:00:00+00'", P.ZONED_TIMESTAMP, T.DATE, {}, date(2024, 1, 2)),
    ("TIMESTAMP '2024-01-01 12:00:00'", P.NAIVE_TIMESTAMP, T.TIMESTAMP, {}, NOON),
    ("DATE '2024-01-01'", P.DATE, T.TIMESTAMP, {}, datetime(2024, 1, 1)),
    (
        "TIMESTAMPTZ '2024-01-01 17:30:00+05:30'",
        P.ZONED_TIMESTAMP,
        T.TIMESTAMP,
        {"stored_as": "utc"},
        NOON,
    ),
    (
        "TIMESTAMPTZ '2024-01-01 06:30:00+00'",
        P.ZONED_TIMESTAMP,
        T.TIMESTAMP,
        {"stored_as": ZONE},
        NOON,
    ),
    (
        "TIMESTAMP '2024-01-01 12:00:00'",
        P.NAIVE_TIMESTAMP,
        T.TIMESTAMP,
        {"stored_as": "instant"},
        NOON,
    ),
    ("'2024-01-01 12:00'", P.TEXT, T.TIMESTAMP, {}, NOON),
    ("'2024-01-01T17:30:00+05:30'", P.TEXT, T.TIMESTAMP, {}, NOON),
    ("'2024-01-01T12:00:00Z'", P.TEXT, T.TIMESTAMP, {"stored_as": "instant"}, NOON),
    ("'2024-01-01 12:00'", P.TEXT, T.TIMESTAMP, {"stored_as": ZONE}, NOON),
    ("'2024-01-01T06:30:00Z'", P.TEXT, T.TIMESTAMP, {"stored_as": ZONE}, NOON),
    ("'2024-01-01'", P.TEXT, T.TIMESTAMP, {"stored_as": ZONE}, datetime(2024, 1, 1)),
    ("'noon'", P.TEXT, T.TIMESTAMP, {}, None),
    ("['a', 'b']", P.TEXT_LIST, T.LIST, {}, ["a", "b"]),
    ("'[a, b]'", P.TEXT, T.LIST, {}, ["a", "b"]),
    ('\'["a b", "c"]\'', P.TEXT, T.LIST, {}, ["a b", "c"]),
    ("'a | b;c'", P.TEXT, T.LIST, {}, ["a", "b", "c"]),
    ("'[a'", P.TEXT, T.LIST, {}, None),
    ("''", P.TEXT, T.LIST, {}, None),
    ("'48.2'", P.TEXT, T.GEO, {}, 48.2),
]


@pytest.mark.parametrize(
    ("source", "staged", "kind", "settings", "expected"),
    FIELDS,
    ids=[f"{one[0]} as {one[2]} {one[3] or ''}" for one in FIELDS],
)
def test_a_value_becomes_what_the_field_wants_or_null(
    warehouse: DuckDBWarehouse,
    source: str,
    staged: PhysicalType,
    kind: T,
    settings: dict[str, Any],
    expected: Any,
) -> None:
    column = StagedColumn("c", staged, whole=True)
    value = field_value(column, Field("f", kind, **settings), time_zone=ZONE)
    found = answer(warehouse, source, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("staged", "kind"),
    [
        (P.DATE, T.INTEGER),
        (P.BOOLEAN, T.NUMBER),
        (P.OTHER, T.MONEY),
        (P.FLOAT, T.BOOLEAN),
        (P.INTEGER, T.DATE),
        (P.INTEGER, T.TIMESTAMP),
        (P.INTEGER, T.LIST),
    ],
)
def test_a_column_that_can_never_become_the_field_is_told(staged: PhysicalType, kind: T) -> None:
    column = StagedColumn("c", staged, whole=True)
    assert field_value(column, Field("f", kind), time_zone=ZONE) is None


@pytest.mark.parametrize(
    ("source", "staged", "whole", "kind", "expected"),
    [
        ("17850.0::DOUBLE", P.FLOAT, True, KeyKind.INTEGER, 17850),
        ("17850.0::DOUBLE", P.FLOAT, True, KeyKind.TEXT, "17850"),
        ("1.5::DOUBLE", P.FLOAT, False, KeyKind.TEXT, "1.5"),
        ("'17850.0'", P.TEXT, True, KeyKind.INTEGER, 17850),
        ("'00123'", P.TEXT, True, KeyKind.TEXT, "00123"),
        ("'x7'", P.TEXT, True, KeyKind.INTEGER, None),
        ("''", P.TEXT, True, KeyKind.TEXT, None),
        ("9::HUGEINT", P.INTEGER, True, KeyKind.INTEGER, 9),
        ("9", P.INTEGER, True, KeyKind.TEXT, "9"),
    ],
)
def test_a_key_becomes_a_whole_number_or_text(
    warehouse: DuckDBWarehouse,
    source: str,
    staged: PhysicalType,
    whole: bool,
    kind: KeyKind,
    expected: Any,
) -> None:
    found = answer(warehouse, source, key_value(StagedColumn("c", staged, whole), kind))
    assert found == expected
    assert type(found) is type(expected)
