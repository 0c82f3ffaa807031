"""The key figures of a workspace: entities, events, money; counted again when the data changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from muster.base.datamodel import DataModel, Field, FieldType
from muster.base.errors import NotFound
from muster.base.recent import Recent
from muster.engines.summaries import Totals, totals
from muster.rules.sentence_words import label_of
from muster.services.context import WorkspaceContext
from muster.services.workspaces import model_of, stored_model
from muster.store import segment_list

_FileState = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first page shows.

    Attributes:
        money: the sum of the model's first money metric or field, with ``scale`` digits; None if
            the model knows no money.
        as_of: when it was counted.
        watermark: the newest event in the past.
    """

    entities: int
    events: int
    money: Decimal | None
    scale: int
    currency: str | None
    as_of: datetime
    watermark: datetime | None
    segments: int
    rules: int


@dataclass(frozen=True, slots=True)
class _Counted:
    totals: Totals
    as_of: datetime


# By the warehouse file's identity and the model's fingerprint: a file that is replaced or written
# to is another one.
_COUNTED: Recent[tuple[_FileState, str], _Counted] = Recent(kept=64)


def summarise(context: WorkspaceContext) -> Summary:
    """Return the key figures.

    Raises:
        NotFound: NO_MODEL, WAREHOUSE_MISSING. Busy: the warehouse is being loaded.
        EngineFailed: it failed.
    """
    stored = stored_model(context)
    model = model_of(stored)
    money = money_fields(model)
    key = (_state(context.warehouse_path), stored.fingerprint)
    counted = _COUNTED.get(key, lambda: _count(context, model, money))
    with context.transaction() as connection:
        segments = segment_list.total(connection, context.workspace.id)
        rules = segment_list.total_of_rules(connection, context.workspace.id)
    field = money[0][1] if money else None
    return Summary(
        counted.totals.entities,
        counted.totals.events,
        counted.totals.money,
        2 if field is None else field.scale,
        None if field is None else field.currency or model.currency,
        counted.as_of,
        counted.totals.newest,
        segments,
        rules,
    )


def money_fields(model: DataModel) -> tuple[tuple[str, Field], ...]:
    """Return the event sources whose money is summed up, and the field of each."""
    return named_money(model)[1]


def named_money(model: DataModel) -> tuple[str, tuple[tuple[str, Field], ...]]:
    """Return how the money of `money_fields` is called, and whose it is; nothing without any.

    The first of: a metric that sums money of all events and all time, a union's money field, a
    source's. What the first two name is what the model's author calls spend.
    """
    candidates: list[tuple[tuple[str, ...], str | None, str]] = [
        (metric.on, metric.of, metric.label)
        for metric in model.metrics.values()
        if metric.aggregate == "sum" and metric.where is None and metric.window is None
    ]
    candidates += [((name,), None, "") for name in (*model.unions, *model.events)]
    for names, wanted, label in candidates:
        sources = tuple(source for name in names for source in model.sources_of(name))
        shared = model.shared_fields(sources)
        found = next(
            (
                name
                for name, field in shared.items()
                if field.type is FieldType.MONEY and wanted in (None, name)
            ),
            None,
        )
        if found is not None:
            money = tuple((source.name, source.fields[found]) for source in sources)
            return label or label_of(shared[found]), money
    return "", ()


def _count(
    context: WorkspaceContext, model: DataModel, money: tuple[tuple[str, Field], ...]
) -> _Counted:
    now = context.resources.clock.now_utc()
    with context.open_warehouse() as warehouse:
        return _Counted(totals(warehouse, model, money, now=now), now)


def _state(path: Path) -> _FileState:
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise NotFound(
            "WAREHOUSE_MISSING",
            "The workspace has no data yet.",
            hint="Load data first, e.g. with `muster load`.",
        ) from error
    return (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
