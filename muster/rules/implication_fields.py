"""Reads tests on fields, and on values made from events, as formulas over subjects."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration
from muster.rules.implication_cells import (
    FALSE,
    NO_VALUE,
    TRUE,
    UNKNOWN,
    YES,
    Atom,
    Choice,
    Formula,
    Opposite,
    Ordered,
    Subject,
    both,
    either,
)
from muster.rules.implication_links import FieldKey, OfField, Other, Pair, Quantity
from muster.rules.implication_time import NOTHING, Point
from muster.rules.operators import NUMBERS, TEXTS, TIMES
from muster.rules.resolved import Range, Test

Intern = Callable[[Hashable, Callable[[], Subject]], Any]
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "within", "outside")
_PATTERNS = ("contains", "not_contains", "starts", "ends", "like", "regex")
_RELATIVE = ("in_last", "in_next", "older_than", "anniversary_in", "age")
_DENIED = {"ne": "eq", "not_in": "in", "not_contains": "contains"}
_SWAPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


class FieldReading:
    """Reads tests on fields.

    Args:
        intern: returns the subject of something, made when it is new.
    """

    def __init__(self, intern: Intern) -> None:
        self._intern = intern

    def flag(self, about: Hashable, *families: str, nullable: bool = True) -> Atom:
        """Return a condition of which nothing is known but what it is."""
        made = self._intern(about, lambda: Subject(about, frozenset(families), nullable=nullable))
        return Atom(made, lambda: YES)

    def test(self, test: Test) -> Formula:
        """Return the formula of a test on a field."""
        key, family = key_of(test.field), f"field {test.field.name}"
        if test.op in ("exists", "missing"):
            found: Formula = self._valued(key, family)
            return found if test.op == "exists" else Opposite(found)
        if isinstance(test.operand, Field):
            return self._pair(test, test.operand)
        found = self._plain_test(test, key, family)
        if test.nulls_included:  # only where there is no value is anything unknown
            return either(found, Opposite(self._valued(key, family)))
        return found

    def _valued(self, key: FieldKey, family: str) -> Atom:
        flag = self.flag(OfField(key, "any"), family).subject
        return Atom(flag, lambda: flag.cells & ~NO_VALUE, none=FALSE)

    def _plain_test(self, test: Test, key: FieldKey, family: str) -> Formula:
        if test.field.type is FieldType.LIST:
            return self._elements(test, key, family)
        if test.op in _RELATIVE:
            if test.op == "age" and test.field.type is not FieldType.DATE:
                return self.flag(Other(replace(test, nulls_included=False)), family)
            return self._relative(test, key, family)
        if test.op in _PATTERNS:
            detail = (_DENIED.get(test.op, test.op), test.operand)
            found = self.flag(OfField(key, "matches", test.fold, detail), family)
            return Opposite(found) if test.op in _DENIED else found
        about = OfField(key, "value", test.fold)
        return self.compared(test, about, frozenset({family}))

    def compared(
        self,
        test: Test,
        about: Hashable,
        families: frozenset[str],
        *,
        empty: int = UNKNOWN,
        veiled: bool = False,
    ) -> Formula:
        """Return a test on a value that is cut into cells."""
        kind, average = test.field.type, getattr(about, "name", None) == "avg"
        subject: Ordered | Choice
        if kind in NUMBERS | TIMES:
            whole = kind in (FieldType.INTEGER, FieldType.DATE) and not average
            counted = isinstance(about, Quantity) and about.name in ("count", "distinct", "period")
            subject = self._intern(
                about,
                lambda: Ordered(
                    about,
                    families,
                    nullable=not counted,
                    whole=whole,
                    least=0 if counted else None,
                    odd=kind is FieldType.NUMBER and isinstance(about, Quantity),
                ),
            )
            if counted:
                subject.add(0)
        elif kind in TEXTS or kind is FieldType.BOOLEAN:
            closed = kind is FieldType.BOOLEAN
            subject = self._intern(
                about, lambda: Choice(about, families, nullable=True, closed=closed)
            )
        else:
            return self.flag(Other((about, test)), *families)
        for value in named(test.operand):
            subject.add(value)
        return Atom(
            subject,
            lambda: subject.passing(test.op, test.operand),
            none=empty,
            veiled=veiled,
        )

    def _pair(self, test: Test, other: Field) -> Formula:
        first, second, op = key_of(test.field), key_of(other), test.op
        families = (f"field {test.field.name}", f"field {other.name}")
        none = TRUE if test.nulls_included else UNKNOWN
        if first > second:
            first, second, op = second, first, _SWAPPED[op]
        about = Pair((first, second), test.fold)
        subject: Ordered = self._intern(
            about, lambda: Ordered(about, frozenset(families), nullable=True, whole=False)
        )
        subject.add(0)
        return Atom(subject, lambda: subject.passing(op, 0), none=none)

    def _elements(self, test: Test, key: FieldKey, family: str) -> Formula:
        """Read a test on a list; each wanted element is a flag: is it in the list?"""
        op, operand = test.op, test.operand

        def has(text: Any) -> Formula:
            return self.flag(OfField(key, "element", test.fold, text), family)

        def some(op: str, operand: Any) -> Formula:
            if op == "eq":
                return has(operand)
            if op == "in" and operand:
                return either(*map(has, operand))
            return self.flag(OfField(key, "elements", test.fold, (op, operand)), family)

        if isinstance(operand, tuple) and op in ("has_any", "has_all", "has_none"):
            if not operand:
                valued = self._valued(key, family).subject
                truth = FALSE if op == "has_any" else TRUE
                return Atom(valued, lambda: valued.cells if truth == TRUE else 0)
            found = [has(text) for text in operand]
            if op == "has_all":
                return both(*found)
            return either(*found) if op == "has_any" else Opposite(either(*found))
        if test.quantifier != "all":
            return some(op, operand) if test.quantifier == "any" else Opposite(some(op, operand))
        swapped = {**_DENIED, **{value: name for name, value in _DENIED.items()}}
        if op in swapped:
            return Opposite(some(swapped[op], operand))
        return self.flag(OfField(key, "every", test.fold, (op, operand)), family)

    def _relative(self, test: Test, key: FieldKey, family: str) -> Formula:
        """Say a relative test by "lies before a point"; for days: on it or before."""

        def before(length: Duration, *, ahead: bool = False) -> Formula:
            point = Point("now", length, ahead=ahead and length != NOTHING)
            return self.flag(OfField(key, "before", detail=point), family)

        operand = test.operand
        if test.op == "age":
            assert isinstance(operand, Range)
            assert isinstance(operand.low, int)
            old_enough = before(Duration(months=12 * operand.low))
            if operand.high is None:
                return old_enough
            assert isinstance(operand.high, int)
            return both(old_enough, Opposite(before(Duration(months=12 * (operand.high + 1)))))
        assert isinstance(operand, Duration)
        if test.op == "anniversary_in":
            return self.flag(OfField(key, "yearly", detail=operand), family)
        if test.op == "older_than":
            return before(operand)
        if test.op == "in_last":
            return both(before(NOTHING), Opposite(before(operand)))
        return both(before(operand, ahead=True), Opposite(before(NOTHING)))


def named(operand: Any) -> tuple[Any, ...]:
    """Return the values an operand names."""
    if isinstance(operand, Range):
        return tuple(end for end in (operand.low, operand.high) if end is not None)
    return operand if isinstance(operand, tuple) else (operand,)


def key_of(field: Field) -> FieldKey:
    """Return what makes a field the same one everywhere."""
    return field.name, field.type
