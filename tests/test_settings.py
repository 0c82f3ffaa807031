"""Settings that may be spelt in several ways."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from muster.base.errors import InvalidInput
from muster.cli.session import read_settings
from muster.settings import Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """Let no variable and no .env of this machine speak."""
    for name in ("HOST", "PORT", "DB", "USER", "PASSWORD"):
        monkeypatch.delenv(f"POSTGRES_{name}", raising=False)
    monkeypatch.delenv("MUSTER_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def url_of(monkeypatch, **variables: str) -> str | None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = Settings().database_url
    return None if found is None else found.get_secret_value()


LOGIN = {"POSTGRES_HOST": "db.example", "POSTGRES_USER": "ann", "POSTGRES_PASSWORD": "secret"}


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, None),
        ({"POSTGRES_HOST": ""}, None),
        ({"POSTGRES_USER": "ann", "POSTGRES_PASSWORD": "secret"}, None),
        (LOGIN, "postgresql://ann:secret@db.example:5432/postgres"),
        (
            LOGIN | {"POSTGRES_PORT": "6432", "POSTGRES_DB": "retail"},
            "postgresql://ann:secret@db.example:6432/retail",
        ),
        (
            LOGIN | {"POSTGRES_USER": "a@b.example", "POSTGRES_PASSWORD": "p:/@#%"},
            "postgresql://a%40b.example:p%3A%2F%40%23%25@db.example:5432/postgres",
        ),
        (LOGIN | {"POSTGRES_HOST": "::1"}, "postgresql://ann:secret@[::1]:5432/postgres"),
        (
            LOGIN | {"POSTGRES_PORT": "tcp://10.0.0.7:5432"},
            "postgresql://ann:secret@db.example:5432/postgres",
        ),
        (LOGIN | {"MUSTER_DATABASE_URL": "postgresql://other/db"}, "postgresql://other/db"),
        (
            {"POSTGRES_HOST": "db.example", "MUSTER_DATABASE_URL": "postgresql://other/db"},
            "postgresql://other/db",
        ),
    ],
)
def test_the_parts_of_an_address_stand_for_the_url_that_was_not_given(
    monkeypatch, variables, url
) -> None:
    assert url_of(monkeypatch, **variables) == url


@pytest.mark.parametrize("missing", ["POSTGRES_USER", "POSTGRES_PASSWORD"])
def test_a_host_without_a_login_is_told_what_is_missing(monkeypatch, missing) -> None:
    for name, value in LOGIN.items():
        if name != missing:
            monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        read_settings()
    assert caught.value.code == "BAD_SETTINGS"
    assert caught.value.path == "POSTGRES_HOST"
    assert "POSTGRES_PASSWORD" in caught.value.sentence
    assert "secret" not in caught.value.sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [("POSTGRES_PORT", "99999"), ("MUSTER_POOL_SIZE", "1"), ("MUSTER_PORT", "x")],
)
def test_a_faulty_variable_is_called_by_its_name(monkeypatch, name, value) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        read_settings()
    assert caught.value.path == name


def test_the_schema_has_two_names_and_settings_can_be_handed_on(monkeypatch) -> None:
    monkeypatch.setenv("RETAIL360_SCHEMA", "sales")
    given = Settings(database_url=SecretStr("postgresql://x/y"), postgres_port=7)
    assert (given.orders_schema, given.postgres_port) == ("sales", 7)
    again = Settings(**{name: getattr(given, name) for name in Settings.model_fields})
    assert again == given
    with pytest.raises(ValidationError):
        Settings(pool_size=0)
