"""Writes plain values as YAML that `yaml_text.py`, and any YAML 1.1 or 1.2 reader, reads back."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ /.+-]*[A-Za-z0-9_])?")
_LONGEST_LINE = 80  # without its indent
# Words that some YAML reader takes for true, false, null or a number.
_WORDS = frozenset(["true", "false", "null", "none", "yes", "no", "on", "off", "y", "n"])
_UNPRINTABLE = re.compile(
    r"[^\x09\x0a\x0d\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def scalar(value: str | bool | int | float | Decimal | None) -> str:
    """Write one value; text is quoted unless every reader takes it for text as it stands."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int | Decimal):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def flow(value: Any) -> str:
    """Write any value on one line: ``{type: money, values: [a, b]}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def block(value: dict[str, Any]) -> str:
    """Write an object line by line, what is short and plain on one line: how people write rules."""
    return "\n".join(_block_lines(value)) + "\n"


def _block_lines(value: Any) -> list[str]:
    """Return the lines of a value that stands under a name, or behind a dash."""
    if not value or not isinstance(value, dict | list | tuple):
        return [flow(value)]
    lines: list[str] = []
    if isinstance(value, dict):
        for name, item in value.items():
            lines += _under(f"{scalar(name)}:", item)
    else:
        for item in value:
            first, *rest = [flow(item)] if _is_short(item) else _block_lines(item)
            lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return lines


def _under(name: str, item: Any) -> list[str]:
    if _is_short(item):
        return [f"{name} {flow(item)}"]
    return [name, *(f"  {line}" for line in _block_lines(item))]


def _is_short(value: Any) -> bool:
    return not _lists_objects(value) and len(flow(value)) <= _LONGEST_LINE


def _lists_objects(value: Any) -> bool:
    """Whether it holds a list whose items have parts: each deserves a line of its own."""
    if isinstance(value, dict):
        return any(_lists_objects(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(isinstance(item, dict | list | tuple) for item in value)
    return False
