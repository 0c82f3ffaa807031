"""Binds tests that depend on the moment: relative times and ages become literal spans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from muster.base.datamodel import FieldType
from muster.rules.duration import Duration, shift_date, shift_instant
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Range,
    Resolved,
    Test,
    Threshold,
)
from muster.rules.truth import Moment, age_bounds, anniversary_days


def bind_condition(node: Resolved, moment: Moment) -> Resolved:
    """Bind every test of a condition on one event."""
    match node:
        case Conjunction(children):
            return Conjunction(tuple(bind_condition(child, moment) for child in children))
        case Disjunction(children):
            return Disjunction(tuple(bind_condition(child, moment) for child in children))
        case Negation(child):
            return Negation(bind_condition(child, moment))
        case Threshold(n, children):
            return Threshold(n, tuple(bind_condition(child, moment) for child in children))
        case Test():
            return bind_test(node, moment)
        case _:
            return node


def bind_test(test: Test, moment: Moment) -> Test:
    """Replace a relative test by one with literal bounds.

    "anniversary" takes the days of the year as numbers, month * 100 + day; on an instant field
    ``quantifier`` then carries the zone whose days are meant.
    """
    if test.op == "age":
        assert isinstance(test.operand, Range)
        return replace(test, op="within", operand=age_bounds(test.operand, moment.today))
    if test.op == "anniversary_in":
        assert isinstance(test.operand, Duration)
        days = sorted(anniversary_days(moment.today, test.operand))
        numbers = tuple(month * 100 + day for month, day in days)
        return replace(test, op="anniversary", operand=numbers, quantifier=moment.zone.key)
    if isinstance(test.operand, Duration):
        if test.field.type is FieldType.DATE:
            return _bind_days(test, test.operand, moment)
        return _bind_instants(test, test.operand, moment)
    return test


def _bind_days(test: Test, length: Duration, moment: Moment) -> Test:
    today = moment.today
    if test.op == "in_next":
        span = Range(today, shift_date(today, length, sign=1), low_included=False)
        return replace(test, op="within", operand=span)
    start = shift_date(today, length, sign=-1)
    if test.op == "in_last":
        return replace(test, op="within", operand=Range(start, today, low_included=False))
    return replace(test, op="le", operand=start)


def _bind_instants(test: Test, length: Duration, moment: Moment) -> Test:
    as_of = moment.as_of.astimezone(UTC)
    if test.op == "in_next":
        end = shift_instant(as_of, length, zone=moment.zone, sign=1)
        return replace(test, op="within", operand=Range(as_of, end, high_included=False))
    start = shift_instant(as_of, length, zone=moment.zone, sign=-1)
    if test.op == "in_last":
        return replace(test, op="within", operand=Range(start, as_of, high_included=False))
    return replace(test, op="lt", operand=start)
