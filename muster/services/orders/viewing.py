"""Saved views of the grid: whoever reads orders keeps their own, shares them, and uses others'."""

from __future__ import annotations

import json
from typing import Any

from muster.base.errors import Conflict, Forbidden, InvalidInput, NotFound
from muster.base.order_query_reading import read_query
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.store.database import Transaction
from muster.store.orders import views
from muster.store.orders.views import View

MOST_VIEWS = 200
MOST_BYTES = 64_000
_DEEPEST = 40
_QUERY = ("filter", "search", "sort")


def list_views(context: WorkspaceContext) -> tuple[View, ...]:
    """Return the views that who acts may use, by name."""
    with open_desk(context) as (connection, _):
        return views.visible(connection, context.actor)


def add_view(context: WorkspaceContext, *, name: str, shared: bool, state: dict[str, Any]) -> View:
    """Save a view.

    Raises:
        InvalidInput: BAD_QUERY, VIEW_TOO_LARGE, BAD_NAME. Conflict: NAME_TAKEN, TOO_MANY_VIEWS.
    """
    name = _checked(name, state)
    with open_desk(context) as (connection, _):
        _refuse_taken(connection, context, name, view_id=None)
        return views.add(connection, owner=context.actor, name=name, shared=shared, state=state)


def change_view(
    context: WorkspaceContext,
    view_id: int,
    *,
    row_version: int,
    name: str,
    shared: bool,
    state: dict[str, Any],
) -> View:
    """Change one's own view that is still as it was read.

    Raises:
        As `add_view`; NotFound: UNKNOWN_VIEW. Forbidden: NOT_YOUR_VIEW. Conflict: VIEW_CHANGED.
    """
    name = _checked(name, state)
    with open_desk(context) as (connection, _):
        _own(connection, context, view_id)
        _refuse_taken(connection, context, name, view_id=view_id)
        found = views.change(
            connection, view_id, row_version, name=name, shared=shared, state=state
        )
        if found is None:
            raise Conflict(
                "VIEW_CHANGED",
                "The view was changed since it was read.",
                hint="Read it again, or save yours under another name.",
                path="$.row_version",
            )
        return found


def remove_view(context: WorkspaceContext, view_id: int) -> None:
    """Remove one's own view.

    Raises:
        NotFound: UNKNOWN_VIEW. Forbidden: NOT_YOUR_VIEW.
    """
    with open_desk(context) as (connection, _):
        _own(connection, context, view_id)
        views.remove(connection, view_id)


def _own(connection: Transaction, context: WorkspaceContext, view_id: int) -> None:
    found = views.find(connection, view_id, context.actor)
    if found is None:
        raise NotFound("UNKNOWN_VIEW", f"There is no view {view_id}.")
    if found.owner != context.actor:
        raise Forbidden(
            "NOT_YOUR_VIEW",
            f'The view "{found.name}" is {found.owner}\'s.',
            hint="Save a copy of it under your name.",
        )


def _refuse_taken(
    connection: Transaction, context: WorkspaceContext, name: str, *, view_id: int | None
) -> None:
    held = views.lock_names(connection, context.actor)
    if any(other == name and number != view_id for number, other in held):
        raise Conflict("NAME_TAKEN", f'You have a view "{name}" already.', path="$.name")
    if view_id is None and len(held) >= MOST_VIEWS:
        raise Conflict("TOO_MANY_VIEWS", f"You have {MOST_VIEWS} views, and room for no more.")


def _checked(name: str, state: dict[str, Any]) -> str:
    """Return the name without blanks around it, if it and the state can be kept."""
    read_query({part: state[part] for part in _QUERY if part in state}, path="$.state")
    if not name.strip():
        raise InvalidInput("BAD_NAME", "A view needs a name.", path="$.name")
    if _depth(state) > _DEEPEST:
        raise InvalidInput("VIEW_TOO_LARGE", "The state nests too deeply.", path="$.state")
    if len(json.dumps(state)) > MOST_BYTES:
        raise InvalidInput(
            "VIEW_TOO_LARGE", f"The state takes more than {MOST_BYTES:,} bytes.", path="$.state"
        )
    return name.strip()


def _depth(state: Any) -> int:
    """Return how deep a value nests, or a little more than is allowed."""
    level, depth = [state], 0
    while level and depth <= _DEEPEST:
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [item for part in inner for item in part if isinstance(item, dict | list)]
        depth += 1
    return depth
