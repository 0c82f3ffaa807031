"""Tests as SQL: one value expression against one bound test, true, false or null.

`rules/truth.py` is the law these follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sqlglot import exp

from muster.base.datamodel import Field, FieldType, Fold
from muster.compile.dialects import duckdb as dialect
from muster.compile.literals import literal, typed
from muster.rules.evaluate import bucket_bounds
from muster.rules.geo import chord_limit
from muster.rules.nodes import Bucket
from muster.rules.regex import portable_regex
from muster.rules.resolved import (
    Circle,
    Conjunction,
    Disjunction,
    InArea,
    Negation,
    Polygon,
    Range,
    Resolved,
    Scalar,
    Test,
    Threshold,
)

COMPARISONS: dict[str, type[exp.Binary]] = {
    "eq": exp.EQ,
    "ne": exp.NEQ,
    "lt": exp.LT,
    "le": exp.LTE,
    "gt": exp.GT,
    "ge": exp.GTE,
}

FieldValue = Callable[[Field], exp.Expr]
PointValue = Callable[[Field], tuple[exp.Expr, exp.Expr]]


def condition(node: Resolved, value: FieldValue, point: PointValue) -> exp.Expr:
    """Return a condition on one row (an event's filter) as a three-valued SQL boolean."""
    match node:
        case Conjunction(children):
            return exp.and_(
                *(exp.paren(condition(child, value, point), copy=False) for child in children),
                copy=False,
            )
        case Disjunction(children):
            return exp.or_(
                *(exp.paren(condition(child, value, point), copy=False) for child in children),
                copy=False,
            )
        case Negation(child):
            return exp.Not(this=exp.paren(condition(child, value, point), copy=False))
        case Threshold(n, children):
            return at_least(n, [condition(child, value, point) for child in children])
        case Test():
            other = value(node.operand) if isinstance(node.operand, Field) else None
            if node.field.type is FieldType.GEO:
                latitude, longitude = point(node.field)
                both = exp.and_(has_value(latitude), has_value(longitude), copy=False)
                return (
                    exp.paren(both, copy=False)
                    if node.op == "exists"
                    else exp.Not(this=exp.paren(both, copy=False))
                )
            return predicate(node, value(node.field), other)
        case InArea():
            return area(node, *point(node.field))
        case _:
            raise AssertionError("not a condition on one row")


def at_least(n: int, truths: list[exp.Expr]) -> exp.Expr:
    """At least ``n`` are true: true, false, or null while the nulls could decide."""
    if n <= 0:
        return exp.true()

    def count(missing: exp.Expr) -> exp.Expr:
        zero = exp.Literal.number(0)
        terms: list[exp.Expr] = [
            exp.Case(
                ifs=[
                    exp.If(
                        this=exp.Coalesce(
                            this=exp.paren(truth.copy(), copy=False), expressions=[missing.copy()]
                        ),
                        true=exp.Literal.number(1),
                    )
                ],
                default=zero.copy(),
            )
            for truth in truths
        ]
        total = terms[0]
        for term in terms[1:]:
            total = exp.Add(this=total, expression=term)
        return exp.paren(total, copy=False)

    wanted = exp.Literal.number(n)
    return exp.Case(
        ifs=[
            exp.If(this=exp.GTE(this=count(exp.false()), expression=wanted), true=exp.true()),
            exp.If(this=exp.LT(this=count(exp.true()), expression=wanted.copy()), true=exp.false()),
        ],
        default=exp.null(),
    )


def has_value(value: exp.Expr) -> exp.Expr:
    """Whether an expression is not null."""
    return exp.Not(this=exp.Is(this=value, expression=exp.null()))


def predicate(test: Test, value: exp.Expr, other: exp.Expr | None = None) -> exp.Expr:
    """Return a bound test on a value expression (``other``: the field compared with)."""
    if test.op == "exists":
        return has_value(value)
    if test.op == "missing":
        return exp.Is(this=value, expression=exp.null())
    found = _tested(test, value, other)
    if test.nulls_included:
        return exp.Coalesce(this=exp.paren(found, copy=False), expressions=[exp.true()])
    return found


def _tested(test: Test, value: exp.Expr, other: exp.Expr | None) -> exp.Expr:
    if test.field.type is FieldType.LIST:
        return _on_list(test, value)
    if test.op == "anniversary":
        return _anniversary(test, value)
    folded = fold(value, test.fold) if _is_text(test.field) else value
    if other is not None:
        right = fold(other, test.fold) if _is_text(test.field) else other
        return COMPARISONS[test.op](this=folded, expression=right)
    if test.op in ("within", "outside"):
        assert isinstance(test.operand, Range)
        span = within(test.operand, folded, test.field)
        return span if test.op == "within" else exp.Not(this=exp.paren(span, copy=False))
    return _scalar(test, folded)


def _is_text(field: Field) -> bool:
    return field.type in (FieldType.STRING, FieldType.ENUM)


def fold(value: exp.Expr, how: Fold) -> exp.Expr:
    """Return text as it is compared."""
    if how is Fold.NONE:
        return value
    if how is Fold.CASE_ACCENT:
        value = dialect.without_accents(value)
    return exp.Lower(this=value)


def within(span: Range, value: exp.Expr, field: Field) -> exp.Expr:
    """Return value in span; a missing end is open, but null stays null."""
    parts: list[exp.Expr] = []
    if span.low is not None:
        low = exp.GTE if span.low_included else exp.GT
        parts.append(low(this=value, expression=typed(span.low, field)))
    if span.high is not None:
        high = exp.LTE if span.high_included else exp.LT
        parts.append(high(this=value.copy(), expression=typed(span.high, field)))
    return exp.and_(*parts, copy=False)


def _scalar(test: Test, value: exp.Expr) -> exp.Expr:
    operand = test.operand
    if isinstance(operand, tuple):
        return _in(test, value, operand)
    assert isinstance(operand, Scalar)
    right = typed(operand, test.field)
    match test.op:
        case "contains" | "not_contains":
            found: exp.Expr = exp.Contains(this=value, expression=right)
            return found if test.op == "contains" else exp.Not(this=exp.paren(found, copy=False))
        case "starts":
            return exp.StartsWith(this=value, expression=right)
        case "ends":
            return exp.EndsWith(this=value, expression=right)
        case "like":
            return exp.Escape(
                this=exp.Like(this=value, expression=right), expression=exp.Literal.string("\\")
            )
        case "regex":
            pattern = portable_regex(str(operand))
            return dialect.matches(value, exp.Literal.string(pattern))
        case _:
            return COMPARISONS[test.op](this=value, expression=right)


def _in(test: Test, value: exp.Expr, operand: tuple[Scalar, ...]) -> exp.Expr:
    """Return value in a list; an empty list holds nothing, but null stays null."""
    if not operand:
        never = exp.NEQ(this=value, expression=value.copy())
        return never if test.op == "in" else exp.Not(this=exp.paren(never, copy=False))
    found = exp.In(this=value, expressions=[typed(item, test.field) for item in operand])
    return found if test.op == "in" else exp.Not(this=exp.paren(found, copy=False))


def _on_list(test: Test, value: exp.Expr) -> exp.Expr:
    """Null lists stay null; null elements are no elements."""
    operand = test.operand

    def holds(wanted: Scalar) -> exp.Expr:
        if test.fold is Fold.NONE:
            return dialect.has_element(value.copy(), literal(wanted))
        same = exp.EQ(this=fold(exp.column("element"), test.fold), expression=literal(wanted))
        return dialect.any_element(value.copy(), "element", same)

    if test.op in ("has_any", "has_all", "has_none"):
        assert isinstance(operand, tuple)
        hits = [exp.paren(holds(wanted), copy=False) for wanted in operand]
        join = exp.and_ if test.op == "has_all" else exp.or_
        empty = exp.true() if test.op == "has_all" else exp.false()
        found = exp.paren(join(*hits), copy=False) if hits else empty
        truth = exp.Not(this=found) if test.op == "has_none" else found
        return known(value, truth)
    element = exp.column("element")
    text = Field("element", FieldType.STRING)
    each = _tested(Test(text, test.op, operand, fold=test.fold), element, None)
    if test.quantifier == "all":
        failing = dialect.any_element(
            value.copy(), "element", exp.Not(this=exp.paren(each, copy=False))
        )
        return known(value, exp.Not(this=exp.paren(failing, copy=False)))
    passing = dialect.any_element(value.copy(), "element", each)
    return known(
        value, passing if test.quantifier == "any" else exp.Not(this=exp.paren(passing, copy=False))
    )


def known(value: exp.Expr, truth: exp.Expr) -> exp.Expr:
    """Return the truth where the value is not null, else null."""
    return exp.Case(ifs=[exp.If(this=has_value(value.copy()), true=truth)], default=exp.null())


def _anniversary(test: Test, value: exp.Expr) -> exp.Expr:
    """Compare month * 100 + day with the days of the year that are near."""
    assert isinstance(test.operand, tuple)
    local = value
    if test.field.type is FieldType.TIMESTAMP:
        local = exp.paren(dialect.utc_to_local(value, test.quantifier), copy=False)
    day = exp.Add(
        this=exp.Mul(this=exp.Month(this=local), expression=exp.Literal.number(100)),
        expression=exp.Day(this=local.copy()),
    )
    return exp.In(
        this=exp.paren(day, copy=False), expressions=[literal(item) for item in test.operand]
    )


def area(node: InArea, latitude: exp.Expr, longitude: exp.Expr) -> exp.Expr:
    """Return whether a point lies in an area; null where the point has no value."""
    both = exp.and_(has_value(latitude.copy()), has_value(longitude.copy()), copy=False)
    if isinstance(node.area, Circle):
        inside = _circle(node.area, latitude, longitude)
    else:
        inside = _polygon(node.area, latitude, longitude)
    return exp.Case(ifs=[exp.If(this=both, true=inside)], default=exp.null())


def _circle(circle: Circle, latitude: exp.Expr, longitude: exp.Expr) -> exp.Expr:
    """The haversine comparison of rules/geo.py, behind a cheap band of latitudes."""
    half = literal(math.pi / 360)

    def squared_sine(value: exp.Expr, centre: float) -> exp.Expr:
        difference = exp.paren(exp.Sub(this=value, expression=literal(centre)), copy=False)
        sine = exp.Sin(this=exp.Mul(this=difference, expression=half.copy()))
        return exp.Mul(this=sine, expression=sine.copy())

    shrink = exp.Mul(
        this=literal(math.cos(math.radians(circle.latitude))),
        expression=exp.Cos(this=exp.Mul(this=latitude.copy(), expression=literal(math.pi / 180))),
    )
    chord = exp.Add(
        this=squared_sine(latitude.copy(), circle.latitude),
        expression=exp.Mul(
            this=exp.paren(shrink, copy=False),
            expression=exp.paren(squared_sine(longitude.copy(), circle.longitude), copy=False),
        ),
    )
    # One degree of latitude is at least 110.5 km; the band only saves work, it decides nothing.
    # CASE, because DuckDB evaluates both sides of an AND outside of WHERE for every row.
    reach = circle.km / 110.0 + 0.001
    band = exp.Between(
        this=latitude.copy(),
        low=literal(circle.latitude - reach),
        high=literal(circle.latitude + reach),
    )
    limit = exp.LTE(this=exp.paren(chord, copy=False), expression=literal(chord_limit(circle.km)))
    return exp.Case(ifs=[exp.If(this=band, true=limit)], default=exp.false())


def _polygon(polygon: Polygon, latitude: exp.Expr, longitude: exp.Expr) -> exp.Expr:
    """An odd number of edges is crossed by a ray to the east."""
    corners = polygon.corners
    crossings: list[exp.Expr] = []
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, corners[1:] + corners[:1], strict=True):
        if lat_a == lat_b:
            continue
        low, high = sorted((lat_a, lat_b))
        # (lat_a > y) != (lat_b > y) is low <= y < high.
        spans = exp.and_(
            exp.GTE(this=latitude.copy(), expression=literal(low)),
            exp.LT(this=latitude.copy(), expression=literal(high)),
            copy=False,
        )
        share = exp.Div(
            this=exp.paren(exp.Sub(this=latitude.copy(), expression=literal(lat_a)), copy=False),
            expression=literal(lat_b - lat_a),
            typed=False,
            safe=False,
        )
        east = exp.Add(
            this=literal(lon_a), expression=exp.Mul(this=share, expression=literal(lon_b - lon_a))
        )
        hit = exp.and_(spans, exp.LT(this=longitude.copy(), expression=east), copy=False)
        crossings.append(
            exp.Case(
                ifs=[exp.If(this=hit, true=exp.Literal.number(1))], default=exp.Literal.number(0)
            )
        )
    if not crossings:
        return exp.false()
    total: exp.Expr = crossings[0]
    for further in crossings[1:]:
        total = exp.Add(this=total, expression=further)
    odd = exp.Mod(this=exp.paren(total, copy=False), expression=exp.Literal.number(2))
    return exp.EQ(this=odd, expression=exp.Literal.number(1))


def in_bucket(bucket: Bucket, key: exp.Expr) -> exp.Expr:
    """Return whether the key's hash lies in the bucket (see rules/evaluate.py:in_bucket)."""
    text = exp.DPipe(
        this=exp.Literal.string(f"{bucket.salt}:"),
        expression=exp.cast(key, exp.DType.VARCHAR, copy=False),
    )
    low, high = bucket_bounds(bucket)
    digits = dialect.hash_text(text)
    above = exp.GTE(this=digits, expression=exp.Literal.string(low))
    if high is None:
        return above
    return exp.and_(
        above, exp.LT(this=digits.copy(), expression=exp.Literal.string(high)), copy=False
    )
