"""Reads a query of orders from JSON; every fault is told with its path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from muster.base.errors import InvalidInput, Problem
from muster.base.order_query import (
    OPS,
    QUERY_FIELDS,
    Condition,
    Every,
    Filter,
    Not,
    Op,
    OrderQuery,
    QueryField,
    Scalar,
    Some,
    SortKey,
)
from muster.base.orders import FIELDS, OrderFieldType

MOST_SORT_KEYS = 3
MOST_CONDITIONS = 100
MOST_VALUES = 1_000
_DEEPEST = 12
_LONGEST = 500
_LARGEST = 2**63 - 1
_MOST_DAYS = 3_660
_YEARS = range(1900, 2200)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIRECTIONS = ("asc", "desc")


class _Fault(Exception):
    """A value is none of its field's."""

    def __init__(self, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.hint = sentence, hint


def read_query(document: Any, *, path: str = "$") -> OrderQuery:
    """Read ``{filter, search, sort}``; each may be missing.

    Args:
        path: where the document stood in the request, for the faults.

    Raises:
        InvalidInput: BAD_QUERY, with a problem for each fault, such as UNKNOWN_FIELD, UNKNOWN_OP or
            BAD_VALUE at ``$.filter.all[0].value``.
    """
    reading = _Reading()
    query = OrderQuery()
    if not isinstance(document, dict):
        reading.fault("BAD_QUERY", path, "A query is an object.")
    else:
        for name in document.keys() - {"filter", "search", "sort"}:
            reading.fault("UNKNOWN_NAME", f"{path}.{name}", f'A query has no "{name}".')
        query = OrderQuery(
            filter=reading.filter(document.get("filter"), f"{path}.filter"),
            search=reading.search(document.get("search"), f"{path}.search"),
            sort=reading.sort(document.get("sort"), f"{path}.sort"),
        )
    if reading.problems:
        raise InvalidInput.of("BAD_QUERY", "The query", reading.problems)
    return query


@dataclass(slots=True)
class _Reading:
    """Collects the faults of one document; what has one is left out."""

    problems: list[Problem] = field(default_factory=list)
    seen: int = 0

    def fault(self, code: str, path: str, sentence: str, hint: str | None = None) -> None:
        self.problems.append(Problem(code, path, sentence, hint))

    def search(self, found: Any, path: str) -> str:
        if found is None or found == "":
            return ""
        try:
            return _text(found)
        except _Fault as fault:
            self.fault("BAD_VALUE", path, fault.sentence, fault.hint)
            return ""

    def sort(self, found: Any, path: str) -> tuple[SortKey, ...]:
        if found is None:
            return ()
        if not isinstance(found, list | tuple) or len(found) > MOST_SORT_KEYS:
            self.fault("BAD_SORT", path, f"Sort is a list of at most {MOST_SORT_KEYS} keys.")
            return ()
        keys = [self._sort_key(one, f"{path}[{place}]") for place, one in enumerate(found)]
        wanted = [key for key in keys if key is not None]
        names = [key.field for key in wanted]
        for place, name in enumerate(names):
            if name in names[:place]:
                self.fault("BAD_SORT", f"{path}[{place}]", f'"{name}" is sorted by twice.')
        return tuple(wanted)

    def _sort_key(self, found: Any, path: str) -> SortKey | None:
        if not isinstance(found, dict) or found.keys() - {"field", "dir"}:
            self.fault("BAD_SORT", path, "A key of the sort is {field, dir}.")
            return None
        name, direction = found.get("field"), found.get("dir", "asc")
        if not isinstance(name, str) or name not in FIELDS:
            self.fault("UNKNOWN_FIELD", f"{path}.field", _no_field(name), _known(FIELDS))
            return None
        if direction not in _DIRECTIONS:
            self.fault("BAD_SORT", f"{path}.dir", "A direction is asc or desc.")
            return None
        return SortKey(name, descending=direction == "desc")

    def filter(self, found: Any, path: str, depth: int = 0) -> Filter | None:
        if found is None:
            return None
        if not isinstance(found, dict):
            self.fault("BAD_FILTER", path, "A filter is an object.")
        elif depth > _DEEPEST:
            self.fault("BAD_FILTER", path, f"A filter is at most {_DEEPEST} levels deep.")
        elif "field" in found or "op" in found:
            return self._condition(found, path)
        elif len(found) == 1:
            return self._group(found, path, depth)
        else:
            self.fault(
                "BAD_FILTER",
                path,
                "A filter is {field, op, value}, {all: [...]}, {any: [...]} or {not: ...}.",
            )
        return None

    def _group(self, found: dict[str, Any], path: str, depth: int) -> Filter | None:
        ((name, content),) = found.items()
        if name == "not":
            if content is None:
                self.fault("BAD_FILTER", f"{path}.not", "There is nothing to negate.")
            part = self.filter(content, f"{path}.not", depth + 1)
            return None if part is None else Not(part)
        if name not in ("all", "any") or not isinstance(content, list | tuple):
            self.fault("BAD_FILTER", f"{path}.{name}", "A group is all or any with a list.")
            return None
        parts: list[Filter] = []
        for place, one in enumerate(content):
            if one is None:
                self.fault("BAD_FILTER", f"{path}.{name}[{place}]", "A filter is an object.")
            part = self.filter(one, f"{path}.{name}[{place}]", depth + 1)
            parts += [] if part is None else [part]
        return Every(tuple(parts)) if name == "all" else Some(tuple(parts))

    def _condition(self, found: dict[str, Any], path: str) -> Condition | None:
        self.seen += 1
        if self.seen > MOST_CONDITIONS:
            if self.seen == MOST_CONDITIONS + 1:
                sentence = f"A filter has at most {MOST_CONDITIONS} conditions."
                self.fault("TOO_MANY_CONDITIONS", path, sentence)
            return None
        for name in found.keys() - {"field", "op", "value"}:
            self.fault("UNKNOWN_NAME", f"{path}.{name}", f'A condition has no "{name}".')
        asked, op = found.get("field"), found.get("op")
        if not isinstance(asked, str) or asked not in QUERY_FIELDS:
            self.fault("UNKNOWN_FIELD", f"{path}.field", _no_field(asked), _known(QUERY_FIELDS))
            return None
        target = QUERY_FIELDS[asked]
        ops = OPS[target.type]
        if op not in get_args(Op) or op not in ops:
            sentence = f'"{asked}" cannot be compared by "{str(op)[:40]}".'
            self.fault("UNKNOWN_OP", f"{path}.op", sentence, f"One of: {', '.join(ops)}.")
            return None
        try:
            return Condition(asked, op, _operand(target, op, found.get("value")))
        except _Fault as fault:
            self.fault("BAD_VALUE", f"{path}.value", fault.sentence, fault.hint)
            return None


def _operand(target: QueryField, op: Op, value: Any) -> Scalar | tuple[Scalar, ...] | None:
    if op in ("empty", "not_empty", "today"):
        if value is not None:
            raise _Fault(f"{op} takes no value.")
        return None
    if op == "last_days":
        if not _is_integer(value) or not 1 <= value <= _MOST_DAYS:
            raise _Fault(f"A number of days from 1 to {_MOST_DAYS:,} is needed.")
        return int(value)
    one = _READERS[target.type]
    if op in ("in", "not_in", "between"):
        if not isinstance(value, list | tuple):
            raise _Fault(f"{op} takes a list of values.")
        if op == "between" and len(value) != 2:
            raise _Fault("between takes two values: from and to.")
        if len(value) > MOST_VALUES:
            raise _Fault(f"There are more than {MOST_VALUES:,} values.")
        return tuple(_one_of(target, one(item)) for item in value)
    return _one_of(target, one(value))


def _one_of(target: QueryField, value: Scalar) -> Scalar:
    if target.values and value not in target.values:
        raise _Fault(f'"{target.name}" is never "{value}".', f"One of: {', '.join(target.values)}.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise _Fault(f"A text of 1 to {_LONGEST} characters is needed.")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _Fault("The text holds a NUL or a broken character.")
    return value


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)


def _integer(value: Any) -> int:
    if not _is_integer(value) or abs(value) > _LARGEST:
        raise _Fault("A whole number is needed.")
    return int(value)


def _money(value: Any) -> Decimal:
    hint = "An amount such as 12.50, with at most two decimals."
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _Fault("An amount is needed.", hint)
    try:
        amount = Decimal(str(value))
        fits = amount.is_finite() and abs(amount) < 10**12 and amount == round(amount, 2)
    except (InvalidOperation, ValueError):
        fits = False
    if not fits:
        raise _Fault("An amount is needed.", hint)
    return amount


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Fault("true or false is needed.")
    return value


def _instant(value: Any) -> date | datetime:
    hint = "A day such as 2026-05-31, or an instant such as 2026-05-31T10:00:00Z."
    if not isinstance(value, str):
        raise _Fault("A day or an instant is needed.", hint)
    try:
        found = date.fromisoformat(value) if _DAY.fullmatch(value) else _zoned(value)
    except (ValueError, OverflowError):
        raise _Fault("A day or an instant is needed.", hint) from None
    if found.year not in _YEARS:
        raise _Fault(f"Years go from {_YEARS[0]} to {_YEARS[-1]}.")
    return found


def _zoned(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("no zone")
    return found.astimezone(UTC)


_READERS: dict[OrderFieldType, Callable[[Any], Scalar]] = {
    OrderFieldType.INTEGER: _integer,
    OrderFieldType.MONEY: _money,
    OrderFieldType.TEXT: _text,
    OrderFieldType.ENUM: _text,
    OrderFieldType.INSTANT: _instant,
    OrderFieldType.BOOLEAN: _boolean,
}


def _no_field(name: Any) -> str:
    return f'There is no field "{name}".' if isinstance(name, str) else "A field is named by text."


def _known(names: dict[str, Any]) -> str:
    return f"Known here: {', '.join(names)}."
