"""Reading untrusted JSON with every fault collected, each with its JSON path.

A `Reader` gathers problems; an `Reading` walks one object and reports names nobody asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from muster.base.errors import Problem
from muster.rules.duration import Duration

MAX_VALUES = 10_000
MAX_LETTERS = 10_000


class Reader:
    """Collects problems while a document is read; at most ``limit`` are kept."""

    def __init__(self, *, limit: int = 100) -> None:
        self.problems: list[Problem] = []
        self._limit = limit

    def fault(self, code: str, path: str, sentence: str, hint: str | None = None) -> None:
        """Note one problem; repeats of the same are dropped."""
        problem = Problem(code, path, sentence, hint)
        if len(self.problems) < self._limit and problem not in self.problems:
            self.problems.append(problem)

    def duration(self, value: Any, path: str) -> Duration | None:
        """Read an ISO 8601 duration; None (and a problem) if it is none."""
        if not isinstance(value, str):
            self.fault("BAD_DURATION", path, "A duration is text such as P30D or PT12H.")
            return None
        try:
            return Duration.parse(value)
        except ValueError as error:
            self.fault("BAD_DURATION", path, f"{error}.", "Write P30D for 30 days.")
            return None

    def moment(self, value: Any, path: str) -> date | datetime | None:
        """Read a day (``2025-01-31``) or a date-time (``2025-01-31T08:00:00Z``)."""
        found = parse_moment(value)
        if found is None:
            self.fault(
                "BAD_DATE",
                path,
                f"{show(value)} is not a date or a date-time.",
                "Write 2025-01-31 or 2025-01-31T08:00:00Z.",
            )
        return found

    def integer(self, value: Any, path: str, *, low: int = 0, high: int = 2**53) -> int | None:
        """Read a whole number within bounds."""
        number = whole(value)
        if number is None or not low <= number <= high:
            self.fault(
                "BAD_NUMBER", path, f"{show(value)} is not a whole number from {low} to {high}."
            )
            return None
        return number

    def number(self, value: Any, path: str) -> Decimal | None:
        """Read a number, given as one or as its decimal text."""
        found = parse_number(value)
        if found is None:
            self.fault("BAD_NUMBER", path, f"{show(value)} is not a number.")
        return found

    def text(self, value: Any, path: str, *, longest: int = 1000) -> str | None:
        """Read non-empty text that every database can store."""
        if not isinstance(value, str) or not value or not _storable(value, longest):
            self.fault("BAD_TEXT", path, f"This must be text of 1 to {longest} characters.")
            return None
        return value

    def choice(self, value: Any, path: str, choices: Iterable[str], what: str) -> str | None:
        """Read one of a closed set of words."""
        allowed = tuple(choices)
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(
            "BAD_CHOICE",
            path,
            f"{show(value)} is not a known {what}.",
            nearest(value, allowed) or f"One of: {', '.join(allowed)}.",
        )
        return None

    def plain(self, value: Any, path: str) -> Any:
        """Read a scalar, or a list of scalars as a tuple.

        Days and date-times become ISO 8601 text and binary fractions decimal ones, so that YAML,
        JSON and Python callers give the same value.
        """
        if not isinstance(value, list | tuple):
            return self._scalar(value, path)
        if len(value) > MAX_VALUES:
            self.fault("TOO_LARGE", path, f"A list holds at most {MAX_VALUES} values.")
            return ()
        return tuple(self._scalar(item, f"{path}[{i}]") for i, item in enumerate(value))

    def _scalar(self, value: Any, path: str) -> Any:
        if isinstance(value, str):
            if not _storable(value, MAX_LETTERS):
                sentence = f"Text holds at most {MAX_LETTERS} characters, no NUL, no half letter."
                self.fault("BAD_TEXT", path, sentence)
                return None
            return value
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int | float | Decimal):
            if parse_number(value) is None:
                self.fault("BAD_NUMBER", path, "A number has at most 30 digits on either side.")
                return None
            return Decimal(repr(value)) if isinstance(value, float) else value
        self.fault("BAD_VALUE", path, "A value is text, a number, true/false or a list of these.")
        return None

    def texts(self, value: Any, path: str, *, fewest: int = 1) -> tuple[str, ...] | None:
        """Read a text or a list of texts."""
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or len(items) < fewest:
            self.fault("BAD_LIST", path, "This must be a list of text.")
            return None
        found = [self.text(item, f"{path}[{index}]") for index, item in enumerate(items)]
        return tuple(text for text in found if text is not None)


class Reading:
    """One JSON object being read: hands out its values and remembers which names were asked for."""

    def __init__(self, reader: Reader, value: dict[str, Any], path: str) -> None:
        self.reader = reader
        self.path = path
        self._value = value
        self._asked: set[str] = set()
        self.depth = 0

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def at(self, name: str) -> str:
        """Return the JSON path of a member."""
        return f"{self.path}.{name}"

    def get(self, name: str, default: Any = None) -> Any:
        """Return a member's raw value and count it as asked for."""
        self._asked.add(name)
        return self._value.get(name, default)

    def require(self, name: str, what: str) -> Any:
        """Return a member's raw value; a missing one is a problem."""
        if name not in self._value:
            self.reader.fault("MISSING", self.path, f'"{name}" is missing: {what}.')
        return self.get(name)

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean member."""
        value = self.get(name, default)
        if not isinstance(value, bool):
            self.reader.fault("BAD_FLAG", self.at(name), f'"{name}" must be true or false.')
            return default
        return value

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """Return a member that is one of a closed set of words."""
        self._asked.add(name)
        if name not in self._value:
            return default
        found = self.reader.choice(self.get(name), self.at(name), choices, name)
        return default if found is None else found

    def finish(self) -> None:
        """Report every name that nobody asked for."""
        for name in self._value:
            if name not in self._asked:
                self.reader.fault(
                    "UNKNOWN_NAME",
                    self.at(brief(name)),
                    f"{show(name)} means nothing here.",
                    nearest(name, self._asked),
                )


def _storable(text: str, longest: int) -> bool:
    """Whether text is short enough and free of NUL and of halves of surrogate pairs."""
    if len(text) > longest or "\0" in text:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def nearest(word: Any, words: Iterable[str]) -> str | None:
    """Return a hint naming the closest known word, if one is close."""
    close = difflib.get_close_matches(str(word)[:100], sorted(words), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else None


def show(value: Any) -> str:
    """Return a short, safe rendering of a value for a sentence."""
    if isinstance(value, dict | list | tuple | set):
        return "an object" if isinstance(value, dict) else "a list"
    return f'"{brief(value)}"' if isinstance(value, str) else brief(value)


def brief(value: Any) -> str:
    """Return a value as text of at most 60 printable characters."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a huge number"  # Python itself refuses to write out the hugest
    text = value if isinstance(value, str) else str(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def whole(value: Any) -> int | None:
    """Return a JSON number as int if it is whole; booleans are no numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    # The bound comes first: the whole part of 1e999999999 would fill the memory.
    number = parse_number(value) if isinstance(value, Decimal | float) else None
    return int(number) if number is not None and number == number.to_integral_value() else None


def parse_number(value: Any) -> Decimal | None:
    """Return an exact number from JSON number or decimal text; None if it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and (len(value) > 40 or value != value.strip() or "_" in value):
        return None
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    # The exponent alone is looked at: even the absolute value of 1e999999999 overflows.
    return number if number.is_finite() and abs(number.adjusted()) <= 30 else None


def parse_moment(value: Any) -> date | datetime | None:
    """Return a day or a date-time (naive = local) from ISO 8601 text; None if it is neither."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else _datetime(value)
    except ValueError:
        return None


def _datetime(text: str) -> datetime:
    if len(text) < 16 or text[10] not in "T ":
        raise ValueError("not a date-time")
    return datetime.fromisoformat(text)
