"""Keeps a relation that is costly to read as a temporary table while it is read several times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlglot import exp

from muster.compile.statement import Statement
from muster.engines.base import Warehouse
from muster.engines.index.reading import Relation
from muster.engines.templates import create_table, drop_table, table

_NAME = "muster_index_rows"


@contextmanager
def kept_rows(warehouse: Warehouse, relation: Relation, *, wanted: bool) -> Iterator[Relation]:
    """Yield the relation, from a temporary table if that is wanted."""
    if not wanted:
        yield relation
        return
    _run(warehouse, create_table(_NAME, relation.tree, temporary=True))
    try:
        kept = exp.select(exp.Star()).from_(table(_NAME))
        yield Relation(kept, relation.fields, relation.others)
    finally:
        _run(warehouse, drop_table(_NAME))


def _run(warehouse: Warehouse, tree: exp.Expr) -> None:
    warehouse.run(Statement.of(tree, dialect=warehouse.dialect, purpose="index: rows kept"))
