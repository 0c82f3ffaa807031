"""A SELECT of those among some keys that a list of the warehouse holds."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from muster.base.datamodel import EntityList
from muster.compile.fields import column, table
from muster.compile.literals import literal
from muster.compile.relations import OWNER


def listed_keys(spec: EntityList, keys: Iterable[str]) -> exp.Select:
    """Return the keys, as text, that stand on a list; one that stands there twice comes twice."""
    key = exp.cast(column(spec.key, OWNER), exp.DType.VARCHAR, copy=False)
    wanted = exp.In(this=key.copy(), expressions=[literal(one) for one in keys])
    return (
        exp.select(exp.alias_(key, "c0", quoted=True, copy=False))
        .from_(table(spec.table, OWNER), copy=False)
        .where(wanted, copy=False)
    )
