"""Resolves a test on one field: the operator fits the type, the value is of the type.

Days on an instant field become spans of instants here, so "on 1 May" means the whole local day.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.duration import Duration, day_after
from muster.rules.fold import fold_text
from muster.rules.nodes import Attribute
from muster.rules.operators import LISTS, OPERATORS, TIMES
from muster.rules.reader import Reader, parse_moment, show
from muster.rules.regex import check_regex
from muster.rules.resolved import Operand, Range, Scalar, Test
from muster.rules.values import comparable, typed_value
from muster.rules.windows import instant_of

_COMPARISONS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SYNONYMS = {"before": "<", "after": ">"}


def resolve_test(
    reader: Reader, node: Attribute, field: Field, *, other: Field | None, zone: ZoneInfo
) -> Test | None:
    """Check one attribute test; None (and problems) if operator, field and value do not fit."""
    operator = OPERATORS[node.op]
    if field.type not in operator.types:
        fitting = [entry.key for entry in OPERATORS.values() if field.type in entry.types]
        reader.fault(
            "BAD_OPERATOR",
            f"{node.path}.op",
            f'"{node.op}" does not apply to "{field.name}", which is {field.type.value}.',
            f"One of: {' '.join(fitting)}.",
        )
        return None
    fold = Fold(node.fold) if node.fold else field.fold
    if node.quantifier != "any" and field.type not in LISTS:
        reader.fault("BAD_QUANT", f"{node.path}.quant", "quant applies to list fields only.")
    op, operand = node.op, None
    if node.value_field is not None:
        if other is None:
            return None
        op, operand = _field_operand(reader, node, field, other)
    elif operator.takes != "none":
        op, operand = _operand(reader, node, field, fold, zone)
        if operand is None:
            return None
    if op in ("true", "false"):
        op, operand = "eq", op == "true"
    return Test(field, op, operand, node.nulls_included, fold, node.quantifier, node.path)


def _field_operand(
    reader: Reader, node: Attribute, field: Field, other: Field
) -> tuple[str, Operand]:
    op = _SYNONYMS.get(node.op, node.op)
    if op not in _COMPARISONS:
        reader.fault("BAD_OPERATOR", f"{node.path}.op", f'"{node.op}" does not compare two fields.')
    elif not comparable(field, other):
        reader.fault(
            "TYPE_MISMATCH",
            f"{node.path}.value_field",
            f'"{field.name}" ({field.type.value}) and "{other.name}" ({other.type.value}) '
            "cannot be compared.",
        )
    return _COMPARISONS.get(op, "eq"), other


def _operand(
    reader: Reader, node: Attribute, field: Field, fold: Fold, zone: ZoneInfo
) -> tuple[str, Operand]:
    """Return the core operator and its typed operand; the operand is None after a problem."""
    path = f"{node.path}.value"

    def typed(value: Any, where: str) -> Scalar | None:
        return typed_value(reader, field, value, where, fold=fold, zone=zone)

    takes = OPERATORS[node.op].takes
    if takes == "duration":
        return node.op, _relative(reader, node, field, path)
    if takes == "many":
        return node.op, _many(reader, node.value, path, typed)
    if takes == "range":
        return "within", _range(reader, node, field, zone, typed)
    if takes == "pattern":
        return node.op, _pattern(reader, node.value, path)
    if takes == "text":
        return node.op, _text(reader, node, fold, typed, path)
    op = _SYNONYMS.get(node.op, node.op)
    moment = parse_moment(node.value) if field.type is FieldType.TIMESTAMP else None
    if moment is not None and not hasattr(moment, "hour"):
        start = instant_of(moment, zone)
        return _day(op, start, instant_of(day_after(moment), zone))
    return _COMPARISONS[op], typed(node.value, path)


def _day(op: str, start: Any, end: Any) -> tuple[str, Operand]:
    """Compare an instant field with a whole local day [start, end)."""
    match op:
        case "=":
            return "within", Range(start, end, high_included=False)
        case "!=":
            return "outside", Range(start, end, high_included=False)
        case "<":
            return "lt", start
        case ">=":
            return "ge", start
        case "<=":
            return "lt", end
        case _:
            return "ge", end


def _relative(reader: Reader, node: Attribute, field: Field, path: str) -> Operand:
    length = reader.duration(node.value, path)
    days_only = field.type is FieldType.DATE or node.op == "anniversary_in"
    if isinstance(length, Duration) and days_only and not length.whole_days:
        reader.fault("BAD_DURATION", path, f'"{field.name}" counts whole days here.')
        return None
    return length


def _many(
    reader: Reader, value: Any, path: str, typed: Callable[[Any, str], Scalar | None]
) -> Operand:
    if not isinstance(value, tuple):
        reader.fault("BAD_LIST", path, "This operator takes a list of values.")
        return None
    found = [typed(item, f"{path}[{index}]") for index, item in enumerate(value)]
    kept = {item for item in found if item is not None}
    return tuple(sorted(kept, key=lambda item: (str(type(item)), item)))


def _range(
    reader: Reader,
    node: Attribute,
    field: Field,
    zone: ZoneInfo,
    typed: Callable[[Any, str], Scalar | None],
) -> Operand:
    path = f"{node.path}.value"
    if not isinstance(node.value, tuple) or len(node.value) != 2:
        reader.fault("BAD_RANGE", path, "between takes two values.")
        return None
    ends: list[Scalar | None] = []
    for index, item in enumerate(node.value):
        moment = parse_moment(item) if field.type is FieldType.TIMESTAMP else None
        ends.append(instant_of(moment, zone) if moment else typed(item, f"{path}[{index}]"))
    low, high = ends
    if low is None or high is None:
        return None
    # Time spans are always half-open; numbers follow `bounds`.
    if field.type in TIMES and node.bounds.startswith("("):
        reader.fault("BAD_BOUNDS", f"{node.path}.bounds", "A span of time is always [from, to).")
        return None
    bounds = "[)" if field.type in TIMES else node.bounds
    span = Range(low, high, bounds[0] == "[", bounds[1] == "]")
    if low > high or (low == high and bounds != "[]"):  # type: ignore[operator]
        reader.fault("EMPTY_RANGE", path, f"Nothing lies between {show(low)} and {show(high)}.")
    return span


def _text(
    reader: Reader,
    node: Attribute,
    fold: Fold,
    typed: Callable[[Any, str], Scalar | None],
    path: str,
) -> Operand:
    """Read a part of a text; unlike a whole one it need not be among an enum's values."""
    if not isinstance(node.value, str):
        return typed(node.value, path)
    tail = len(node.value) - len(node.value.rstrip("\\"))
    if node.op == "like" and tail % 2:
        reader.fault("BAD_LIKE", path, "The pattern ends with a lone backslash.")
        return None
    return fold_text(node.value, fold)


def _pattern(reader: Reader, value: Any, path: str) -> Operand:
    if not isinstance(value, str):
        reader.fault("BAD_REGEX", path, "A regular expression is text.")
        return None
    wrong = check_regex(value)
    if wrong:
        reader.fault("BAD_REGEX", path, wrong)
        return None
    return value
