"""The smallest change of a value that makes a test true, or false; the law has the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration
from muster.rules.explain_records import Change
from muster.rules.explain_targets import targets
from muster.rules.explain_words import plural, show_span, show_value
from muster.rules.resolved import Test
from muster.rules.sentence_words import Words, enumerate_words, label_of, quoted
from muster.rules.truth import Moment, Truth, judge, whole_years

_SAME = {("eq", True), ("in", True), ("ne", False), ("not_in", False)}
_PATTERNS = {
    "contains": ("must contain {0}", "must not contain {0}"),
    "not_contains": ("must not contain {0}", "must contain {0}"),
    "starts": ("must start with {0}", "must not start with {0}"),
    "ends": ("must end with {0}", "must not end with {0}"),
    "like": ("must be like {0}", "must not be like {0}"),
    "regex": ("must match {0}", "must not match {0}"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A test on a value, and the truth it should have.

    Attributes:
        other: the value of the field compared with, if any.
        amount: the value is computed (a sum), so "must become 5" is said as a difference.
    """

    test: Test
    wanted: bool
    words: Words
    moment: Moment
    other: Any = None
    amount: bool = False

    def truth(self, value: Any) -> Truth:
        """Return the test's truth for a value."""
        return judge(self.test, value, other=self.other, moment=self.moment)


def change_of_value(wish: Wish, value: Any) -> Change | None:
    """Return the smallest change of a value that gives the wanted truth; None if none is known.

    Among values that do, the nearest is taken: numbers and times by difference, lists by the number
    of elements gained and lost. Every ``target`` has been asked of the law.
    """
    if wish.test.op in ("exists", "missing"):
        kind = "set" if (wish.test.op == "exists") is wish.wanted else "clear"
        return Change(kind, "needs a value" if kind == "set" else "must have no value")
    near = targets(wish.test, value, other=wish.other, moment=wish.moment)
    fitting = [target for target in near if wish.truth(target) is wish.wanted]
    if not fitting:
        return _without_target(wish)
    place = min(range(len(fitting)), key=lambda index: (_distance(value, fitting[index]), index))
    return _described(wish, value, fitting[place])


def _without_target(wish: Wish) -> Change | None:
    if isinstance(wish.test.operand, Field) and wish.other is None:
        return Change("set", f"needs a value in {label_of(wish.test.operand)}")
    if wish.test.op in _PATTERNS:
        return Change("set", _pattern_words(wish))
    return None


def _distance(value: Any, target: Any) -> Any:
    if isinstance(target, list):
        return len(_lost(target, value or [])) + len(_lost(value or [], target))
    if value is None or isinstance(target, str | bool):
        return 0
    return abs(target - value)


def _lost(before: list[Any], after: list[Any]) -> list[Any]:
    """Return the elements of the first list that the second does not have."""
    left = list(after)
    found = []
    for item in before:
        if item in left:
            left.remove(item)
        elif item is not None:
            found.append(item)
    return found


def _described(wish: Wish, value: Any, target: Any) -> Change:
    test = wish.test
    if isinstance(target, list):
        return _list_change(value or [], target)
    if test.op in _PATTERNS:
        return Change("set", _pattern_words(wish), target=target)
    same = (test.op, wish.wanted) in _SAME
    if isinstance(target, bool | str) or (not wish.amount and (same or test.op in _equality())):
        return Change("set", _equality_words(wish, target, same), _gap(value, target), target)
    if test.op == "anniversary_in":
        assert isinstance(test.operand, Duration)
        place = "fall in" if wish.wanted else "not fall in"
        words = f"its anniversary must {place} the next {test.operand.words()}"
        return Change("set", words, _gap(value, target), target)
    if value is None:
        return Change("set", f"needs a value such as {_shown(wish, target)}", target=target)
    if test.op == "age":
        return _age_change(wish, value, target)
    return _difference(wish, value, target)


def _equality() -> tuple[str, ...]:
    return ("eq", "ne", "in", "not_in")


def _gap(value: Any, target: Any) -> Any:
    if value is None or isinstance(target, bool | str):
        return None
    return abs(target - value)


def _difference(wish: Wish, value: Any, target: Any) -> Change:
    if isinstance(target, date):
        length = abs(target - value)
        kind = "later" if target > value else "earlier"
        shown = _span(length, exact=isinstance(target, datetime))
        words = f"must be {shown} {kind}, {_shown(wish, target)}"
        return Change(kind, words, length, target)
    kind = "more" if target > value else "less"
    amount = abs(target - value)
    return Change(kind, f"{_shown(wish, amount)} {kind}", amount, target)


def _span(length: timedelta, *, exact: bool) -> str:
    return "a moment" if exact and length < timedelta(seconds=1) else show_span(length)


def _age_change(wish: Wish, value: date, target: date) -> Change:
    today = wish.moment.today
    years = abs(whole_years(target, today) - whole_years(value, today))
    older = target < value
    kind = "earlier" if older else "later"
    words = f"{plural(years, 'year')} {'older' if older else 'younger'}"
    return Change(kind, words, abs(target - value), target)


def _equality_words(wish: Wish, target: Any, same: bool) -> str:
    operand: Any = wish.test.operand
    if isinstance(operand, Field):
        operand = target if same else wish.other
    options = list(operand) if isinstance(operand, tuple) else [operand]
    shown = [_shown(wish, option) for option in options]
    if wish.test.field.type is FieldType.BOOLEAN:
        return f"must become {_shown(wish, target)}"
    if same:
        return f"must become {'one of ' if len(shown) > 1 else ''}{enumerate_words(shown, 'or')}"
    if not shown:
        return "needs a value"
    return f"must become something other than {enumerate_words(shown, 'or')}"


def _pattern_words(wish: Wish) -> str:
    return _PATTERNS[wish.test.op][0 if wish.wanted else 1].format(quoted(str(wish.test.operand)))


def _shown(wish: Wish, value: Any) -> str:
    return show_value(wish.words, wish.test.field, value)


def _list_change(value: list[Any], target: list[Any]) -> Change:
    gained, lost = _lost(target, value), _lost(value, target)
    parts = []
    if gained:
        parts.append(f"must gain {enumerate_words([quoted(item) for item in gained], 'and')}")
    if lost:
        parts.append(f"must lose {enumerate_words([quoted(item) for item in lost], 'and')}")
    if not parts:
        parts = ["needs a value, which may be an empty list"]
    return Change("set", " and ".join(parts), len(gained) + len(lost), target)
