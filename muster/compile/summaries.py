"""What a warehouse holds in all, one SELECT a table: how many entities and events, how much."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field
from muster.compile.fields import joined, physical, table
from muster.compile.literals import timestamp
from muster.compile.relations import OWNER, origin_of


def entity_count(model: DataModel) -> exp.Select:
    """Return the SELECT of the number of entities."""
    return exp.select(exp.alias_(exp.Count(this=exp.Star()), "entities", copy=False)).from_(
        table(model.entity.table, OWNER), copy=False
    )


def event_totals(source: EventSource, summed: Field | None, *, before: datetime) -> exp.Select:
    """Return the SELECT of a source's number of events, the newest, and the sum of one field.

    Corrected events count once, events of nobody in particular count too.

    Args:
        summed: a field of the source; None = no sum (NULL).
        before: the newest event is one from before this instant; all are counted.
    """
    at = physical(source.fields[source.at], OWNER)
    past = exp.If(this=exp.LT(this=at, expression=timestamp(before)), true=at.copy())
    total: exp.Expr = exp.null()
    used = [source.fields[source.at]]
    if summed is not None:
        total = exp.Sum(this=physical(summed, OWNER))
        used.append(summed)
    origin, _ = origin_of(source)
    select = exp.select(
        exp.alias_(exp.Count(this=exp.Star()), "events", copy=False),
        exp.alias_(exp.Max(this=exp.Case(ifs=[past])), "newest", copy=False),
        exp.alias_(total, "total", copy=False),
    ).from_(origin, copy=False)
    lookups = {field.lookup for field in used if field.lookup is not None}
    return joined(select, source.lookups, lookups, OWNER)
