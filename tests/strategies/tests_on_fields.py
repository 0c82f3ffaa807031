"""Draws tests on one field, as JSON: every operator with values near those in the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.operators import NUMBERS, OPERATORS, TEXTS, TIMES
from muster.rules.values import comparable
from tests.strategies.rows import TEXT_FAMILIES
from tests.strategies.setting import Setting, Values
from tests.strategies.windows import draw_length, draw_moment

T = FieldType
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=", "before", "after")
_EXTREMES = (Decimal("1e17"), Decimal("-1e16"), Decimal("0.001"), Decimal("1e-9"), Decimal("1e9"))
_DOUBLE_EXTREMES = (Decimal("1e30"), Decimal("-1e25"), Decimal("1e-20"))
_LARGEST = Decimal(10**18 - 1)  # of numbers that are compared exactly
_REGEX_SPECIAL = set(".^$*+?()[]{}|\\/-\"'#&@:;,<>=!%~_ ")


def draw_test(setting: Setting, fields: Mapping[str, Field], values: Values) -> dict[str, Any]:
    """Draw a test on one of the fields."""
    choose = setting.choose
    candidates = [field for field in fields.values() if _usable(setting, field)]
    # By type first: many operators fit few types, and of some types there is one field.
    kinds = sorted({field.type for field in candidates})
    kind = choose.one(kinds + [T.LIST] * (T.LIST in kinds))
    field = choose.one([field for field in candidates if field.type is kind])
    operators = [
        key
        for key, entry in OPERATORS.items()
        if field.type in entry.types and (key != "anniversary_in" or not setting.grammar.shiftable)
    ]
    op = choose.one(operators)
    name = f"{setting.model.entity.name}.{field.name}" if choose.chance(5) else field.name
    node: dict[str, Any] = {"field": name, choose.one(("op", "op", "operator")): op}
    others = [other.name for other in fields.values() if comparable(field, other)]
    if op in COMPARISONS and choose.chance(15) and others:
        node["value_field"] = choose.one(others)
    else:
        node |= draw_operand(setting, field, op, values.get(field.name, ()))
    if choose.chance(20):
        node["nulls"] = choose.one(("include", "exclude"))
    if (field.type in TEXTS or field.type is T.LIST) and choose.chance(40):
        node["fold"] = choose.one(("none", "case", "case_accent"))
    if field.type is T.LIST and choose.chance(50):
        node["quant"] = choose.one(("any", "all", "none"))
    return node


def can_be_tested(setting: Setting, fields: Mapping[str, Field]) -> bool:
    """Whether there is a field to draw a test on: sources may share none."""
    return any(_usable(setting, field) for field in fields.values())


def _usable(setting: Setting, field: Field) -> bool:
    return not setting.grammar.shiftable or field.type not in TIMES


def draw_operand(setting: Setting, field: Field, op: str, values: Sequence[Any]) -> dict[str, Any]:
    """Draw ``value`` (and ``bounds``) for an operator on a field; nothing if it takes nothing."""
    choose = setting.choose
    match OPERATORS[op].takes:
        case "none":
            return {}
        case "many":
            return {"value": [literal(setting, field, values) for _ in range(choose.number(0, 4))]}
        case "range":
            return _range(setting, field, values)
        case "duration":
            whole_days = field.type is T.DATE or op == "anniversary_in"
            return {"value": draw_length(setting, whole_days=whole_days)}
        case "text":
            return {"value": _part_of_text(setting, field, op, values)}
        case "pattern":
            return {"value": _regex(setting, _some_text(setting, field, values))}
    return {"value": literal(setting, field, values)}


def literal(setting: Setting, field: Field, values: Sequence[Any]) -> Any:
    """Draw one value of the field's type, often one that a row holds."""
    choose = setting.choose
    if field.type in TEXTS or field.type is T.LIST:
        return _whole_text(setting, field, values)
    if field.type in NUMBERS:
        return _number_json(setting, _number(setting, field, values))
    match field.type:
        case T.BOOLEAN:
            return choose.one((True, False))
        case T.DATE:
            days = [*values, *setting.days] if choose.chance(30) or not values else values
            return choose.one(days).isoformat()
    if values and choose.chance(60):
        return choose.one(values).isoformat().replace("+00:00", "Z")
    return draw_moment(setting)


def _number(setting: Setting, field: Field, values: Sequence[Any]) -> Decimal:
    number = _any_number(setting, field, values)
    return number if field.type is T.NUMBER else max(min(number, _LARGEST), -_LARGEST)


def _any_number(setting: Setting, field: Field, values: Sequence[Any]) -> Decimal:
    choose = setting.choose
    if choose.chance(5):
        return choose.one(_EXTREMES + (_DOUBLE_EXTREMES if field.type is T.NUMBER else ()))
    known = [Decimal(str(value)) for value in values if value == value]
    near = choose.one(known) if known else Decimal(choose.number(0, 5))
    return near + choose.one((Decimal(0), Decimal(0), Decimal(1), Decimal(-1), Decimal("0.5")))


def _number_json(setting: Setting, number: Decimal) -> Any:
    text = format(number, "f")
    if setting.choose.chance(50):
        return text
    return int(number) if number == number.to_integral_value() else number


def _range(setting: Setting, field: Field, values: Sequence[Any]) -> dict[str, Any]:
    choose = setting.choose
    if field.type in NUMBERS:
        low, high = sorted(_number(setting, field, values) for _ in range(2))
        found = {"value": [_number_json(setting, low), _number_json(setting, high)]}
        # As doubles, two decimals may be one number.
        return found if float(low) == float(high) else {**found, **_bounds(setting)}
    if field.type is T.DATE or choose.chance(40):
        low_day, high_day = sorted(choose.some(setting.days, fewest=2, most=2))
        return {"value": [low_day.isoformat(), high_day.isoformat()]}
    first, second = sorted(choose.some(setting.instants, fewest=2, most=2))
    return {"value": [first.isoformat(), second.isoformat()]}


def _bounds(setting: Setting) -> dict[str, str]:
    choose = setting.choose
    return {"bounds": choose.one(("[]", "[)", "(]", "()"))} if choose.chance(70) else {}


# -- text ------------------------------------------------------------------------------------------


def _texts(values: Sequence[Any]) -> list[str]:
    """Return the texts among values, those inside lists too."""
    found: list[str] = []
    for value in values:
        found += (
            [item for item in value if item is not None] if isinstance(value, list) else [value]
        )
    return found


def _some_text(setting: Setting, field: Field, values: Sequence[Any]) -> str:
    known = _texts(values)
    if field.values and (not known or setting.choose.chance(60)):
        return setting.choose.one(field.values)
    if not known or setting.choose.chance(10):
        return setting.choose.one(setting.choose.one(TEXT_FAMILIES))
    return setting.choose.one(known)


def _whole_text(setting: Setting, field: Field, values: Sequence[Any]) -> str:
    if field.values:
        return setting.choose.one(field.values)
    text = _some_text(setting, field, values)
    return text.swapcase() if setting.choose.chance(15) else text


def _part_of_text(setting: Setting, field: Field, op: str, values: Sequence[Any]) -> str:
    choose = setting.choose
    text = _some_text(setting, field, values)
    start = choose.number(0, len(text))
    end = choose.number(start, len(text))
    match op:
        case "starts":
            return text[:end]
        case "ends":
            return text[start:]
        case "like":
            return _like(setting, text[:start], text[start:end], text[end:])
    return text[start:end]


def _like(setting: Setting, head: str, middle: str, tail: str) -> str:
    """Replace the middle by a wildcard; escape what is left, mostly."""
    choose = setting.choose
    wildcard = "%" if choose.chance(60) or not middle else "_" * len(middle)
    if choose.chance(20) and "\\" not in head + tail:
        return head + wildcard + tail
    return _like_escaped(head) + wildcard + _like_escaped(tail)


def _like_escaped(text: str) -> str:
    return "".join("\\" + letter if letter in "%_\\" else letter for letter in text)


def _regex(setting: Setting, text: str) -> str:
    choose = setting.choose
    start = choose.number(0, len(text))
    head, tail = _regex_escaped(text[:start]), _regex_escaped(text[start:])
    return choose.one(
        (
            f"^{head}",
            f"{tail}$",
            f"^{head}{tail}$",
            f"{head}.",
            "^[a-z]+$",
            f"(?:{head or 'a'}|{tail or 'b'}){{1,2}}$",
            "[^a-z0-9]",
            r"^\w+\s?\w*$",
            r"\d|\D\W",
            "^$",
            f"^{head}.*",
            f"{tail or 'x'}?$",
            r"[\w\-é]+",
            "s{2,}|a{0,3}n",
            rf"^{head}|{tail}$",
            rf"^(?:{head}|)$",
            rf"({head})({tail})*",
            r"[\]\[\^-]",
            r"[^\w\s]+$",
            r"\S+\s\S",
            r"a.b|\.",
            f"{tail}{{0}}" if tail else "a{0}",
        )
    )


def _regex_escaped(text: str) -> str:
    return "".join("\\" + letter if letter in _REGEX_SPECIAL else letter for letter in text)
