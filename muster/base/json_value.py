"""JSON as Muster reads it: numbers stay exact (Decimal), duplicate names are refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from muster.base.errors import InvalidFile

_LARGEST_EXPONENT = 400
"""Beyond what any double holds (about 308); nobody means such a number."""


def loads(text: str) -> Any:
    """Parse JSON; fractions become Decimal so that 0.1 stays 0.1.

    Raises:
        InvalidFile: the text is not JSON, repeats a name in one object, holds NaN or Infinity,
            or nests deeper than the parser can follow.
    """
    try:
        return json.loads(
            text, parse_float=_fraction, parse_constant=_refuse, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError) as error:
        reason = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidFile("BAD_JSON", f"This is not valid JSON: {reason}.", path="$") from error


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Write JSON; Decimal keeps its digits as a number, keys keep their order."""
    return json.dumps(exact(value), indent=indent, ensure_ascii=False)


def canonical(value: Any) -> str:
    """Write the one canonical text of a JSON value: sorted names, no spaces, numbers normalised."""
    return json.dumps(
        _normal(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def exact(value: Any) -> Any:
    """Replace Decimals by int or float where that is exact, else by their text."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def _normal(value: Any) -> Any:
    """Give 1, 1.0 and Decimal("1.00") one form, distinct from the strings of the same letters."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
        text = format(number, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return {"#": "0" if text == "-0" else text}
    if isinstance(value, dict):
        return {str(name): _normal(item) for name, item in value.items()}
    return [_normal(item) for item in value]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the name "{repeated}" occurs twice in one object')
    return found


def _fraction(text: str) -> Decimal:
    """Read a number with a fraction or an exponent; 1e999999999 would fill the memory as text."""
    number = Decimal(text)
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
