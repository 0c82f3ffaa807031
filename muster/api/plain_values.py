"""Values of fields as JSON: what a rule would write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import isfinite

from muster.base.json_value import exact
from muster.engines.value_counts import Value


def plain(value: Value) -> bool | int | float | str:
    """Return a value that JSON holds without losing digits; days and instants as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no infinity
    found: bool | int | float | str = exact(value)
    return found
