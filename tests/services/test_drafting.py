"""Drafting a model from files, a DuckDB file and a PostgreSQL schema, and checking one."""

from __future__ import annotations

import duckdb
import psycopg
import pytest

from muster.base.errors import InvalidInput, InvalidModel, NotFound, Unavailable
from muster.model.load import load_model
from muster.services.checking import check_source, check_workspace
from muster.services.drafting import draft_from
from muster.services.loading import load_files
from tests.services.small_workspace import MODEL, write_files


@pytest.fixture
def duckdb_file(small_files, tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        for file in small_files.iterdir():
            connection.execute(
                f"CREATE TABLE {file.stem} AS SELECT * FROM read_csv('{file}', escape='\"')"
            ).fetchall()
    return path


def test_a_folder_is_drafted_so_that_it_can_be_loaded(context, small_files) -> None:
    draft = draft_from(str(small_files), time_zone="Europe/Vienna", currency="EUR")
    model = load_model(draft.document)
    assert model == draft.model
    assert (model.entity.table, model.entity.key) == ("users", "user_id")
    assert {source.table for source in model.events.values()} == {"payments", "views"}
    assert set(model.lists) == {"suppression"}
    assert model.time_zone == "Europe/Vienna"
    load_files(context, small_files, model_document=draft.document)


def test_what_was_guessed_is_said_and_marked(small_files) -> None:
    draft = draft_from(str(small_files))
    assert any('"users" is the entity' in guess for guess in draft.guesses)
    assert "user.email" in draft.guessed_fields
    assert "# guessed" in draft.document


def test_a_duckdb_file_is_drafted_like_its_files(small_files, duckdb_file) -> None:
    from_file = draft_from(str(duckdb_file), name="shop")
    from_folder = draft_from(str(small_files), name="shop")
    assert from_file.model.entity == from_folder.model.entity
    assert set(from_file.model.events) == set(from_folder.model.events)


def test_a_postgresql_schema_is_drafted_without_its_password(database_url) -> None:
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE SCHEMA crm;"
            "CREATE TABLE crm.people (person_id int PRIMARY KEY, city text);"
            "CREATE TABLE crm.calls (call_id int PRIMARY KEY, at timestamptz,"
            " person_id int REFERENCES crm.people);"
            "INSERT INTO crm.people VALUES (1, 'Graz'), (2, 'Linz');"
            "INSERT INTO crm.calls VALUES (1, now(), 1)"
        )
    draft = draft_from(url, schema="crm")
    assert draft.model.entity.table == "people"
    assert set(draft.model.events) == {"call"}
    assert draft.model.description == "crm"


@pytest.mark.parametrize(
    ("source", "options", "error", "code"),
    [
        ("nowhere", {}, NotFound, "SOURCE_MISSING"),
        (".", {"time_zone": "Mars"}, InvalidInput, "BAD_TIME_ZONE"),
        ("empty", {}, NotFound, "FOLDER_EMPTY"),
        ("single", {}, InvalidModel, "NO_ENTITY"),
        ("postgresql://nobody@127.0.0.1:1/x", {}, Unavailable, None),
    ],
)
def test_a_source_without_an_answer_is_refused(
    tmp_path, monkeypatch, source, options, error, code
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "single").mkdir()
    (tmp_path / "single" / "notes.csv").write_text("text\nhello\nhello\n")
    with pytest.raises(error) as caught:
        draft_from(source, **options)
    assert code is None or caught.value.code == code


def test_a_model_that_fits_has_no_findings(shared) -> None:
    found = check_workspace(shared)
    assert found.findings == ()
    assert found.tables == 4


def test_another_model_is_checked_against_the_same_warehouse(shared) -> None:
    text = MODEL.replace("table: views", "table: vews").replace(
        "  age: {type: integer", "  age: {type: boolean"
    )
    found = check_workspace(shared, document=text)
    assert found.errors == 2
    assert [finding.problem.path for finding in found.findings] == [
        "$.events.view.table",
        "$.attributes.age",
    ]


def test_events_of_nobody_are_found(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DELETE FROM users WHERE user_id > 20").fetchall()
    found = check_workspace(context)
    assert (found.errors, found.warnings) == (0, 2)
    assert {finding.problem.code for finding in found.findings} == {"ORPHAN_EVENTS"}


def test_a_source_is_checked_before_it_is_loaded(small_files, duckdb_file, tmp_path) -> None:
    assert check_source(MODEL, str(small_files)).findings == ()
    assert check_source(MODEL, str(duckdb_file)).tables == 4
    folder = write_files(tmp_path / "again")
    (folder / "views.csv").unlink()
    found = check_source(MODEL, str(folder))
    assert [(finding.problem.code, finding.problem.path) for finding in found.findings] == [
        ("MISSING_FILE", "$.events.view.table")
    ]


def test_a_faulty_model_is_not_checked_at_all(small_files) -> None:
    with pytest.raises(InvalidModel):
        check_source(MODEL.replace("integer", "int"), str(small_files))
