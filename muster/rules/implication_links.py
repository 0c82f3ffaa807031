"""What two subjects say about each other: each link holds for every entity at every instant.

A longer window has no fewer events, a stricter filter no more; the largest value is not below any
other; who is known since long is known since lately; one field has a value in all its subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.duration import Duration
from muster.rules.implication_cells import NO, NO_VALUE, YES, Choice, Ordered, Subject
from muster.rules.implication_time import NOW, End, Point, ends_of, not_after, not_longer
from muster.rules.resolved import Circle, Scan, Test
from muster.rules.truth import Moment, judge

FieldKey = tuple[str, FieldType]
_TEXT = Field("text", FieldType.STRING)
_LONG = 16  # letters of a text on which an expression may try every way to match
_ANY_MOMENT = Moment(datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class OfField:
    """Something about the value of one field. ``kind``: "value" (compared as ``fold`` says),
    "any" (is there one), or what a flag says: that it lies "before" a point, has its day "yearly",
    lies in an "area", "matches" a pattern, has an "element", or some among its "elements" that
    passes a test."""

    field: FieldKey
    kind: str
    fold: Fold = Fold.NONE
    detail: Any = None


@dataclass(frozen=True, slots=True)
class Pair:
    """How the values of two fields compare."""

    fields: tuple[FieldKey, FieldKey]
    fold: Fold


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number (or value) made from an entity's events; ``name`` as of an aggregate, or "period"
    of ``of`` = day, week or month."""

    name: str
    scan: Scan
    of: str | None = None
    more: Any = None


@dataclass(frozen=True, slots=True)
class Known:
    """The entity is known since a moment or longer."""

    since: End


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: a rank, a bucket, a membership, a sequence. Equal or unrelated."""

    what: Any


Narrow = Callable[[int, int], tuple[int, int]]
"""Narrows the cells left of two subjects by each other."""


def links(
    first: Subject, second: Subject, zone: ZoneInfo, within: Callable[[Scan, Scan], bool]
) -> tuple[Narrow, ...]:
    """Return what two subjects say about each other, as functions of (cells, cells).

    Args:
        within: whether one scan's events are always among another's.
    """
    found = list(_directed(first, second, zone, within))
    found += [_turned(link) for link in _directed(second, first, zone, within)]
    return tuple(found)


def _directed(
    one: Subject, two: Subject, zone: ZoneInfo, within: Callable[[Scan, Scan], bool]
) -> Iterator[Narrow]:
    match one.about, two.about:
        case OfField() as a, OfField() as b if a.field == b.field:
            yield implies(NO_VALUE, NO_VALUE)
            yield from _of_one_field(a, one, b, zone)
        case Pair(fields), OfField(field) if field in fields:
            yield implies(~NO_VALUE, ~NO_VALUE)
        case Quantity() as a, Quantity() as b:
            if within(a.scan, b.scan):
                yield from _quantities(a, one, b, two)
            if b.name == "recency" and b.scan.sources:
                yield from _recent(a, one, b, two, zone, within)
        case Known(a), Known(b) if not_after(a, b, zone):
            yield implies(YES, YES)
        case _:
            return


def implies(given: int, then: int) -> Narrow:
    """Return the link "in these cells of one, only in those of the other"."""

    def narrow(one: int, two: int) -> tuple[int, int]:
        if not one & ~given:
            two &= then
        if not two & then:
            one &= ~given
        return one, two

    return narrow


def _turned(link: Narrow) -> Narrow:
    def narrow(two: int, one: int) -> tuple[int, int]:
        one, two = link(one, two)
        return two, one

    return narrow


def _not_more(one: Ordered, two: Ordered) -> Narrow:
    """Return the link "one's value is at most two's", where both have one."""
    free_one, free_two = 3, 3  # no value, or not a number: nothing is said

    def narrow(low: int, high: int) -> tuple[int, int]:
        if low and not low & free_one:
            end = one.least_of(low)
            high &= free_two | (two.from_on(end) if end is not None else -1)
        if high and not high & free_two:
            end = two.greatest_of(high)
            low &= free_one | (one.up_to(end) if end is not None else -1)
        return low, high

    return narrow


# -- fields ----------------------------------------------------------------------------------------


def _of_one_field(a: OfField, one: Subject, b: OfField, zone: ZoneInfo) -> Iterator[Narrow]:
    if a.kind == b.kind == "before" and not_after(a.detail, b.detail, zone):
        yield implies(YES, YES)
    if a.kind == b.kind == "yearly" and not_longer(a.detail, b.detail, zone):
        yield implies(YES, YES)
    if a.kind == b.kind == "area" and _in_circle(a.detail, b.detail):
        yield implies(YES, YES)
    if a.fold is b.fold and b.kind == "matches":
        if a.kind == "value" and isinstance(one, Choice):
            yield from _of_values(one, b.detail)
        elif a.kind == "matches":
            yield from _patterns(a.detail, b.detail)
    if a.kind == "element" and b.kind == "elements" and a.fold is b.fold:
        op, operand = b.detail
        if _judged(op, operand, a.detail):
            yield implies(YES, YES)


def _in_circle(small: Any, large: Any) -> bool:
    return (
        isinstance(small, Circle)
        and isinstance(large, Circle)
        and replace(small, km=large.km) == large
        and small.km <= large.km
    )


def _of_values(subject: Choice, pattern: tuple[str, str]) -> Iterator[Narrow]:
    """Say of each named value whether it matches a pattern; of any other value nothing."""
    judged = [(value, _judged(*pattern, value)) for value in subject.values]
    for truth, cell in ((True, YES), (False, NO)):
        values = tuple(value for value, found in judged if found is truth)
        yield implies(subject.passing("in", values), cell)


def _judged(op: str, operand: Any, text: str) -> bool | None:
    """Judge a test on a text; None: it might take very long, so nothing is said."""
    if op in ("like", "regex") and len(text) > _LONG:
        return None
    return judge(Test(_TEXT, op, operand), text, moment=_ANY_MOMENT) is True


def _patterns(a: tuple[str, str], b: tuple[str, str]) -> Iterator[Narrow]:
    (first, text), (second, other) = a, b
    if second == "contains" and first != "like" and first != "regex" and other in text:
        yield implies(YES, YES)
    if first == second == "starts":
        yield implies(YES, YES if text.startswith(other) else -1)
        if not text.startswith(other) and not other.startswith(text):
            yield implies(YES, NO)
    if first == second == "ends":
        yield implies(YES, YES if text.endswith(other) else -1)
        if not text.endswith(other) and not other.endswith(text):
            yield implies(YES, NO)


# -- events ----------------------------------------------------------------------------------------

_COUNTED = ("count", "distinct", "period")
_OF_VALUES = ("sum", "avg", "min", "max", "mode", "percentile", "distinct")
_AMONG = ("avg", "min", "max", "mode", "percentile", "first", "last")


def _quantities(a: Quantity, one: Subject, b: Quantity, two: Subject) -> Iterator[Narrow]:
    """``a`` looks at some of the events that ``b`` looks at."""
    from_events = b.name in ("count", "period", "recency")
    same_values = b.name in _OF_VALUES and a.name in (*_OF_VALUES, "first", "last")
    if from_events or (same_values and a.of == b.of):
        yield implies(~one.nothing, ~two.nothing)
    if not isinstance(one, Ordered) or not isinstance(two, Ordered):
        return
    alike = (a.name, a.of) == (b.name, b.of)
    counted = a.name in _COUNTED and (b.name == "count" or alike)
    if counted or (a.name == b.name == "period" and b.of == "day"):
        yield _not_more(one, two)
    if b.name == "max" and a.name in _AMONG and a.of == b.of:
        yield _not_more(one, two)
    if (b.name == "min" and a.name in _AMONG and a.of == b.of) or a.name == b.name == "recency":
        yield _turned(_not_more(two, one))


def _recent(
    a: Quantity,
    one: Subject,
    b: Quantity,
    two: Subject,
    zone: ZoneInfo,
    within: Callable[[Scan, Scan], bool],
) -> Iterator[Narrow]:
    """Hold "so many days ago" against whether something happened since.

    A last event of n days ago or less lies at or after the midnight n days ago; one of more lies
    before it.
    """
    if a.name not in ("count", "period") or not isinstance(two, Ordered):
        return
    start, end = ends_of(a.scan.window, zone)
    wide = replace(b.scan, window=a.scan.window)
    limits = [(days, "le", days) for days in two.points]
    limits += [(days - 1, "lt", days) for days in two.points]
    for days, op, limit in limits:
        if days != int(days) or not 0 <= days <= 36_525:
            continue
        midnight = Point("day", Duration(days=int(days)), by_day=True)
        near = two.passing(op, limit)
        reaches = start is None or not_after(start, midnight, zone)
        if reaches and end == NOW and within(wide, a.scan):
            yield _turned(implies(near, ~one.nothing))
        shorter = start is not None and not_after(midnight, start, zone)
        if shorter and within(a.scan, b.scan):
            yield implies(~one.nothing, near)
