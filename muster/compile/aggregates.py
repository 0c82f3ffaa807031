"""What an event atom asks of one entity's events, as aggregate SQL; and what no events answer."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from muster.base.datamodel import Field, FieldType
from muster.compile.atoms import (
    Counted,
    FirstTime,
    Having,
    Regular,
    Restarted,
    Stopped,
    Valued,
)
from muster.compile.dialects import duckdb as dialect
from muster.compile.fields import column
from muster.compile.literals import literal, timestamp, wide
from muster.compile.predicates import COMPARISONS, predicate
from muster.compile.relations import local_day, value_of
from muster.rules.nodes import Count
from muster.rules.resolved import Aggregate, Range, Test
from muster.rules.truth import Moment, Truth, judge
from muster.rules.windows import Interval

ALIAS = "v"
_ORDERED = ("first", "last")


def fields_needed(having: Having) -> tuple[Field, ...]:
    """Return the event fields a question aggregates."""
    match having:
        case Counted(_, distinct):
            return (distinct,) if isinstance(distinct, Field) else ()
        case Valued(aggregate, _):
            return (aggregate.of,) if aggregate.of is not None else ()
        case _:
            return ()


def needs_order(having: Having) -> bool:
    """Whether events of one time must be told apart."""
    return isinstance(having, Valued) and having.aggregate.name in _ORDERED


def is_mode(having: Having) -> bool:
    """Whether the question needs counting by value first."""
    return isinstance(having, Valued) and having.aggregate.name == "mode"


def empty_truth(having: Having, moment: Moment) -> Truth:
    """Return the truth for an entity without a single event in the scan."""
    match having:
        case Counted(count, _):
            return count.holds(0)
        case Valued(aggregate, test):
            zero = 0 if aggregate.empty_is_zero else None
            return judge(test, zero, moment=moment)
        case _:
            return False


def having_sql(having: Having, moment: Moment, inside: exp.Expr | None = None) -> exp.Expr:
    """Return the question as a boolean over a GROUP BY of the event relation (alias ``v``).

    ``inside`` narrows the events looked at; only for the questions `nesting.py` calls foldable.
    """
    zone = moment.zone.key
    match having:
        case Counted(count, distinct):
            return count_test(count, _counted(distinct, zone, inside))
        case Valued(aggregate, test):
            if aggregate.name == "avg":
                return _average_test(aggregate, test, inside)
            return predicate(test, value_sql(aggregate, moment, inside))
        case FirstTime(start):
            return exp.GTE(this=exp.Min(this=_at()), expression=timestamp(start))
        case Stopped(start, since):
            last = exp.Max(this=_at())
            stopped: exp.Expr = exp.LT(this=last, expression=timestamp(start))
            if since is None:
                return stopped
            return exp.and_(
                stopped, exp.GTE(this=last.copy(), expression=timestamp(since)), copy=False
            )
        case Restarted(start, gap_start):
            inside = exp.GTE(this=exp.Max(this=_at()), expression=timestamp(start))
            before = exp.LT(this=exp.Min(this=_at()), expression=timestamp(gap_start))
            quiet = exp.EQ(
                this=_number_in(Interval(gap_start, start)), expression=exp.Literal.number(0)
            )
            return exp.and_(inside, before, quiet, copy=False)
        case Regular(periods, hit):
            hits: exp.Expr = _hit(periods[0])
            for period in periods[1:]:
                hits = exp.Add(this=hits, expression=_hit(period))
            return exp.GTE(this=exp.paren(hits, copy=False), expression=exp.Literal.number(hit))
        case _:
            assert_never(having)


def inside_of(interval: Interval, scanned: Interval) -> exp.Expr | None:
    """Return whether an event scanned lies in a narrower interval; None if all do."""
    bounds: list[exp.Expr] = []
    if interval.start is not None and interval.start != scanned.start:
        bounds.append(exp.GTE(this=_at(), expression=timestamp(interval.start)))
    if interval.end != scanned.end:
        bounds.append(exp.LT(this=_at(), expression=timestamp(interval.end)))
    return exp.and_(*bounds, copy=False) if bounds else None


def _only(inside: exp.Expr | None, aggregate: exp.Expr) -> exp.Expr:
    """Return an aggregate over the events inside alone.

    FILTER, because it leaves DuckDB the column's statistics: a sum that cannot overflow 64 bits
    takes half the memory. CASE hides them.
    """
    if inside is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=inside.copy()))


def _at() -> exp.Expr:
    return column("at", ALIAS)


def _inside(interval: Interval) -> exp.Expr:
    assert interval.start is not None
    return exp.and_(
        exp.GTE(this=_at(), expression=timestamp(interval.start)),
        exp.LT(this=_at(), expression=timestamp(interval.end)),
        copy=False,
    )


def _number_in(interval: Interval) -> exp.Expr:
    """Return how many events lie in an interval."""
    one = exp.Case(
        ifs=[exp.If(this=_inside(interval), true=exp.Literal.number(1))],
        default=exp.Literal.number(0),
    )
    return exp.Sum(this=one)


def _hit(interval: Interval) -> exp.Expr:
    one = exp.Case(
        ifs=[exp.If(this=_inside(interval), true=exp.Literal.number(1))],
        default=exp.Literal.number(0),
    )
    return exp.Max(this=one)


def count_test(count: Count, number: exp.Expr) -> exp.Expr:
    """Return a test on a whole number."""
    if count.op == "between":
        high = count.low if count.high is None else count.high
        return exp.Between(this=number, low=literal(count.low), high=literal(high))
    names = {"=": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
    return COMPARISONS[names[count.op]](this=number, expression=literal(count.low))


def _counted(distinct: Field | str | None, zone: str, inside: exp.Expr | None) -> exp.Expr:
    if distinct is None:
        return _only(inside, exp.Count(this=exp.Star()))
    if isinstance(distinct, Field):
        value = value_of(distinct, ALIAS)
    elif distinct == "day":
        value = local_day(_at(), zone)
    else:
        value = dialect.truncate(dialect.utc_to_local(_at(), zone), distinct)
    return exp.Count(this=exp.Distinct(expressions=[value]))


def value_sql(aggregate: Aggregate, moment: Moment, inside: exp.Expr | None = None) -> exp.Expr:
    """Return an aggregate's value for entities that have events; an average is a double."""
    found = _value(aggregate, moment, inside)
    zero = exp.Literal.number(0)
    if aggregate.name in ("count", "distinct"):
        return found if aggregate.empty_is_zero else exp.Nullif(this=found, expression=zero)
    return exp.Coalesce(this=found, expressions=[zero]) if aggregate.empty_is_zero else found


def _value(aggregate: Aggregate, moment: Moment, inside: exp.Expr | None) -> exp.Expr:
    if aggregate.name == "count":
        return _only(inside, exp.Count(this=exp.Star()))
    if aggregate.name == "recency":
        last = local_day(_only(inside, exp.Max(this=_at())), moment.zone.key)
        return dialect.days_between(last, literal(moment.today))
    assert aggregate.of is not None
    value = value_of(aggregate.of, ALIAS)
    match aggregate.name:
        case "sum":
            return _only(inside, exp.Sum(this=value))
        case "min":
            return _only(inside, exp.Min(this=value))
        case "max":
            return _only(inside, exp.Max(this=value))
        case "distinct":
            return exp.Count(this=exp.Distinct(expressions=[value]))
        case "first" | "last":
            return _edge(value, last=aggregate.name == "last")
        case "percentile":
            assert aggregate.quantile is not None
            return dialect.nearest_rank(value, literal(aggregate.quantile))
        case "mode":
            return _most_frequent(value)
        case _:
            return _average(aggregate.of, value)


def _average(field: Field, value: exp.Expr) -> exp.Expr:
    """Return sum / count as a double; decimals are summed in minor units, so equals stay equal."""
    total: exp.Expr = exp.Sum(this=value)
    if field.type in (FieldType.MONEY, FieldType.DECIMAL):
        scale = exp.Literal.number(10**field.scale)
        total = exp.cast(
            exp.paren(exp.Mul(this=total, expression=scale), copy=False),
            exp.DType.INT128,
            copy=False,
        )
    double = exp.cast(total, exp.DType.DOUBLE, copy=False)
    count = exp.Count(this=value.copy())
    average = exp.Div(this=double, expression=count, typed=False, safe=False)
    if field.type in (FieldType.MONEY, FieldType.DECIMAL):
        scale = exp.Literal.number(10**field.scale)
        return exp.Div(
            this=exp.paren(average, copy=False), expression=scale, typed=False, safe=False
        )
    return average


def _edge(value: exp.Expr, *, last: bool) -> exp.Expr:
    order = [
        exp.Ordered(this=key, desc=last, nulls_first=not last)
        for key in (_at(), column("src", ALIAS), column("id", ALIAS), value.copy())
    ]
    return dialect.edge(value, order)


def _most_frequent(value: exp.Expr) -> exp.Expr:
    """Return the value whose row (see `mode_relation`) has the highest count, smallest first."""
    order = [
        exp.Ordered(this=column("n", ALIAS), desc=True, nulls_first=False),
        exp.Ordered(this=value.copy(), desc=False, nulls_first=False),
    ]
    return dialect.edge(value, order)


def mode_relation(relation: exp.Select, field: Field) -> exp.Select:
    """Count an event relation by entity and value, nulls left out."""
    key, value = column("k", ALIAS), value_of(field, ALIAS)
    return (
        exp.select(key, value, exp.alias_(exp.Count(this=exp.Star()), "n", copy=False))
        .from_(relation.subquery(ALIAS, copy=False), copy=False)
        .where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())), copy=False)
        .group_by(key.copy(), value.copy(), copy=False)
    )


def _average_test(aggregate: Aggregate, test: Test, inside: exp.Expr | None) -> exp.Expr:
    """Compare sum with operand * count, exactly; no values are unknown, or zero if so wanted."""
    assert aggregate.of is not None
    value = value_of(aggregate.of, ALIAS)
    total = _only(inside, exp.Sum(this=value))
    number = _only(inside, exp.Count(this=value.copy()))

    def scaled(operand: object) -> exp.Expr:
        return exp.Mul(this=wide(operand), expression=number.copy())  # type: ignore[arg-type]

    operand = test.operand
    if isinstance(operand, Range):
        parts: list[exp.Expr] = []
        if operand.low is not None:
            low = exp.GTE if operand.low_included else exp.GT
            parts.append(low(this=total.copy(), expression=scaled(operand.low)))
        if operand.high is not None:
            high = exp.LTE if operand.high_included else exp.LT
            parts.append(high(this=total.copy(), expression=scaled(operand.high)))
        compared: exp.Expr = exp.and_(*parts, copy=False)
    elif isinstance(operand, tuple):
        hits = [exp.EQ(this=total.copy(), expression=scaled(item)) for item in operand]
        compared = exp.paren(exp.or_(*hits, copy=False), copy=False) if hits else exp.false()
        compared = compared if test.op == "in" else exp.Not(this=compared)
    else:
        compared = COMPARISONS[test.op](this=total.copy(), expression=scaled(operand))
    some = exp.GT(this=number.copy(), expression=exp.Literal.number(0))
    nothing: exp.Expr = exp.null()
    if aggregate.empty_is_zero:
        nothing = predicate(test, exp.Literal.number(0))
    return exp.Case(ifs=[exp.If(this=some, true=compared)], default=nothing)
