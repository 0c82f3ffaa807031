"""Exports: whole files with typed, safe, masked columns."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import duckdb
import pytest

from muster.base.errors import EngineFailed, InvalidInput, NotFound
from muster.services.exporting import export_to_file, export_to_stream
from muster.services.segments import MASK
from muster.store import audit
from tests.services.small_workspace import USERS, keys

COLUMNS = ["note", "age", "balance", "born", "created_at", "tags", "city"]
BY_KEY = {user.key: user for user in USERS}


def streamed(context, **options) -> str:
    stream = io.StringIO()
    export_to_stream(context, "viennese", stream, **options)
    return stream.getvalue()


def test_keys_alone_are_written_unless_columns_are_named(shared) -> None:
    lines = streamed(shared, file_format="csv").splitlines()
    assert lines[0] == "user_id"
    assert [int(line) for line in lines[1:]] == sorted(keys(where="viennese"))


def test_csv_holds_every_value_as_text_that_reads_back(shared) -> None:
    rows = list(csv.DictReader(io.StringIO(streamed(shared, file_format="csv", columns=COLUMNS))))
    for row in rows:
        user = BY_KEY[int(row["user_id"])]
        assert row["age"] == ("" if user.age is None else str(user.age))
        assert Decimal(row["balance"]) == user.balance
        assert row["born"] == user.born.isoformat()
        assert row["created_at"] == f"{user.created_at.isoformat()}Z"
        assert json.loads(row["tags"] or "[]") == (["a", "b"] if user.key % 2 else [])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_spreadsheet_finds_no_formula_in_csv(shared, start) -> None:
    stream = io.StringIO()
    export_to_stream(shared, "quiet", stream, file_format="csv", columns=["note"])
    rows = csv.DictReader(io.StringIO(stream.getvalue()))
    found = [row["note"] for row in rows if row["note"].lstrip("'").startswith(start)]
    assert found
    assert all(note.startswith(f"'{start}") for note in found)


def test_json_is_one_array_of_objects(shared) -> None:
    found = json.loads(streamed(shared, file_format="json", columns=COLUMNS))
    assert [row["user_id"] for row in found] == sorted(keys(where="viennese"))
    first = found[0]
    assert first["note"] == BY_KEY[3].note
    assert first["age"] == BY_KEY[3].age
    assert first["tags"] == ["a", "b"]
    assert first["born"] == BY_KEY[3].born.isoformat()


def test_parquet_keeps_types_and_zone(shared, tmp_path) -> None:
    target = tmp_path / "members.parquet"
    found = export_to_file(shared, "viennese", target, file_format="parquet", columns=COLUMNS)
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{target}'").fetchall()
    assert {row[0]: row[1] for row in described} == {
        "user_id": "BIGINT",
        "note": "VARCHAR",
        "age": "BIGINT",
        "balance": "DECIMAL(18,2)",
        "born": "DATE",
        "created_at": "TIMESTAMP WITH TIME ZONE",
        "tags": "VARCHAR[]",
        "city": "VARCHAR",
    }
    rows = duckdb.sql(f"SELECT user_id, balance FROM '{target}'").fetchall()
    assert [key for key, _ in rows] == sorted(keys(where="viennese"))
    assert all(balance == BY_KEY[key].balance for key, balance in rows)
    assert found.rows == len(rows)


def test_parquet_of_keys_alone_needs_no_warehouse(context, tmp_path) -> None:
    context.warehouse_path.unlink()
    target = tmp_path / "keys.parquet"
    export_to_file(context, "viennese", target, file_format="parquet")
    found = duckdb.sql(f"SELECT * FROM '{target}'").fetchall()
    assert {key for (key,) in found} == keys(where="viennese")


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_personal_values_are_hidden_in_every_format(shared, tmp_path, file_format) -> None:
    target = tmp_path / f"members.{file_format}"
    columns = ["name", "email", "home"]
    found = export_to_file(shared, "viennese", target, file_format=file_format, columns=columns)
    rows = duckdb.sql(f"SELECT * EXCLUDE (user_id) FROM '{target}'").fetchall()
    assert set(rows) == {(MASK,) * 4}
    assert found.masked == ("name", "email", "home_latitude", "home_longitude")
    assert b"Person" not in target.read_bytes()


def test_an_export_is_written_down_and_so_is_what_it_showed(context, tmp_path) -> None:
    target = tmp_path / "members.csv"
    export_to_file(context, "viennese", target, file_format="csv", columns=["name"], unmask=True)
    assert "Person 3" in target.read_text()
    with context.resources.database.transaction() as connection:
        exported, shown = audit.every(connection, context.workspace.id, limit=2)
    assert (shown.action, shown.after["how"], shown.after["fields"]) == (
        "personal.read",
        "export",
        ["name"],
    )
    assert exported.action == "segment.export"
    assert exported.after["columns"] == ["user_id", "name"]
    assert exported.after["rows"] == len(keys(where="viennese"))


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_failed_export_leaves_the_old_file_and_nothing_beside(context, tmp_path, file_format):
    target = tmp_path / "members"
    target.write_text("precious")
    context.warehouse_path.write_bytes(b"damaged")
    with pytest.raises((EngineFailed, InvalidInput)):
        export_to_file(context, "viennese", target, file_format=file_format, columns=["city"])
    assert target.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["members"]


def test_an_old_version_can_be_exported(context, tmp_path) -> None:
    with pytest.raises(NotFound) as caught:
        export_to_file(context, "quiet", tmp_path / "x", file_format="csv", version=2)
    assert caught.value.code == "UNKNOWN_SEGMENT_VERSION"
    assert export_to_file(context, "quiet", tmp_path / "x", file_format="csv", version=1).rows


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("x.csv", {"file_format": "xml"}, "BAD_FORMAT"),
        ("x.csv", {"file_format": "csv", "columns": ["agee"]}, "UNKNOWN_COLUMN"),
        ("no/x.csv", {"file_format": "csv"}, "FOLDER_MISSING"),
        (".", {"file_format": "csv"}, "NOT_A_FILE"),
    ],
)
def test_what_cannot_be_written_is_refused(shared, tmp_path, target, options, code) -> None:
    with pytest.raises((InvalidInput, NotFound)) as caught:
        export_to_file(shared, "quiet", tmp_path / target, **options)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_parquet_is_not_streamed(shared) -> None:
    with pytest.raises(InvalidInput) as caught:
        streamed(shared, file_format="parquet")
    assert caught.value.code == "PARQUET_NEEDS_FILE"


def test_a_read_is_on_record_before_the_first_row_leaves(context, tmp_path) -> None:
    context.warehouse_path.write_bytes(b"damaged")
    with pytest.raises((EngineFailed, InvalidInput)):
        export_to_file(
            context, "viennese", tmp_path / "x", file_format="csv", columns=["name"], unmask=True
        )
    with context.resources.database.transaction() as connection:
        (shown,) = audit.every(connection, context.workspace.id, limit=1)
    assert (shown.action, shown.after["fields"]) == ("personal.read", ["name"])
