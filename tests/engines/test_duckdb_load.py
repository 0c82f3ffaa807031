from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.base.clock import FixedClock
from muster.base.datamodel import DataModel
from muster.base.errors import EngineFailed, InvalidFile, InvalidModel, NotFound
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_inspect import inspect, inspect_folder, orphan_shares
from muster.engines.duckdb_load import load_folder
from muster.engines.load_report import LoadReport, TableReport
from muster.model.check import check_model, has_errors
from muster.model.draft import draft_model
from muster.model.load import load_model
from tests.model.shop import write_folder

NOW = datetime(2024, 6, 1, tzinfo=UTC)
MODEL = """
time_zone: Asia/Kolkata
currency: INR
entity:
  name: user
  table: users
  key: user_id
  created_at: joined
  lookups: {plan: {table: plans, key: plan_id, on: plan_id}}
attributes:
  joined: {type: timestamp, stored_as: Asia/Kolkata}
  age: {type: integer}
  code: {type: string}
  consent: {type: enum}
  plan_name: {type: enum, lookup: plan, column: name}
events:
  order:
    table: orders
    entity_key: user_id
    id: order_id
    at: placed
    ingested_at: loaded
    fields: {amount: {type: money}}
  visit: {table: visits, entity_key: user_id, at: at, at_stored_as: Asia/Kolkata}
lists: {staff: {table: staff, key: user_id}}
"""
FILES = {
    "users.csv": """user_id,joined,age,code,consent,plan_id,extra
1.0,2024-01-01,30,0100,yes,1,a
2.0,2024-01-02,x,7,no,2,b
2.0,2024-01-03,31,8,no,2,c
,2024-01-03,31,8,no,2,d
3.0,2024-01-04,40,9,yes,,e
3.0,2024-01-04,40,9,yes,,e
""",
    "plans.csv": "plan_id,name\n1,free\n2,pro\n2,pro\n",
    "orders.csv": """order_id,user_id,amount,placed,loaded
10,1,5.55,2024-03-01 10:00:00,2024-03-02
11,2,abc,2024-03-01 09:00:00,2024-03-02
10,1,6.55,2024-03-01 10:00:00,2024-03-05
10,1,7.55,2024-03-01 10:00:00,2024-03-04
12,,1,2024-03-01 09:00:00,2024-03-02
13,99,1,2034-03-01 09:00:00,2024-03-02
14,1,2,,2024-03-02
""",
    "visits.csv": """user_id,at
1,2024-05-01 04:00:00
1,2024-05-01 04:00:00
3,2024-04-01 12:00:00
""",
    "staff.csv": "user_id\n1\n\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "raw"
    found.mkdir()
    for name, text in FILES.items():
        (found / name).write_text(text)
    return found


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[DuckDBWarehouse]:
    with DuckDBWarehouse.open(tmp_path / "warehouse.duckdb", read_only=False) as opened:
        yield opened


@pytest.fixture
def model() -> DataModel:
    return load_model(MODEL)


def rows(warehouse: DuckDBWarehouse, query: str) -> list[tuple[Any, ...]]:
    return warehouse.connection.execute(query).fetchall()


def load(warehouse: DuckDBWarehouse, model: DataModel, folder: Path) -> LoadReport:
    return load_folder(warehouse, model, folder, clock=FixedClock(NOW))


def test_the_report_says_what_was_found_and_done(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    report = load(warehouse, model, folder)
    assert report.loaded_at == NOW
    assert {table.table: table for table in report.tables} == {
        "users": TableReport(
            "users", 6, 3, 1, {"duplicate_key": 1, "no_key": 1}, {"age": 1}, 0, 0, None, None
        ),
        "plans": TableReport("plans", 3, 2, 1, {}, {}, 0, 0, None, None),
        "orders": TableReport(
            "orders",
            7,
            3,
            2,
            {"no_entity_key": 1, "no_time": 1},
            {"amount": 1},
            1,
            1,
            datetime(2024, 3, 1, 9, tzinfo=UTC),
            datetime(2034, 3, 1, 9, tzinfo=UTC),
        ),
        "visits": TableReport(
            "visits",
            3,
            2,
            1,
            {},
            {},
            0,
            0,
            datetime(2024, 4, 1, 6, 30, tzinfo=UTC),
            datetime(2024, 4, 30, 22, 30, tzinfo=UTC),
        ),
        "staff": TableReport("staff", 2, 1, 0, {"no_entity_key": 1}, {}, 0, 0, None, None),
    }
    for table in report.tables:
        assert table.read == table.loaded + table.duplicates + sum(table.rejected.values())


def test_the_report_is_kept_in_the_warehouse(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    kept = rows(warehouse, "FROM muster_load_report WHERE table_name = 'orders'")[0]
    assert kept[:6] == ("orders", 7, 3, 2, 2, 1)
    assert json.loads(kept[6]) == {"no_entity_key": 1, "no_time": 1}
    assert json.loads(kept[7]) == {"amount": 1}
    assert kept[9] == datetime(2024, 3, 1, 9)
    assert kept[11] == datetime(2024, 6, 1)


def test_columns_get_the_types_of_the_model_and_others_stay(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    types = dict(rows(warehouse, "SELECT column_name, column_type FROM (DESCRIBE users)"))
    assert types == {
        "user_id": "BIGINT",
        "joined": "TIMESTAMP",
        "age": "BIGINT",
        "code": "VARCHAR",
        "consent": "VARCHAR",
        "plan_id": "BIGINT",
        "extra": "VARCHAR",
    }
    assert rows(warehouse, "SELECT user_id, age, code, consent FROM users ORDER BY 1") == [
        (1, 30, "0100", "yes"),
        (2, None, "7", "no"),
        (3, 40, "9", "yes"),
    ]


def test_of_a_repeated_event_the_last_ingested_stays_and_events_lie_in_time(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    found = rows(warehouse, "SELECT order_id, amount::VARCHAR FROM orders")
    assert found == [(11, None), (10, "6.55"), (13, "1.00")]


def test_of_a_repeated_event_without_time_of_arrival_the_first_stays(
    warehouse: DuckDBWarehouse, folder: Path
) -> None:
    model = load_model(MODEL.replace("    ingested_at: loaded\n", ""))
    load(warehouse, model, folder)
    assert rows(warehouse, "SELECT amount::VARCHAR FROM orders WHERE order_id = 10") == [("5.55",)]


def test_versions_of_an_event_are_kept_where_the_model_wants_the_latest(
    warehouse: DuckDBWarehouse, folder: Path
) -> None:
    text = MODEL.replace(
        "    ingested_at: loaded\n", "    ingested_at: loaded\n    keep_latest: true\n"
    )
    report = load(warehouse, load_model(text), folder).table("orders")
    assert report is not None
    assert (report.loaded, report.duplicates) == (5, 0)


def test_what_is_rejected_is_kept_as_it_was_with_its_reason(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    assert rows(warehouse, "SELECT extra, rejected_because FROM users_rejected") == [
        ("c", "duplicate_key"),
        ("d", "no_key"),
    ]
    assert rows(warehouse, "SELECT order_id, amount, rejected_because FROM orders_rejected") == [
        (12, "1", "no_entity_key"),
        (14, "2", "no_time"),
    ]
    names = {name for (name,) in rows(warehouse, "SELECT table_name FROM duckdb_tables()")}
    assert names == {
        *("users", "plans", "orders", "visits", "staff"),
        *("users_rejected", "orders_rejected", "staff_rejected", "muster_load_report"),
    }


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("orders.csv", "15,x9,1,2024-03-01,2024-03-02", "bad_entity_key"),
        ("orders.csv", "15,1,1,yesterday,2024-03-02", "bad_time"),
    ],
)
def test_an_unreadable_key_or_time_is_another_reason_than_a_missing_one(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path, file: str, line: str, reason: str
) -> None:
    (folder / file).write_text(FILES[file] + line + "\n")
    report = load(warehouse, model, folder).table("orders")
    assert report is not None
    assert report.rejected == {"no_entity_key": 1, "no_time": 1, reason: 1}


def test_a_second_load_replaces_everything_and_forgets_old_rejects(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    (folder / "users.csv").write_text(
        "user_id,joined,age,code,consent,plan_id\n5,2024-01-01,30,1,no,1\n"
    )
    report = load(warehouse, model, folder)
    assert rows(warehouse, "SELECT user_id FROM users") == [(5,)]
    orders = report.table("orders")
    assert orders is not None
    assert orders.orphans == 3
    names = {name for (name,) in rows(warehouse, "SELECT table_name FROM duckdb_tables()")}
    assert "users_rejected" not in names
    assert rows(warehouse, "SELECT count(*) FROM muster_load_report") == [(5,)]


def _state(warehouse: DuckDBWarehouse) -> list[tuple[Any, ...]]:
    names = rows(warehouse, "SELECT table_name FROM duckdb_tables() ORDER BY 1")
    return [(name, rows(warehouse, f'SELECT * FROM "{name}" ORDER BY ALL')) for (name,) in names]


def _remove(folder: Path) -> None:
    (folder / "visits.csv").unlink()
    (folder / "plans.csv").unlink()


def _damage(folder: Path) -> None:
    (folder / "visits.csv").write_text("user_id,at\n1\n")
    (folder / "orders.csv").unlink()
    (folder / "orders.parquet").write_bytes(b"PAR1 but not really")


def _lack_columns(folder: Path) -> None:
    (folder / "visits.csv").write_text("user,at\n1,2024-01-01\n")
    (folder / "plans.csv").write_text("plan_id,Name\n1,x\n")


def _change_types(folder: Path) -> None:
    (folder / "orders.csv").unlink()
    query = """SELECT 1 AS order_id, 1 AS user_id, DATE '2024-01-01' AS amount, 5 AS placed,
        now() AS loaded"""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder}/orders.parquet'").fetchall()


@pytest.mark.parametrize(
    ("break_it", "error", "faults"),
    [
        (
            _remove,
            InvalidFile,
            {
                ("MISSING_FILE", "$.entity.lookups.plan.table"),
                ("MISSING_FILE", "$.events.visit.table"),
            },
        ),
        (_damage, InvalidFile, {("BAD_FILE", "visits.csv"), ("BAD_FILE", "orders.parquet")}),
        (
            _lack_columns,
            InvalidModel,
            {
                ("MISSING_COLUMN", "$.attributes.plan_name.column"),
                ("MISSING_COLUMN", "$.events.visit.entity_key"),
            },
        ),
        (
            _change_types,
            InvalidModel,
            {
                ("TYPE_MISMATCH", "$.events.order.fields.amount"),
                ("TYPE_MISMATCH", "$.events.order.at"),
            },
        ),
    ],
)
def test_a_folder_that_does_not_fit_is_reported_whole_and_changes_nothing(
    warehouse: DuckDBWarehouse,
    model: DataModel,
    folder: Path,
    break_it: Any,
    error: type[InvalidFile | InvalidModel],
    faults: set[tuple[str, str]],
) -> None:
    load(warehouse, model, folder)
    before = _state(warehouse)
    break_it(folder)
    with pytest.raises(error) as caught:
        load(warehouse, model, folder)
    assert {(problem.code, problem.path) for problem in caught.value.problems} == faults
    assert _state(warehouse) == before


def test_a_failure_in_the_midst_of_loading_leaves_all_old_tables(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    """The last table cannot be made (a view has its name), when the others have been made."""
    load(warehouse, model, folder)
    rows(warehouse, "DROP TABLE staff")
    rows(warehouse, "CREATE VIEW staff AS SELECT 1 AS user_id")
    before = _state(warehouse)
    (folder / "users.csv").write_text(
        "user_id,joined,age,code,consent,plan_id\n5,2024-01-01,30,1,no,1\n"
    )
    with pytest.raises(EngineFailed):
        load(warehouse, model, folder)
    assert _state(warehouse) == before
    assert rows(warehouse, "SELECT count(*) FROM duckdb_tables() WHERE temporary") == [(0,)]


def test_a_load_that_is_stopped_leaves_all_old_tables(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    load(warehouse, model, folder)
    before = _state(warehouse)

    def stop(step: str) -> None:
        if step == "visits: loading":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_folder(warehouse, model, folder, progress=stop)
    assert _state(warehouse) == before


def test_progress_tells_what_comes_next(
    warehouse: DuckDBWarehouse, model: DataModel, folder: Path
) -> None:
    told: list[str] = []
    load_folder(warehouse, model, folder, progress=told.append)
    assert told[0] == "users: reading users.csv"
    assert "orders: loading" in told
    assert told[-1] == "writing to disk"


def test_a_folder_that_is_not_there_is_not_found(
    warehouse: DuckDBWarehouse, model: DataModel, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        load(warehouse, model, tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("users", "orders", "kind"),
    [
        ("1", "1", "BIGINT"),
        ("1.0", "1", "BIGINT"),
        ("1", "1.0", "BIGINT"),
        ("A1", "A1", "VARCHAR"),
        ("0001", "0001", "VARCHAR"),
    ],
)
def test_keys_that_refer_to_each_other_become_one_kind(
    warehouse: DuckDBWarehouse, tmp_path: Path, users: str, orders: str, kind: str
) -> None:
    (tmp_path / "users.csv").write_text(f"id\n{users}\n")
    (tmp_path / "orders.csv").write_text(f"who,at\n{orders},2024-01-01\n")
    model = load_model(
        """
time_zone: UTC
entity: {name: user, table: users, key: id}
events: {order: {table: orders, entity_key: who, at: at}}
"""
    )
    report = load(warehouse, model, tmp_path).table("orders")
    assert report is not None
    assert (report.loaded, report.orphans) == (1, 0)
    types = {
        rows(warehouse, "SELECT typeof(id) FROM users")[0][0],
        rows(warehouse, "SELECT typeof(who) FROM orders")[0][0],
    }
    assert types == {kind}


def test_a_lookup_key_is_text_as_soon_as_one_side_is(
    warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    (tmp_path / "users.csv").write_text("id\n1\n")
    (tmp_path / "goods.csv").write_text("sku,kind\n22,toy\nX7,book\n")
    (tmp_path / "orders.csv").write_text("id,sku,at\n1,22,2024-01-01\n")
    model = load_model(
        """
time_zone: UTC
entity: {name: user, table: users, key: id}
events:
  order:
    table: orders
    entity_key: id
    at: at
    lookups: {good: {table: goods, key: sku, on: sku}}
    fields: {kind: {type: enum, lookup: good}}
"""
    )
    load(warehouse, model, tmp_path)
    joined = "SELECT kind FROM orders JOIN goods ON orders.sku = goods.sku"
    assert rows(warehouse, joined) == [("toy",)]
    assert rows(warehouse, "SELECT typeof(sku) FROM orders") == [("VARCHAR",)]


def test_two_kinds_of_events_may_share_one_table(
    warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    """A transfer without a payee is still one for its payer."""
    (tmp_path / "users.csv").write_text("id\n1\n2\n")
    (tmp_path / "transfers.csv").write_text(
        "payer,payee,at\n1,2,2024-01-02\n1,,2024-01-01\n,,2024-01-01\n"
    )
    model = load_model(
        """
time_zone: UTC
entity: {name: user, table: users, key: id}
events:
  paid: {table: transfers, entity_key: payer, at: at}
  received: {table: transfers, entity_key: payee, at: at}
"""
    )
    report = load(warehouse, model, tmp_path).table("transfers")
    assert report is not None
    assert (report.loaded, report.rejected, report.orphans) == (2, {"no_entity_key": 1}, 0)


def test_a_file_may_have_columns_named_like_ours(
    warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    (tmp_path / "users.csv").write_text(
        "id,rowid,row_number,reason,place\n1,9,9,x,y\n1,8,8,x,y\n,7,7,x,y\n"
    )
    (tmp_path / "o.csv").write_text("id,at\n1,2024-01-01\n")
    model = load_model(
        """
time_zone: UTC
entity: {name: user, table: users, key: id}
events: {o: {table: o, entity_key: id, at: at}}
"""
    )
    load(warehouse, model, tmp_path)
    assert rows(warehouse, "FROM users") == [(1, 9, 9, "x", "y")]
    found = rows(warehouse, "SELECT row_number, rejected_because FROM users_rejected")
    assert found == [(8, "duplicate_key"), (7, "no_key")]


def test_a_drafted_model_loads_its_folder_and_fits_what_was_loaded(
    warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "shop")
    model = draft_model(inspect_folder(folder), time_zone="Europe/Vienna", name="shop")
    report = load(warehouse, model, folder)
    assert {table.table for table in report.tables} == {
        *("customers", "regions", "purchases", "products", "visits", "unsubscribed"),
    }
    findings = check_model(model, inspect(warehouse), orphan_shares=orphan_shares(warehouse, model))
    assert not has_errors(findings)
    assert "ORPHAN_EVENTS" not in {finding.problem.code for finding in findings}
