"""Names of workspaces, rules and segments: which are allowed, and what to say of an unknown one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from muster.base.errors import Conflict, InvalidInput, NotFound

NAME_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
_NAME = re.compile(NAME_PATTERN[1:-1])
_LISTED = 20


def refuse_bad_name(noun: str, name: str) -> None:
    """Raise InvalidInput when the name breaks the pattern; ``noun`` says what it names."""
    if _NAME.fullmatch(name) is None:
        raise InvalidInput(
            "BAD_NAME",
            f'"{name}" cannot be the name of a {noun}.',
            path="$.name",
            hint="A name is 1 to 63 lower-case letters, digits and underscores, a letter first.",
        )


def taken(noun: str, name: str) -> Conflict:
    """Return the error for a name that another thing of the same kind bears already."""
    return Conflict(
        "NAME_TAKEN",
        f'There is a {noun} named "{name}" already.',
        path="$.name",
        hint="Choose another name.",
    )


def unknown(noun: str, name: str, *, known: Sequence[str]) -> NotFound:
    """Return the error for a name nothing bears; the hint lists the names that exist."""
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    listed = f"There are: {', '.join(known[:_LISTED])}{more}."
    return NotFound(
        f"UNKNOWN_{noun.upper()}",
        f'There is no {noun} named "{name}".',
        hint=listed if known else f"There is no {noun} yet.",
    )


def missing(noun: str, number: int) -> NotFound:
    """Return the error for a number (id or version) that nothing bears in this workspace."""
    code = noun.upper().replace(" ", "_")
    return NotFound(f"UNKNOWN_{code}", f"There is no {noun} {number} in this workspace.")
