"""One mapping of a document, read key by key; what is wrong is noted with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from muster.base.errors import Problem
from muster.model.names import LOGICAL_NAME, child, did_you_mean

Choice = TypeVar("Choice", bound=StrEnum)

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    ((int, Decimal), "a number"),
    (list, "a list"),
    (dict, "a mapping"),
)


@dataclass(slots=True)
class Faults:
    """Every fault found so far, in the order found."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: str, sentence: str, hint: str | None = None) -> None:
        """Note one fault; said twice, it is noted once."""
        problem = Problem(code, path, sentence, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def within(self, path: str) -> bool:
        """Tell whether something at or below ``path`` is at fault already."""
        return any(
            problem.path == path or problem.path.startswith((f"{path}.", f"{path}["))
            for problem in self.problems
        )


@dataclass(slots=True)
class Section:
    """A mapping at a path. A getter notes a fault and returns its default, so reading goes on."""

    values: dict[str, Any]
    path: str
    faults: Faults

    @classmethod
    def of(cls, value: Any, path: str, faults: Faults) -> Section:
        """Wrap a value that must be a mapping; anything else is a fault and reads as empty."""
        if isinstance(value, dict):
            return cls(value, path, faults)
        faults.add("WRONG_TYPE", path, f"This must be a mapping, not {_kind(value)}.")
        return cls({}, path, faults)

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return child(self.path, key)

    def has(self, key: str) -> bool:
        """Tell whether the key is written and not null."""
        return self.values.get(key) is not None

    def allow(self, *keys: str) -> None:
        """Note every key that is not one of ``keys``."""
        for key in self.values:
            if key not in keys:
                self.faults.add(
                    "UNKNOWN_KEY",
                    self.at(key),
                    f'"{key}" is not a known key here.',
                    did_you_mean(key, keys),
                )

    def text(self, key: str, default: str = "") -> str:
        """Return the text at a key; absent or null is the default."""
        found = self._typed(key, str, "text")
        if found is None:
            return default
        if not found.strip() or "\0" in found:
            self.faults.add("BAD_VALUE", self.at(key), f'"{key}" must not be empty.')
            return default
        return str(found)

    def required_text(self, key: str) -> str:
        """Return the text at a key; absent is a fault and reads as empty."""
        if not self.has(key):
            self.missing(key)
            return ""
        return self.text(key)

    def missing(self, key: str, hint: str | None = None) -> None:
        """Note that a required key is missing."""
        self.faults.add("MISSING_KEY", self.at(key), f'"{key}" is missing.', hint)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false at a key."""
        found = self._typed(key, bool, "true or false")
        return default if found is None else bool(found)

    def whole(self, key: str, *, default: int, low: int, high: int) -> int:
        """Return a whole number at a key, ``low`` and ``high`` included."""
        found = self._typed(key, int, "a whole number")
        if found is None:
            return default
        if not low <= found <= high:
            self._out_of_range(key, low, high)
            return default
        return int(found)

    def required_number(self, key: str, *, low: float, high: float) -> float:
        """Return a number at a key as a float, ``low`` and ``high`` included."""
        if not self.has(key):
            self.missing(key)
            return low
        found = self._typed(key, (int, Decimal), "a number")
        if found is None:
            return low
        if not low <= found <= high:
            self._out_of_range(key, low, high)
            return low
        return float(found)

    def choice(self, key: str, choices: type[Choice], default: Choice) -> Choice:
        """Return the member of an enumeration whose value stands at a key."""
        found = self.text(key)
        if not found:
            return default
        if found not in {member.value for member in choices}:
            self.not_one_of(key, found, [member.value for member in choices])
            return default
        return choices(found)

    def not_one_of(self, key: str, found: str, allowed: Iterable[str]) -> None:
        """Note that a value is none of those allowed."""
        self.faults.add(
            "BAD_VALUE",
            self.at(key),
            f'"{found}" is not a possible value of "{key}".',
            did_you_mean(found, allowed),
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts at a key; a single text is a list of one, repeats are faults."""
        value = self.values.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        found: list[str] = []
        for position, item in enumerate(items):
            path = child(self.at(key), position) if isinstance(value, list) else self.at(key)
            if not isinstance(item, str) or not item:
                self.faults.add(
                    "WRONG_TYPE", path, f"This must be text, not {_kind(item)}.", _quote_hint(item)
                )
            elif item in found:
                self.faults.add("DUPLICATE_VALUE", path, f'"{item}" occurs twice.')
            else:
                found.append(item)
        return tuple(found)

    def section(self, key: str) -> Section:
        """Return the mapping at a key; absent reads as empty."""
        value = self.values.get(key)
        return Section.of({} if value is None else value, self.at(key), self.faults)

    def named(self, key: str) -> Iterator[tuple[str, Section]]:
        """Yield the mappings below a key by name; a bad name is a fault, but yielded too."""
        for name, value in self.named_raw(key):
            yield name, Section.of(value, child(self.at(key), name), self.faults)

    def named_raw(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield whatever stands below a key by its name; a bad name is a fault."""
        for name, value in self.section(key).values.items():
            self.check_name(name, child(self.at(key), name))
            yield name, value

    def check_name(self, name: str, path: str) -> None:
        """Note a name that rules could not use."""
        if not LOGICAL_NAME.fullmatch(name):
            self.faults.add(
                "BAD_NAME",
                path,
                f'"{name}" cannot be a name.',
                "Use a lower-case letter, then letters, digits and _, 63 characters at most.",
            )

    def _typed(self, key: str, kinds: type | tuple[type, ...], what: str) -> Any:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            hint = _quote_hint(value) if kinds is str else None
            self.faults.add(
                "WRONG_TYPE", self.at(key), f'"{key}" must be {what}, not {_kind(value)}.', hint
            )
            return None
        return value

    def _out_of_range(self, key: str, low: float, high: float) -> None:
        self.faults.add("BAD_RANGE", self.at(key), f'"{key}" must be between {low:g} and {high:g}.')


def _kind(value: Any) -> str:
    return next((what for kinds, what in _KINDS if isinstance(value, kinds)), "nothing")


def _quote_hint(value: Any) -> str | None:
    return "Put it in quotes." if isinstance(value, bool | int | Decimal) else None
