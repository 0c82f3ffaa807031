"""Drafting a data model from what a source holds: files, a DuckDB file, a PostgreSQL schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidInput, NotFound
from muster.base.inspection import WarehouseFacts
from muster.engines.base import Progress
from muster.engines.duckdb_inspect import inspect_file, inspect_folder
from muster.engines.postgres_inspect import inspect_postgres
from muster.model.draft import draft_model, explain_guesses
from muster.model.dump import dump_model
from muster.model.load import load_model
from muster.model.names import did_you_mean, zone_names

_POSTGRES = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted model.yml.

    Attributes:
        document: its text; what was guessed is marked in it.
        guesses: a sentence for each decision that was taken.
        guessed_fields: fields with a guessed property, as ``user.email`` or ``card.amount``.
    """

    document: str
    model: DataModel
    facts: WarehouseFacts
    guesses: tuple[str, ...]
    guessed_fields: tuple[str, ...]


def draft_from(
    source: str,
    *,
    name: str | None = None,
    time_zone: str = "UTC",
    currency: str | None = None,
    schema: str = "public",
    progress: Progress | None = None,
) -> Draft:
    """Draft a data model.

    Args:
        source: a folder of CSV and Parquet files, a DuckDB file, or ``postgresql://…``.
        name: what the data is called; by default the source's own name.
        time_zone: IANA zone in which days are meant.
        currency: of money fields, when known.
        schema: of a PostgreSQL database.

    Raises:
        NotFound: the source is missing or empty.
        InvalidInput: BAD_TIME_ZONE; InvalidFile: files cannot be read.
        InvalidModel: NO_ENTITY, no table has one row for each of anything.
        Unavailable, EngineFailed: the source cannot be reached or failed.
    """
    if time_zone not in zone_names():
        raise InvalidInput(
            "BAD_TIME_ZONE",
            f'"{time_zone[:60]}" is not a time zone.',
            hint=did_you_mean(time_zone, zone_names()) or "Use a name such as Europe/Vienna.",
            path="--time-zone",
        )
    facts = facts_of(source, schema=schema, progress=progress)
    called = name or _name_of(source, schema)
    model = draft_model(facts, time_zone=time_zone, name=called, currency=currency)
    document = dump_model(model)
    load_model(document)  # a draft that cannot be read back would be of no use
    guesses = explain_guesses(facts, time_zone=time_zone, name=called, currency=currency)
    return Draft(document, model, facts, guesses, _guessed(model))


def facts_of(
    source: str, *, schema: str = "public", progress: Progress | None = None
) -> WarehouseFacts:
    """Look at a source: a folder of files, a DuckDB file, or a PostgreSQL schema.

    Raises:
        As `draft_from`.
    """
    if source.startswith(_POSTGRES):
        return inspect_postgres(source, schema=schema, progress=progress)
    path = Path(source).expanduser()
    if path.is_dir():
        return inspect_folder(path, progress=progress)
    if not path.exists():
        raise NotFound(
            "SOURCE_MISSING",
            f"There is nothing at {path}.",
            path=str(path),
            hint="Name a folder of CSV or Parquet files, a DuckDB file, or postgresql://….",
        )
    return inspect_file(path, progress=progress)


def _name_of(source: str, schema: str) -> str:
    """Return what a source is called; of a URL only the schema, for it may hold a password."""
    return schema if source.startswith(_POSTGRES) else Path(source).expanduser().resolve().stem


def _guessed(model: DataModel) -> tuple[str, ...]:
    found = [
        f"{model.entity.name}.{field.name}" for field in model.attributes.values() if field.guessed
    ]
    for source in model.events.values():
        found += [
            f"{source.name}.{field.name}" for field in source.fields.values() if field.guessed
        ]
    return tuple(found)
