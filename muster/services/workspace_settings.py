"""Settings of a workspace: read by all its use cases, changed by its admins, every fault told."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from muster.base.errors import InvalidInput, Problem, Stale
from muster.base.people import Permission
from muster.base.workspace_settings import WorkspaceSettings
from muster.model.names import child, did_you_mean, zone_names
from muster.services.context import WorkspaceContext
from muster.store import audit
from muster.store import workspace_settings as store

NAMES = tuple(field.name for field in fields(WorkspaceSettings))
_CURRENCY = re.compile("[A-Z]{3}")


def read_settings(context: WorkspaceContext) -> WorkspaceSettings:
    """Return the workspace's settings, the defaults where nothing was set."""
    return read_with_revision(context)[0]


def read_with_revision(context: WorkspaceContext) -> tuple[WorkspaceSettings, int]:
    """Return the workspace's settings and their revision, 0 while nothing was set."""
    context.require(Permission.READ)
    with context.transaction() as connection:
        return store.load(connection, context.workspace.id)


def change_settings(
    context: WorkspaceContext,
    changes: Mapping[str, Any],
    *,
    expected_revision: int | None = None,
    reason: str = "",
    path: str = "$",
) -> tuple[WorkspaceSettings, int]:
    """Set some settings, or none of them if one is at fault; return all, and the new revision.

    Args:
        changes: by name; what is left out stays as it is.
        expected_revision: the revision that was edited; None = whichever is there.
        path: where the names stood in the request, for the faults.

    Raises:
        InvalidInput: BAD_SETTINGS, with every fault and its path.
        Stale: CHANGED_MEANWHILE.
    """
    context.require(Permission.ADMINISTER)
    faults = list(_faults(changes, path))
    if faults:
        raise InvalidInput.of("BAD_SETTINGS", "The settings", faults)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        before, revision = store.load(connection, workspace_id)
        if expected_revision is not None and revision != expected_revision:
            raise Stale(
                "CHANGED_MEANWHILE",
                f"The settings are at revision {revision} now; the edit was made to another one.",
                hint="Read them again and repeat the edit.",
            )
        after = replace(before, **changes)
        if after == before:
            return before, revision
        saved = store.save(connection, workspace_id, after, revision=revision)
        changed = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
        audit.record(
            connection,
            workspace_id,
            actor=context.actor,
            action="settings.update",
            subject="settings",
            before={name: getattr(before, name) for name in changed},
            after={name: getattr(after, name) for name in changed},
            reason=reason,
            request_id=context.request_id,
        )
    return after, saved


def as_json(settings: WorkspaceSettings) -> dict[str, Any]:
    """Return settings by name."""
    return asdict(settings)


def _faults(changes: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for name, value in changes.items():
        check = _CHECKS.get(name)
        if check is None:
            yield Problem(
                "UNKNOWN_SETTING",
                child(path, name),
                f'There is no setting "{name}".',
                did_you_mean(name, NAMES),
            )
            continue
        wrong = check(value)
        if wrong is not None:
            yield Problem("BAD_SETTING", child(path, name), f"{name} must be {wrong}.")


_Check = Callable[[Any], str | None]
"""Says what a value has to be, None when it is."""


def _whole(least: int, most: int, unit: str) -> _Check:
    def check(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return None
        return f"a whole number of {unit} from {least} to {most:,}"

    return check


def _share(least_words: str, is_enough: Callable[[float], bool], most: int) -> _Check:
    def check(value: Any) -> str | None:
        if value is None:
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and math.isfinite(value) and is_enough(value) and value <= most:
            return None
        return f"a share {least_words} and at most {most:,}, where 1 is all, or null for never"

    return check


def _zone(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in zone_names()):
        return None
    return "an IANA time zone such as Europe/Vienna, or null for the data model's"


def _currency(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and _CURRENCY.fullmatch(value)):
        return None
    return "an ISO 4217 code such as EUR, or null for the data model's"


def _truth(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


_CHECKS: dict[str, _Check] = {
    "time_zone": _zone,
    "currency": _currency,
    "versions_kept": _whole(1, 1000, "versions"),
    "runs_kept_days": _whole(1, 3650, "days"),
    "logs_kept_days": _whole(1, 3650, "days"),
    # a segment cannot lose more than all it has, but it can grow a thousandfold
    "shrink_alert_share": _share("above 0", lambda share: share > 0, 1),
    "grow_alert_share": _share("above 0", lambda share: share > 0, 1000),
    "empty_alert": _truth,
    # 0: every edit that moves anybody or nobody
    "approval_share": _share("of 0 or more", lambda share: share >= 0, 1000),
    "concurrency": _whole(1, 64, "runs"),
}
