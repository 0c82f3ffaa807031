"""One SELECT of the number that a condition compares: key ``k`` and ``value``, for each entity."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlglot import exp

from muster.base.datamodel import DataModel, Field, FieldType
from muster.compile.atoms import Counted, EntityAtom, EventAtom, Valued
from muster.compile.fields import column, physical
from muster.compile.relations import OWNER, entity_key, entity_select
from muster.compile.scans import aggregate_values, moment_of
from muster.rules.resolved import Aggregate, Scan, Test
from muster.rules.windows import AllTime

_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.MONEY)
_TIMES = (FieldType.DATE, FieldType.TIMESTAMP)
_NO_SCAN = Scan((), None, AllTime())


def number_field(atom: EntityAtom | EventAtom) -> Field | None:
    """Return the field whose value an atom compares, if that is a number or a time."""
    match atom:
        case EntityAtom(Test() as test):
            field: Field | None = test.field
        case EventAtom(_, Counted(_, None | Field())):
            field = Field("count", FieldType.INTEGER)
        case EventAtom(_, Valued(aggregate, _)):
            field = aggregate.output
        case _:
            field = None
    return field if field is not None and field.type in (*_NUMBERS, *_TIMES) else None


def numbers_scan(
    atom: EntityAtom | EventAtom, model: DataModel, as_of: datetime
) -> exp.Select | None:
    """Return the SELECT, or None where there is no number.

    Decimals come as whole numbers of 10 ** -scale; averages as doubles in the field's own unit.
    Entities without an event have no row.
    """
    field = number_field(atom)
    if field is None:
        return None
    if isinstance(atom, EntityAtom):
        value = _whole(physical(field, OWNER), field)
        columns: list[exp.Expr] = [
            exp.alias_(entity_key(model), "k", copy=False),
            exp.alias_(value, "value", copy=False),
        ]
        return entity_select(model, columns, [field])
    having = atom.having
    if isinstance(having, Counted):
        distinct = having.distinct if isinstance(having.distinct, Field) else None
        name = "count" if distinct is None else "distinct"
        aggregate = Aggregate(name, _NO_SCAN, distinct, None, True, field)
    else:
        assert isinstance(having, Valued)
        aggregate = having.aggregate
    plain = replace(aggregate, empty_is_zero=False)
    found = aggregate_values(plain, atom.scan, model, moment_of(as_of, atom.zone))
    if aggregate.name == "avg":
        return found
    value = exp.alias_(_whole(column("value", "w"), field), "value", copy=False)
    return exp.select(column("k", "w"), value).from_(found.subquery("w", copy=False), copy=False)


def _whole(value: exp.Expr, field: Field) -> exp.Expr:
    """Return a number in its smallest unit: columns of decimals would come back as doubles.

    Null where 64 bits do not hold it.
    """
    if field.type is FieldType.INTEGER:
        return exp.TryCast(this=value, to=exp.DataType.build("BIGINT"))
    if field.type not in (FieldType.MONEY, FieldType.DECIMAL):
        return value
    scaled = exp.Mul(
        this=exp.paren(value, copy=False), expression=exp.Literal.number(10**field.scale)
    )
    return exp.Try(this=exp.cast(scaled, exp.DType.BIGINT, copy=False))
