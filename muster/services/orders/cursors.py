"""Cursors: where a window ended, as a text that goes to the client and comes back.

It is read as carefully as any input: a cursor of another sort, or one that nobody gave out, is
refused, and its values are bound like all others.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from muster.base.errors import InvalidInput
from muster.base.order_query import SortKey
from muster.base.orders import FIELDS, OrderFieldType

LONGEST = 20_000
_LARGEST = 2**63 - 1


def write_cursor(order: Sequence[SortKey], place: Sequence[Any]) -> str:
    """Return the cursor of a place in an order."""
    text = json.dumps([_named(order), *map(_plain, place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(order: Sequence[SortKey], cursor: str, *, path: str) -> tuple[Any, ...]:
    """Return the place in an order that a cursor names.

    Raises:
        InvalidInput: BAD_CURSOR, it is of another order or none of ours.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        named, *values = json.loads(text)
        if named != _named(order):
            raise ValueError("another order")
        place = tuple(
            None if value is None else _READERS[FIELDS[key.field].type](value)
            for key, value in zip(order, values, strict=True)
        )
        if place[-1] is None:
            raise ValueError("no order")
    except (
        ValueError,
        TypeError,
        OverflowError,
        binascii.Error,
        RecursionError,
        InvalidOperation,
    ) as error:
        raise InvalidInput(
            "BAD_CURSOR",
            "The cursor is not one that Muster gave out for this sort.",
            path=path,
            hint="Send first_cursor or last_cursor as it was, with the same sort.",
        ) from error
    return place


def _named(order: Sequence[SortKey]) -> str:
    return ",".join(f"{'-' if key.descending else ''}{key.field}" for key in order)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError("no whole number")
    return value


def _money(value: Any) -> Decimal:
    amount = Decimal(_text(value))
    if not amount.is_finite() or abs(amount) >= 10**12:
        raise ValueError("no amount")
    return amount


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("no text")
    value.encode()  # half a surrogate pair is no text either
    return value


def _instant(value: Any) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError("no zone")
    return found.astimezone(UTC)


_READERS: dict[OrderFieldType, Callable[[Any], Any]] = {
    OrderFieldType.INTEGER: _integer,
    OrderFieldType.MONEY: _money,
    OrderFieldType.TEXT: _text,
    OrderFieldType.ENUM: _text,
    OrderFieldType.INSTANT: _instant,
}
