"""Names in a data model: what they may look like, where they stand, what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

LOGICAL_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def child(path: str, key: str | int) -> str:
    """Return the JSON path of a member: ``$.a`` + ``b`` is ``$.a.b``, + ``0`` is ``$.a[0]``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        return f"{path}.{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{escaped}"]'


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint: the known name nearest to ``name``, else all of them while they are few."""
    names = list(known)
    lowered = {candidate.lower(): candidate for candidate in reversed(names)}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{lowered[near[0]]}"?'
    if 0 < len(names) <= 20:
        return f"Known here: {', '.join(names)}."
    return None


def logical_name(column: str) -> str:
    """Return the name a rule may use for a column: ``InvoiceDate`` becomes ``invoice_date``.

    What cannot be part of a name becomes ``_``; a name that would be empty or start with a digit
    gets ``c_`` in front.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if not name or not name[0].isalpha():
        name = f"c_{name}".rstrip("_")
    return name[:63].rstrip("_")


def singular(name: str) -> str:
    """Return the singular of a table's name: ``dim_categories`` becomes ``category``."""
    bare = re.sub(r"^(dim|fact|fct|tbl|stg|raw|src|bronze|silver|gold)_", "", name.lower())
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ses", "se"), ("ss", "ss"), ("s", "")):
        if bare.endswith(ending) and len(bare) > len(ending) + 1:
            return bare.removesuffix(ending) + instead
    return bare


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA zone name this machine knows; ``localtime`` means another one on each."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
