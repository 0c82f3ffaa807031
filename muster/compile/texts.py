"""SELECTs about the texts of one attribute: the frequent ones, and who has which of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from muster.base.datamodel import DataModel, Field, FieldType
from muster.compile.fields import column, physical
from muster.compile.literals import literal
from muster.compile.relations import OWNER, entity_key, entity_select


def frequent_texts(field: Field, model: DataModel, *, most: int) -> exp.Select:
    """Return the SELECT of the most frequent texts, or elements of a list: ``value`` and ``n``."""
    value = column("value", "t")
    number = exp.Count(this=exp.Star())
    return (
        exp.select(value, exp.alias_(number, "n"))
        .from_(_texts(field, model).subquery("t"))
        .where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())))
        .group_by(value.copy())
        .order_by(exp.Ordered(this=number.copy(), desc=True), value.copy())
        .limit(most)
    )


def text_places(field: Field, model: DataModel, texts: Sequence[str]) -> exp.Select:
    """Return the SELECT of ``k`` and ``value``: 1 for the first text, 2 …; 0 null, -1 any other."""
    value = column("value", "t")
    cases = [exp.If(this=exp.Is(this=value, expression=exp.null()), true=literal(0))]
    cases += [
        exp.If(this=exp.EQ(this=value.copy(), expression=literal(text)), true=literal(place))
        for place, text in enumerate(texts, start=1)
    ]
    found = exp.Case(ifs=cases, default=literal(-1))
    return exp.select(column("k", "t"), exp.alias_(found, "value")).from_(
        _texts(field, model).subquery("t")
    )


def _texts(field: Field, model: DataModel) -> exp.Select:
    """Return ``k`` and ``value``, a row for each entity, or for each element of its list."""
    value = physical(field, OWNER)
    if field.type is FieldType.LIST:
        value = exp.Unnest(expressions=[value])
    if field.type is FieldType.BOOLEAN:
        value = exp.cast(value, exp.DType.VARCHAR)
    columns: list[exp.Expr] = [exp.alias_(entity_key(model), "k"), exp.alias_(value, "value")]
    return entity_select(model, columns, [field])
