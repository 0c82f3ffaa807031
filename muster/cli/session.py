"""Opens what a command works with: settings, the product database, a workspace."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pydantic import ValidationError

from muster.base.errors import InvalidInput, NotFound, Problem, Unavailable
from muster.cli.interrupts import interruptible
from muster.services.access import enter_locally
from muster.services.context import Resources, WorkspaceContext
from muster.services.workspaces import list_workspaces
from muster.settings import Settings
from muster.wiring import open_resources


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidInput: BAD_SETTINGS, each faulty variable by its name.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            Problem(
                "BAD_SETTING",
                _variable(fault["loc"]),
                f"This setting is refused: {fault['msg']}.",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidInput.of("BAD_SETTINGS", "The environment", problems) from error


def _variable(place: tuple[int | str, ...]) -> str:
    """Return the environment variable that a setting is read from."""
    name = "_".join(str(part) for part in place).upper() or "POSTGRES_HOST"
    return name if name.startswith(("MUSTER_", "POSTGRES_", "RETAIL360_")) else f"MUSTER_{name}"


def refuse_unwritable(settings: Settings) -> None:
    """Raise Unavailable DATA_FOLDER_UNUSABLE when nothing can be written to the data folder."""
    folder = settings.data.expanduser().resolve()
    try:
        # the embedded database, started by root, is another user's process and passes through
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        raise Unavailable(
            "DATA_FOLDER_UNUSABLE",
            f"The data folder {folder} cannot be used: {error.strerror or error}.",
            hint="Check its owner and free space, or point MUSTER_DATA at another folder.",
            path=str(folder),
        ) from error


@contextmanager
def opened() -> Iterator[Resources]:
    """Open the product database for one command; Ctrl-C stops queries of warehouses, too."""
    with (
        open_resources(read_settings(), application_name="muster-cli") as resources,
        interruptible(resources.open_warehouse) as open_warehouse,
    ):
        yield replace(resources, open_warehouse=open_warehouse)


@contextmanager
def entered(workspace: str | None) -> Iterator[WorkspaceContext]:
    """Open the named workspace, or the only one there is."""
    actor = read_settings().actor
    with opened() as resources:
        yield enter_locally(resources, workspace or _only_one(resources), actor=actor)


def _only_one(resources: Resources) -> str:
    names = [found.name for found in list_workspaces(resources)]
    if not names:
        raise NotFound(
            "NO_WORKSPACE",
            "There is no workspace yet.",
            hint="Run `muster demo`, or `muster workspace create NAME --model model.yml`.",
        )
    if len(names) > 1:
        raise InvalidInput(
            "WORKSPACE_NEEDED",
            "There are several workspaces, so name the one you mean.",
            hint=f"Add -w with one of: {', '.join(names[:20])}.",
            path="--workspace",
        )
    return names[0]
