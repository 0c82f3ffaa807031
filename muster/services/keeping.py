"""What one person keeps for themselves in one workspace: drafts, saved views, preferences.

Nobody else's business, so it is in no audit log, and of no interest to a rule: the last word wins.
"""

from __future__ import annotations

import json
from typing import Any

from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.base.records import Kept
from muster.services.context import WorkspaceContext
from muster.store import kept

KEY_PATTERN = "^[a-z][a-z0-9_.:-]{0,99}$"
MOST_BYTES = 64_000
MOST_KEPT = 200
_DEEPEST = 100
_PATH = "$.body.value"


def list_kept(context: WorkspaceContext, *, prefix: str = "") -> tuple[Kept, ...]:
    """Return what who acts keeps here, by key; only keys that begin with ``prefix``."""
    with context.transaction() as connection:
        return kept.every(connection, context.workspace.id, person=context.actor, prefix=prefix)


def read_kept(context: WorkspaceContext, key: str) -> Kept:
    """Return what who acts keeps under a key; NotFound NOTHING_KEPT."""
    with context.transaction() as connection:
        found = kept.find(connection, context.workspace.id, key, person=context.actor)
    if found is None:
        raise NotFound("NOTHING_KEPT", f'You keep nothing as "{key}" in this workspace.')
    return found


def keep(context: WorkspaceContext, key: str, value: Any) -> Kept:
    """Keep a JSON value under a key, in place of what was there.

    Raises:
        InvalidInput: KEPT_TOO_LARGE, KEPT_TOO_DEEP, UNSTORABLE_NUMBER, UNSTORABLE_TEXT.
        Conflict: KEPT_TOO_MANY.
    """
    text = _written(value)
    workspace_id, person = context.workspace.id, context.actor
    with context.transaction() as connection:
        if kept.others(connection, workspace_id, key, person=person) >= MOST_KEPT:
            raise Conflict(
                "KEPT_TOO_MANY",
                f"You keep {MOST_KEPT} things in this workspace, and there is room for no more.",
                hint="Remove a draft or a saved view that you no longer need.",
            )
        at = kept.put(connection, workspace_id, key, text, person=person)
    return Kept(key, value, at)


def forget(context: WorkspaceContext, key: str) -> None:
    """Forget what who acts keeps under a key; twice is once."""
    with context.transaction() as connection:
        kept.remove(connection, context.workspace.id, key, person=context.actor)


def _written(value: Any) -> str:
    if _depth_exceeds(value, _DEEPEST):
        raise InvalidInput(
            "KEPT_TOO_DEEP", f"The value nests deeper than {_DEEPEST} levels.", path=_PATH
        )
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise InvalidInput(
            "UNSTORABLE_NUMBER", "The value holds a number that JSON cannot hold.", path=_PATH
        ) from error
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        raise InvalidInput(
            "KEPT_TOO_LARGE",
            f"The value takes {size:,} bytes as JSON; {MOST_BYTES:,} can be kept.",
            path=_PATH,
        )
    return text


def _depth_exceeds(value: Any, deepest: int) -> bool:
    """Whether lists and objects nest deeper; what writes them would give up with a crash."""
    level = [value]
    for _ in range(deepest + 1):
        parts = [one.values() if isinstance(one, dict) else one for one in level if _holds(one)]
        level = [item for part in parts for item in part]
        if not level:
            return False
    return True


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)
