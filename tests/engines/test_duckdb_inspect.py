from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.base.clock import FixedClock
from muster.base.errors import InvalidFile, NotFound
from muster.base.inspection import ColumnFacts, ForeignKey, PhysicalType
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_facts import physical_type
from muster.engines.duckdb_inspect import (
    inspect,
    inspect_file,
    inspect_folder,
    orphan_shares,
)
from muster.model.load import load_model
from tests.model.documents import ABSENT, document
from tests.model.shop import write_file, write_folder

P = PhysicalType
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def column_of(query: str) -> ColumnFacts:
    """Return the facts of the only column of a query."""
    with DuckDBWarehouse.in_memory(threads=1) as warehouse:
        warehouse.connection.execute(f"CREATE TABLE t AS {query}").fetchall()
        return inspect(warehouse).tables[0].columns[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT unnest(['b', 'a', 'b', NULL, '']) AS c",
            ColumnFacts("c", P.TEXT, "VARCHAR", 1, 3, "", "b", (("b", 2), ("", 1), ("a", 1))),
        ),
        (
            "SELECT unnest([10, 9, 10]) AS c",
            ColumnFacts("c", P.INTEGER, "INTEGER", 0, 2, "9", "10", (("10", 2), ("9", 1))),
        ),
        (
            "SELECT unnest([1.5, 2.25, NULL]::DECIMAL(9, 3)[]) AS c",
            ColumnFacts("c", P.DECIMAL, "DECIMAL(9,3)", 1, 2, "1.500", "2.250", (), 3),
        ),
        (
            "SELECT unnest([17850.0, 'nan'::DOUBLE, NULL]) AS c",
            ColumnFacts("c", P.FLOAT, "DOUBLE", 2, 1, "17850.0", "17850.0", (), 0),
        ),
        (
            "SELECT unnest([0.125::DOUBLE, 2]) AS c",
            ColumnFacts("c", P.FLOAT, "DOUBLE", 0, 2, "0.125", "2.0", (), 3),
        ),
        (
            "SELECT 1 / 3 AS c",
            ColumnFacts(
                "c", P.FLOAT, "DOUBLE", 0, 1, "0.3333333333333333", "0.3333333333333333", ()
            ),
        ),
        (
            "SELECT unnest([true, false, true]) AS c",
            ColumnFacts(
                "c", P.BOOLEAN, "BOOLEAN", 0, 2, "false", "true", (("true", 2), ("false", 1))
            ),
        ),
        (
            "SELECT DATE '2024-01-02' AS c",
            ColumnFacts("c", P.DATE, "DATE", 0, 1, "2024-01-02", "2024-01-02", ()),
        ),
        (
            "SELECT TIMESTAMPTZ '2024-01-02 10:00:00+05:30' AS c",
            ColumnFacts(
                "c",
                P.ZONED_TIMESTAMP,
                "TIMESTAMP WITH TIME ZONE",
                0,
                1,
                "2024-01-02 04:30:00+00",
                "2024-01-02 04:30:00+00",
                (),
            ),
        ),
        (
            "SELECT unnest([['x', 'y'], ['x'], NULL]) AS c",
            ColumnFacts("c", P.TEXT_LIST, "VARCHAR[]", 1, 2, None, None, (("x", 2), ("y", 1))),
        ),
        (
            "SELECT {'a': 1} AS c",
            ColumnFacts("c", P.OTHER, "STRUCT(a INTEGER)", 0, 1, None, None, ()),
        ),
        (
            "SELECT NULL::VARCHAR AS c",
            ColumnFacts("c", P.TEXT, "VARCHAR", 1, 0, None, None, ()),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_facts_of_a_column_are_exact(query: str, expected: ColumnFacts) -> None:
    assert column_of(query) == expected


@pytest.mark.parametrize(("distinct", "shown"), [(10_000, 20), (10_001, 0)])
def test_a_column_of_very_many_values_has_no_top(distinct: int, shown: int) -> None:
    found = column_of(f"SELECT 'v' || i AS c FROM range({distinct}) t(i)")
    assert (found.distinct, len(found.top_values)) == (distinct, shown)


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        ("VARCHAR", P.TEXT),
        ("UUID", P.TEXT),
        ("ENUM('a', 'b')", P.TEXT),
        ("HUGEINT", P.INTEGER),
        ("UTINYINT", P.INTEGER),
        ("DECIMAL(18,4)", P.DECIMAL),
        ("FLOAT", P.FLOAT),
        ("TIMESTAMP_MS", P.NAIVE_TIMESTAMP),
        ("VARCHAR[]", P.TEXT_LIST),
        ("VARCHAR[][]", P.OTHER),
        ("INTEGER[]", P.OTHER),
        ("STRUCT(a VARCHAR)", P.OTHER),
        ("MAP(VARCHAR, INTEGER)", P.OTHER),
        ("INTERVAL", P.OTHER),
        ("TIME", P.OTHER),
        ("BLOB", P.OTHER),
    ],
)
def test_native_types_are_reduced_to_what_the_model_knows(native: str, kind: PhysicalType) -> None:
    assert physical_type(native) is kind


def test_a_file_is_inspected_with_declared_and_inferred_keys(tmp_path: Path) -> None:
    facts = inspect_file(write_file(tmp_path / "shop.duckdb"), clock=FixedClock(NOW))
    assert facts.inspected_at == NOW
    purchases, customers = facts.table("purchases"), facts.table("customers")
    assert purchases is not None
    assert customers is not None
    assert (purchases.rows, purchases.primary_key, purchases.primary_key_declared) == (
        600,
        "purchase_id",
        True,
    )
    assert purchases.foreign_keys == (
        ForeignKey("customer_id", "customers", "customer_id", False),
        ForeignKey("sku", "products", "sku", False),
    )
    shipped = purchases.column("shipped_at")
    assert shipped is not None
    assert shipped.nulls == 30


def test_a_declared_foreign_key_is_reported_as_declared() -> None:
    with DuckDBWarehouse.in_memory() as warehouse:
        for text in (
            "CREATE TABLE p (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
            "CREATE TABLE u (n VARCHAR, id INTEGER PRIMARY KEY)",
            "CREATE TABLE o (who INTEGER REFERENCES u (id))",
            "INSERT INTO u VALUES ('x', 7)",
            "INSERT INTO o VALUES (7)",
        ):
            warehouse.connection.execute(text).fetchall()
        facts = inspect(warehouse)
    keys = {table.name: (table.primary_key, table.foreign_keys) for table in facts.tables}
    assert keys["o"][1] == (ForeignKey("who", "u", "id", True),)
    assert keys["u"] == ("id", ())
    assert keys["p"] == (None, ())  # a key of several columns is no key to the model


def test_names_need_no_care_and_views_count_too() -> None:
    with DuckDBWarehouse.in_memory() as warehouse:
        for text in (
            'CREATE TABLE "Order ""lines""" AS SELECT 1 AS "select", 2 AS "a.b", 3 AS v, 4 AS n',
            "CREATE VIEW seen AS SELECT 1 AS id",
            "CREATE TABLE muster_load_report AS SELECT 1 AS x",
            "CREATE TABLE seen_rejected AS SELECT 1 AS id",
            "CREATE TABLE just_rejected AS SELECT 1 AS id",
            "CREATE SCHEMA other",
            "CREATE TABLE other.hidden AS SELECT 1 AS id",
        ):
            warehouse.connection.execute(text).fetchall()
        told: list[str] = []
        facts = inspect(warehouse, progress=told.append)
        other = inspect(warehouse, schema="other")
    assert told == ['Order "lines"', "just_rejected", "seen"]
    assert [table.name for table in facts.tables] == told
    columns = facts.tables[0].columns
    assert [(one.name, one.minimum) for one in columns] == [
        ("select", "1"),
        ("a.b", "2"),
        ("v", "3"),
        ("n", "4"),
    ]
    assert [table.name for table in other.tables] == ["hidden"]


def test_a_folder_of_csv_and_parquet_is_inspected_like_a_file(tmp_path: Path) -> None:
    told: list[str] = []
    folder = write_folder(tmp_path / "shop")
    (folder / "README.txt").write_text("not a table")
    facts = inspect_folder(folder, progress=told.append)
    assert "visits.csv" in told
    assert [table.name for table in facts.tables] == [
        "customers",
        "products",
        "purchases",
        "regions",
        "unsubscribed",
        "visits",
        "weather",
    ]
    visits = facts.table("visits")
    assert visits is not None
    assert visits.foreign_keys == (ForeignKey("customer_id", "customers", "customer_id", False),)
    assert [one.type for one in visits.columns] == [P.INTEGER, P.TEXT, P.NAIVE_TIMESTAMP]


def test_a_csv_keeps_what_its_letters_say(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'id;postcode;note;empty\n1;0800;# not a comment;\n2;1010;"x;y";\n', encoding="utf-8-sig"
    )
    found = inspect_folder(tmp_path).tables[0]
    assert found.rows == 2
    assert [(one.name, one.type) for one in found.columns] == [
        ("id", P.INTEGER),
        ("postcode", P.TEXT),
        ("note", P.TEXT),
        ("empty", P.TEXT),
    ]
    assert found.columns[1].minimum == "0800"
    assert found.columns[2].minimum == "# not a comment"


BAD_FILES = {
    "cut.parquet": (b"PAR1" + b"\0" * 50, "not a whole Parquet file"),
    "empty.csv": (b"", "it is empty"),
    "long_row.csv": (b"a,b\n1,2\n1,2,3\n", "line 3 has not as many values as the header"),
    "short_row.csv": (b"a,b\n1\n", "line 2 has not as many values as the header"),
    "latin.csv": ("name\ncafé\n".encode("latin-1"), "not UTF-8"),
    "quote.csv": (b'a,b\n1,"x\n2,y\n', "line 2 has an open quote"),
    "twice.csv": (b"id,ID\n1,2\n", 'names the column "id" twice'),
    "binary.csv": (b"\x00\x01\x02" * 99, "not text"),
    "blank.csv": (b"\n1,2\n", "first line is empty"),
}


def test_all_bad_files_of_a_folder_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("a\n1\n")
    for name, (content, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidFile) as caught:
        inspect_folder(tmp_path)
    found = {problem.path: problem for problem in caught.value.problems}
    assert found.keys() == BAD_FILES.keys()
    for name, (_, reason) in BAD_FILES.items():
        assert found[name].code == "BAD_FILE"
        assert name in found[name].sentence
        assert reason in found[name].sentence
        assert found[name].hint


def test_a_parquet_file_cut_short_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    whole = (folder / "purchases.parquet").read_bytes()
    (folder / "purchases.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidFile) as caught:
        inspect_folder(folder)
    assert [problem.path for problem in caught.value.problems] == ["purchases.parquet"]


def test_two_files_of_one_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "A.parquet").write_text("x")
    with pytest.raises(InvalidFile) as caught:
        inspect_folder(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["AMBIGUOUS_FILE"]


@pytest.mark.parametrize(("name", "code"), [("nowhere", "FOLDER_MISSING"), (".", "FOLDER_EMPTY")])
def test_a_folder_without_data_is_not_found(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(NotFound) as caught:
        inspect_folder(tmp_path / name)
    assert caught.value.code == code


def test_a_path_that_looks_like_a_pattern_is_taken_literally(tmp_path: Path) -> None:
    folder = tmp_path / "we[i]rd 'folder' *"
    folder.mkdir()
    (folder / "a[0].csv").write_text("x\n1\n")
    assert inspect_folder(folder).tables[0].name == "a[0]"


def test_the_share_of_events_without_an_entity_is_measured() -> None:
    model = load_model(document(metrics=ABSENT, events__upi=ABSENT, events__spend=ABSENT))
    with DuckDBWarehouse.in_memory() as warehouse:
        for text in (
            "CREATE TABLE users AS SELECT unnest([1, 2]) AS user_id",
            "CREATE TABLE card_payments AS SELECT unnest([1, 1, 2, 9, NULL]) AS user_id",
            "CREATE TABLE views AS SELECT 1 AS user_id WHERE false",
        ):
            warehouse.connection.execute(text).fetchall()
        assert orphan_shares(warehouse, model) == {"card": 0.4, "view": 0.0}


@pytest.mark.parametrize(
    "views",
    [
        "CREATE TABLE other AS SELECT 1 AS user_id",
        "CREATE TABLE views AS SELECT 1 AS viewer",
        "CREATE TABLE views AS SELECT DATE '2024-01-01' AS user_id",
    ],
)
def test_events_that_cannot_be_compared_with_the_entities_have_no_share(views: str) -> None:
    model = load_model(document(metrics=ABSENT, events__upi=ABSENT, events__spend=ABSENT))
    with DuckDBWarehouse.in_memory() as warehouse:
        for text in (
            "CREATE TABLE users AS SELECT 1 AS user_id",
            "CREATE TABLE card_payments AS SELECT 1 AS user_id",
            views,
        ):
            warehouse.connection.execute(text).fetchall()
        assert orphan_shares(warehouse, model) == {"card": 0.0}
