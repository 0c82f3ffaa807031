"""`muster orders setup`, `populate` and `check`."""

from __future__ import annotations

import duckdb
import pytest
from sqlalchemy import text

from muster.store.database import open_database, without_row_role
from tests.cli.conftest import caller


@pytest.fixture(scope="module")
def installed(module_database_url, tmp_path_factory):
    """An installation that the tests of this module share, in their order."""
    return module_database_url, tmp_path_factory.mktemp("orders")


@pytest.fixture
def desk(installed, tmp_path, monkeypatch, capsys):
    url, data = installed
    monkeypatch.setenv("MUSTER_DATA", str(data))
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    monkeypatch.setenv("MUSTER_THREADS", "1")
    monkeypatch.delenv("MUSTER_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return caller(capsys)


def test_a_desk_is_set_up_filled_and_found_sound(desk) -> None:
    missing = desk("orders", "check", "--json")
    assert (missing.code, missing.error["code"]) == (2, "UNKNOWN_WORKSPACE")

    made = desk("orders", "setup")
    assert made.code == 0
    assert "Workspace retail360 is made" in made.out
    assert "migrations 0001" in made.out
    assert "muster orders populate" in made.out
    again = desk("orders", "setup", "--currency", "CAD", "--json").json
    assert (again["migrations"], again["workspace_made"], again["currency"]) == ([], False, "CAD")

    filled = desk("orders", "populate", "--orders", 60)
    assert filled.code == 0
    assert "totals and histories agree" in filled.out
    assert "synthetic data" in filled.out
    kept = desk("orders", "populate", "--orders", 60, "--json")
    assert (kept.code, kept.error["code"]) == (2, "DESK_NOT_EMPTY")
    anew = desk("orders", "populate", "--orders", 40, "--seed", 3, "--replace", "--json").json
    assert (anew["workspace"], anew["kind"], anew["currency"]) == ("retail360", "generated", "CAD")
    assert anew["orders"] == anew["rows"]["orders"] == anew["warehouse"]["orders"]

    assert "Changes were taken" in desk("orders", "flow").out
    assert desk("orders", "flow", "--json").json["everything"] is False
    sound = desk("orders", "check", "--json")
    assert sound.code == 0
    assert sound.json["sound"] is True
    assert {check["health"] for check in sound.json["checks"]} == {"ok"}
    assert "ok   totals: No orders whose total" in desk("orders", "check").out


def test_a_desk_that_contradicts_itself_is_exit_code_3(desk, installed) -> None:
    database = without_row_role(open_database(installed[0]))
    with database.transaction() as connection:
        for statement in (
            "ALTER TABLE retail360.orders DISABLE TRIGGER USER",
            "UPDATE retail360.orders SET total_amount = total_amount + 1",
            "ALTER TABLE retail360.orders ENABLE TRIGGER USER",
        ):
            connection.execute(text(statement))
    database.close()
    ran = desk("orders", "check")
    assert ran.code == 3
    assert "fail totals" in ran.out
    assert "hint:" in ran.out
    failed = desk("orders", "check", "--json")
    assert (failed.code, failed.json["sound"]) == (3, False)


def test_lines_of_a_real_shop_tell_what_is_odd(desk, tmp_path) -> None:
    lines = tmp_path / "lines.parquet"
    duckdb.sql(
        "SELECT 'C1' AS InvoiceNo, 'A' AS StockCode, NULL AS Description, -2.0 AS Quantity,"
        " TIMESTAMP '2011-01-01 10:00' AS InvoiceDate, 1.5 AS UnitPrice,"
        " NULL::DOUBLE AS CustomerID, 'France' AS Country FROM range(3)"
    ).write_parquet(str(lines))
    ran = desk("orders", "populate", "--online-retail", lines, "--replace")
    assert ran.code == 0
    for told in ("lines without customer", "negative quantities", "repeated lines", "guest orders"):
        assert told in ran.out
    assert "synthetic" not in ran.out
    assert "GBP, Europe/London" in desk("orders", "check").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("populate", "--orders", 0, "--replace"), "BAD_SIZE"),
        (("populate", "--online-retail", "none.parquet", "--replace"), "FILE_MISSING"),
        (("populate", "--online-retail", "x", "--orders", 5), "OPTIONS_CLASH"),
        (("setup", "--currency", "dollars"), "BAD_CURRENCY"),
        (("check", "-w", "nowhere"), "UNKNOWN_WORKSPACE"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(desk, arguments, code) -> None:
    ran = desk("orders", *arguments, "--json")
    assert (ran.code, ran.error["code"]) == (2, code)
