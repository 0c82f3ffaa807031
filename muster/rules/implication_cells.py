"""What a condition is about, cut into cells in which every condition has one truth.

A subject is one unknown: a field's value, a count of events, whether somebody is on a list. Its
cells are the bits of an integer: bit 0 is "no value", bit 1 "not a number" (of a sum); then
points and the open spans between them, or listed values and "any other".
Cells may be too many (a span no value lies in), never too few: so nothing possible is overlooked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

from muster.rules.resolved import Range

TRUE, FALSE, UNKNOWN = 1, 2, 4
NOT_TRUE, NOT_FALSE, ANY = FALSE | UNKNOWN, TRUE | UNKNOWN, 7
NO_VALUE, ODD = 1, 2
NO, YES = 4, 8  # the cells of a flag
_FIRST = 2


class Subject:
    """One unknown. ``about`` says of what; ``families``: subjects of other families know nothing
    of each other; ``version`` moves when the cells are cut anew; ``idle``: it is
    always made from nothing."""

    def __init__(self, about: Hashable, families: frozenset[str], *, nullable: bool) -> None:
        self.about = about
        self.families = families
        self.version = 0
        self.nullable = nullable
        self.idle = False

    @property
    def cells(self) -> int:
        """Every cell that may be."""
        return self.nothing if self.idle else self.cut

    @property
    def nothing(self) -> int:
        """The cell of what is made from no events."""
        return NO_VALUE if self.nullable else NO

    @property
    def cut(self) -> int:
        """Every cell, those included that an idle subject is never in."""
        return NO | YES | (NO_VALUE if self.nullable else 0)


class Ordered(Subject):
    """A number or a moment: the points that tests name, and the open spans around them."""

    def __init__(
        self,
        about: Hashable,
        families: frozenset[str],
        *,
        nullable: bool,
        whole: bool,
        least: Any = None,
        odd: bool = False,
    ) -> None:
        super().__init__(about, families, nullable=nullable)
        self.points: list[Any] = []
        self.whole = whole
        self._odd = ODD if odd else 0
        self._least = least
        self._cells: tuple[int, int] = (-1, 0)

    @property
    def nothing(self) -> int:
        """No value; of a count the cell of 0, at which counts are cut."""
        return NO_VALUE if self.nullable else self.passing("eq", 0)

    def add(self, value: Any) -> None:
        """Cut at a value."""
        at = bisect_left(self.points, value)
        if at == len(self.points) or self.points[at] != value:
            self.points.insert(at, value)
            self.version += 1

    @property
    def cut(self) -> int:
        """Every cell some value may lie in."""
        if self._cells[0] != self.version:
            self._cells = (self.version, self._cut())
        return self._cells[1]

    def _cut(self) -> int:
        found = (1 << (2 * len(self.points) + 1)) - 1
        if self.whole:
            for place in range(2 * len(self.points) + 1):
                low, high = self._whole_ends(place)
                if low is not None and high is not None and low > high:
                    found &= ~(1 << place)
        if self._least is not None:
            found &= -1 << (2 * bisect_left(self.points, self._least) + 1)
        return found << _FIRST | (NO_VALUE if self.nullable else 0) | self._odd

    def _whole_ends(self, place: int) -> tuple[Any, Any]:
        """Return the first and the last whole value of a place; None = without end."""
        index, is_point = divmod(place, 2)
        if is_point:
            return _up(self.points[index], 0), _down(self.points[index], 0)
        return (
            _up(self.points[index - 1], 1) if index else None,
            _down(self.points[index], 1) if index < len(self.points) else None,
        )

    def passing(self, op: str, operand: Any) -> int:
        """Return the valued cells in which a test is true; every operand has been added."""
        everything = (1 << (2 * len(self.points) + 1)) - 1
        match op:
            case "eq":
                found = 1 << self._place(operand)
            case "ne":
                found = everything & ~(1 << self._place(operand))
            case "lt":
                found = (1 << self._place(operand)) - 1
            case "le":
                found = (1 << (self._place(operand) + 1)) - 1
            case "gt":
                found = everything & -1 << (self._place(operand) + 1)
            case "ge":
                found = everything & -1 << self._place(operand)
            case "in" | "not_in":
                found = 0
                for value in operand:
                    found |= 1 << self._place(value)
                found = found if op == "in" else everything & ~found
            case "within" | "outside":
                found = self._within(operand, everything)
                found = found if op == "within" else everything & ~found
            case _:
                raise AssertionError(f"unknown operator {op}")
        return found << _FIRST

    def _within(self, span: Range, everything: int) -> int:
        found = everything
        if span.low is not None:
            found &= -1 << (self._place(span.low) + (not span.low_included))
        if span.high is not None:
            found &= (1 << (self._place(span.high) + span.high_included)) - 1
        return found

    def _place(self, value: Any) -> int:
        return 2 * bisect_left(self.points, value) + 1

    def least_of(self, cells: int) -> tuple[Any, bool] | None:
        """Return the lower end of some valued cells and whether it is itself in; None = none."""
        valued = cells >> _FIRST
        place = (valued & -valued).bit_length() - 1
        index, is_point = divmod(place, 2)
        if not is_point and index == 0:
            return None
        value = self.points[index if is_point else index - 1]
        return (_up(value, not is_point), True) if self.whole else (value, bool(is_point))

    def greatest_of(self, cells: int) -> tuple[Any, bool] | None:
        """Return the upper end of some valued cells and whether it is itself in; None = none."""
        place = (cells >> _FIRST).bit_length() - 1
        index, is_point = divmod(place, 2)
        if not is_point and index == len(self.points):
            return None
        value = self.points[index]
        return (_down(value, not is_point), True) if self.whole else (value, bool(is_point))

    def from_on(self, end: tuple[Any, bool]) -> int:
        """Return the cells that hold something at or above an end."""
        value, included = end
        if not included:
            return -1 << (_FIRST + 2 * bisect_right(self.points, value))
        at = bisect_left(self.points, value)
        exact = at < len(self.points) and self.points[at] == value
        return -1 << (_FIRST + 2 * at + exact)

    def up_to(self, end: tuple[Any, bool]) -> int:
        """Return the cells that hold something at or below an end."""
        value, included = end
        at = bisect_left(self.points, value)
        exact = included and at < len(self.points) and self.points[at] == value
        return ((1 << (2 * at + 1 + exact)) - 1) << _FIRST


class Choice(Subject):
    """A text: the values that tests name, and any other; ``closed``: a yes or no."""

    def __init__(
        self, about: Hashable, families: frozenset[str], *, nullable: bool, closed: bool
    ) -> None:
        super().__init__(about, families, nullable=nullable)
        self.values: list[Any] = [False, True] if closed else []
        self._closed = closed

    def add(self, value: Any) -> None:
        """Give a value a cell of its own."""
        if value not in self.values:
            insort(self.values, value)
            self.version += 1

    @property
    def cut(self) -> int:
        """Every cell there is."""
        named = (1 << (len(self.values) + (not self._closed))) - 1
        return named << _FIRST | (NO_VALUE if self.nullable else 0)

    def passing(self, op: str, operand: Any) -> int:
        """Return the valued cells in which a test is true; every operand has been added."""
        wanted = operand if op in ("in", "not_in") else (operand,)
        found = 0
        for value in wanted:
            found |= 1 << self.values.index(value)
        found <<= _FIRST
        return found if op in ("eq", "in") else self.cut & ~NO_VALUE & ~found


def _up(value: Any, more: bool | int) -> Any:
    """Return the first whole number (or day) at, or after, a value."""
    if isinstance(value, date):
        return value + timedelta(days=1) if more and value != date.max else value
    return floor(value) + 1 if more else ceil(value)


def _down(value: Any, less: bool | int) -> Any:
    if isinstance(value, date):
        return value - timedelta(days=1) if less and value != date.min else value
    return ceil(value) - 1 if less else floor(value)


class Atom:
    """A condition's truth in each cell of its subject.

    Args:
        passed: the valued cells in which it is true.
        none: its truth where there is no value; ``odd``: where the value is not a number.
        veiled: unknown where a count is made from nothing.
        growing: the value may be larger than seen; true or false only where more changes nothing.
    """

    __slots__ = ("_growing", "_masks", "_none", "_odd", "_passed", "_veiled", "_version", "subject")

    def __init__(
        self,
        subject: Subject,
        passed: Callable[[], int],
        *,
        none: int = UNKNOWN,
        odd: int = UNKNOWN,
        growing: bool = False,
        veiled: bool = False,
    ) -> None:
        self.subject = subject
        self._passed = passed
        self._none = none
        self._odd = odd
        self._growing = growing
        self._veiled = veiled
        self._version = -1
        self._masks: tuple[int, ...] = ()

    def cells(self, truths: int) -> int:
        """Return the cells in which the truth is one of these."""
        if self._version != self.subject.version:
            self._version = self.subject.version
            self._masks = self._cut()
        return self._masks[truths]

    def truths(self, left: int) -> int:
        """Return the truths it has in some cells."""
        if self._version != self.subject.version:
            self._version = self.subject.version
            self._masks = self._cut()
        masks = self._masks
        found = TRUE if left & masks[TRUE] else 0
        if left & masks[FALSE]:
            found |= FALSE
        return found | UNKNOWN if left & masks[UNKNOWN] else found

    def _cut(self) -> tuple[int, ...]:
        every = self.subject.cut
        special = NO_VALUE | (ODD if isinstance(self.subject, Ordered) else 0)
        valued = every & ~special
        unknown = valued & self.subject.nothing if self._veiled else 0
        true = self._passed() & valued & ~unknown
        false = valued & ~true & ~unknown
        if self._growing:
            ends_true = true.bit_length() > false.bit_length()
            last = (false if ends_true else true).bit_length()
            certain = valued & -1 << last
            true, false = (certain, 0) if ends_true else (0, certain)
            unknown = valued & ~certain
        found = {TRUE: true, FALSE: false, UNKNOWN: unknown}
        found[self._none] |= every & NO_VALUE
        if special & ODD:
            found[self._odd] |= every & ODD
        return tuple(
            sum(found[bit] for bit in (TRUE, FALSE, UNKNOWN) if truths & bit)
            for truths in range(ANY + 1)
        )


@dataclass(frozen=True, slots=True, eq=False)
class AtLeast:
    """At least ``need`` of the children are true: "all" needs every one, "any" one."""

    need: int
    children: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Opposite:
    """True where the child is false."""

    child: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Certain:
    """True where the child is true, else false: membership of what the child says."""

    child: Formula


Formula = Atom | AtLeast | Opposite | Certain


def both(*children: Formula) -> Formula:
    """Return "all of these"."""
    return children[0] if len(children) == 1 else AtLeast(len(children), children)


def either(*children: Formula) -> Formula:
    """Return "any of these"."""
    return children[0] if len(children) == 1 else AtLeast(1, children)


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """Return what must all be true."""
    if isinstance(formula, AtLeast) and formula.need == len(formula.children):
        return formula.children
    return (formula,)


def atoms_of(formula: Formula) -> list[Atom]:
    """Return a formula's atoms."""
    found: list[Atom] = []
    waiting = [formula]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Atom):
            found.append(node)
        elif isinstance(node, AtLeast):
            waiting += node.children
        else:
            waiting.append(node.child)
    return found
