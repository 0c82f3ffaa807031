"""Column types that keep what PostgreSQL cannot hold from reaching it, and bring back exact values.

PostgreSQL stores neither the character NUL nor half a surrogate pair, and JSON knows no NaN; each
would otherwise fail as a driver error far from the person who sent it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from muster.base.errors import InvalidInput
from muster.base.json_value import exact


class PlainText(TypeDecorator[str]):
    """Text of any length, without NUL and without broken characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return the text; InvalidInput when it cannot be stored."""
        if value is not None:
            _refuse_unstorable(value, "$")
        return value


class ExactJson(TypeDecorator[Any]):
    """A JSON document. Decimals become int or float where that is exact, else text; None is NULL.

    The order of names in an object is not kept (PostgreSQL's jsonb sorts them).
    """

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """Return the document made exact; InvalidInput when it cannot be stored."""
        document = exact(value)
        _refuse_unstorable(document, "$")
        return document


class Instant(TypeDecorator[datetime]):
    """A point in time: zoned on the way in, UTC on the way out whatever the session's zone is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the instant; ValueError when it has no zone, since it then names no instant."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        return None if value is None else value.astimezone(UTC)


def _refuse_unstorable(value: Any, path: str) -> None:
    """Raise InvalidInput, with its path, for the first text or number PostgreSQL cannot hold."""
    if isinstance(value, str):
        if "\x00" in value or not _is_unicode(value):
            raise InvalidInput(
                "UNSTORABLE_TEXT",
                "The text holds a NUL or a broken character, which cannot be stored.",
                path=path,
                hint="Remove control characters; save the file as UTF-8.",
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput(
                "UNSTORABLE_NUMBER", f"{value} is not a number that JSON can hold.", path=path
            )
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_unstorable(name, path)
            _refuse_unstorable(item, f"{path}.{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_unstorable(item, f"{path}[{position}]")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
