"""Single bound tests on the columns of an index, as functions of some rows.

Here meet the kinds of columns and the kinds of tests; `rules/truth.py` is the law. A test that
cannot be answered exactly as it says has no leaf, and SQL answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field, FieldType
from muster.engines.index.comparing import comparison
from muster.engines.index.geo import Sphere, in_circle, in_polygon, sphere_of
from muster.engines.index.layout import Codes, Column, Lists, Points, Real, Whole
from muster.engines.index.local_days import DAY_US, local_days
from muster.engines.index.membership import Flags, Membership, membership
from muster.engines.index.ranges import ranges_of, reals_of
from muster.engines.index.texts import passing_codes, spans_of
from muster.rules.resolved import Circle, InArea, Test

Rows = Callable[[slice, int | None], Flags]
"""Flags of some rows where the partition has a code; a lone flag stands for all of them."""
Partition = tuple[Field, tuple[str, ...]]

# Clocks are asked for each day that a column spans, which an end of time in it makes slow.
_MOST_LOCAL_DAYS = 150 * 366


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test on rows.

    Attributes:
        passes: whether the value passes; where there is none it may say anything.
        known: whether there is a value; None: in every row.
        strict: whether nothing passes where there is no value.
    """

    passes: Rows
    known: Rows | None
    nulls_included: bool = False
    strict: bool = False


class Leaves:
    """Makes leaves over some columns; those on one column of points share its unit vectors."""

    def __init__(self, columns: Mapping[str, Column], partition: Partition | None = None) -> None:
        self._columns = dict(columns)
        self._given: Codes | None = None
        self._spheres: dict[str, _Spheres] = {}
        self._is_known: dict[str, Rows | None] = {}
        if partition is not None:
            field, dictionary = partition
            self._given = Codes(field, np.empty(0, dtype=np.uint32), dictionary)
            self._columns[field.name] = self._given

    def of(self, node: Test | InArea) -> Leaf | None:
        """Return a test or an area as a leaf; None: it is for SQL."""
        column = self._columns.get(node.field.name)
        if column is None or isinstance(column, Lists):
            return None
        known = self._known(column)
        if isinstance(node, InArea):
            if not isinstance(column, Points):
                return None
            return Leaf(self._inside(node, column), known, strict=True)
        if node.op in ("exists", "missing"):
            return Leaf(_presence(known, wanted=node.op == "exists"), None)
        if isinstance(node.operand, Field):
            return self._pair(node, column, node.operand)
        judge = _judge(node, column)
        if judge is None:
            return None
        values = self._values(column)
        passes: Rows = lambda rows, code: judge(values(rows, code))  # noqa: E731
        # Code 0 and NaN pass no test, the 0 of a whole number may.
        return Leaf(passes, known, node.nulls_included, strict=not isinstance(column, Whole))

    def _values(self, column: Column) -> Callable[[slice, int | None], NDArray[Any]]:
        if column is self._given:
            return lambda _, code: np.asarray(code, dtype=np.uint32)
        assert isinstance(column, Codes | Whole | Real)
        array: NDArray[Any] = column.codes if isinstance(column, Codes) else column.values
        return lambda rows, _: array[rows]

    def _known(self, column: Column) -> Rows | None:
        name = column.field.name
        if name not in self._is_known:  # one for all tests on a column: it is asked once for all
            self._is_known[name] = self._find_known(column)
        return self._is_known[name]

    def _find_known(self, column: Column) -> Rows | None:
        match column:
            case Codes():
                codes = self._values(column)
                return lambda rows, code: codes(rows, code) != 0
            case Whole(known=flags) if flags is not None:
                return lambda rows, _: flags[rows]
            case Real(values=values):
                return lambda rows, _: ~np.isnan(values[rows])
            case Points(latitude=tall, longitude=wide):
                return lambda rows, _: ~np.isnan(tall[rows]) & ~np.isnan(wide[rows])
        return None

    def _inside(self, node: InArea, points: Points) -> Rows:
        area = node.area
        if not isinstance(area, Circle):
            return lambda rows, _: in_polygon(points, rows, area)
        spheres = self._spheres.setdefault(node.field.name, _Spheres(points))
        return lambda rows, _: in_circle(points, rows, spheres.of(rows), area)

    def _pair(self, test: Test, left: Column, operand: Field) -> Leaf | None:
        right = self._columns.get(operand.name)
        if right is None:
            return None
        compare = comparison(test.op, left, right, fold=test.fold)
        if compare is None:
            return None
        first, second = self._values(left), self._values(right)
        passes: Rows = lambda rows, code: compare(first(rows, code), second(rows, code))  # noqa: E731
        return Leaf(passes, _both(self._known(left), self._known(right)), test.nulls_included)


class _Spheres:
    """The unit vectors of the rows asked about last: questions come piece by piece."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._last: tuple[slice, Sphere] | None = None

    def of(self, rows: slice) -> Sphere:
        last = self._last  # read once: another thread may be at another piece
        if last is None or last[0] != rows:
            sphere = sphere_of(self._points.latitude[rows], self._points.longitude[rows])
            last = self._last = (rows, sphere)
        return last[1]


def spread(flags: Flags, rows: slice) -> Flags:
    """Return one flag per row; a lone one stands for all rows."""
    return flags if flags.ndim else np.full(rows.stop - rows.start, flags)


def _judge(test: Test, column: Column) -> Membership | None:
    """Return what says which values (or codes) of a column pass a test; those of nulls may."""
    match column:
        case Codes(codes=codes, dictionary=dictionary):
            return _lazily(
                lambda: membership(
                    passing_codes(test, dictionary), codes.dtype, bounds=(0, len(dictionary))
                )
            )
        case Whole() if test.op == "anniversary":
            return _anniversary(test, column)
        case Whole(field=field, values=values):
            spans = ranges_of(test, field)
            return None if spans is None else membership(spans, values.dtype)
        case Real(values=reals):
            doubles = reals_of(test)
            return None if doubles is None else membership(doubles, reals.dtype)
    return None


def _lazily(make: Callable[[], Membership]) -> Membership:
    """Whether there is a leaf is asked more often than what it says."""
    made = cache(make)
    return lambda values: made()(values)


def _anniversary(test: Test, column: Whole) -> Membership | None:
    """Days of the year, month * 100 + day, as days since 1970-01-01 within the column's years."""
    operand, zone, values = test.operand, test.quantifier, column.values
    assert isinstance(operand, tuple)
    local = column.field.type is FieldType.TIMESTAMP
    first, last = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if local:  # no zone is two days from UTC
        first, last = first // DAY_US - 2, last // DAY_US + 2
        if last - first > _MOST_LOCAL_DAYS:
            return None

    def make() -> Membership:
        days = np.arange(first, last + 1).astype("datetime64[D]")
        months = days.astype("datetime64[M]")
        in_month = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
        flags = np.isin((months.astype(np.int64) % 12 + 1) * 100 + in_month, np.array(operand))
        spans = tuple((low + first, high + first) for low, high in spans_of(flags))
        dtype = np.dtype(np.int64) if local else values.dtype
        return membership(spans, dtype, bounds=(first, last))

    judge = _lazily(make)
    if not local:
        return judge
    return lambda values: judge(local_days(values.astype(np.int64, copy=False), zone))


def _presence(known: Rows | None, *, wanted: bool) -> Rows:
    if known is None:
        return lambda _, __: np.asarray(wanted)
    return known if wanted else (lambda rows, code: ~known(rows, code))


def _both(first: Rows | None, second: Rows | None) -> Rows | None:
    if first is None or second is None:
        return first or second
    return lambda rows, code: first(rows, code) & second(rows, code)
