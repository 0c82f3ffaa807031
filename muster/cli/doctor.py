"""`muster doctor`: is everything well, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from muster.base.errors import MusterError
from muster.cli.errors import CANNOT_NOW
from muster.cli.options import JsonOption
from muster.cli.output import printable, stdout_console, write_json
from muster.cli.progress import Steps, steps
from muster.cli.session import opened, read_settings
from muster.cli.shapes import diagnosis_json
from muster.services.doctor import (
    Diagnosis,
    Health,
    examine_database,
    examine_folder,
    examine_workspaces,
    of_error,
)
from muster.settings import Settings

_STYLES = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not compare data models with their warehouses.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look the installation over; exit code 3 if something fails."""
    settings = read_settings()
    found: list[Diagnosis] = []
    with steps("Looking at") as tell:
        for diagnosis in _examine(settings, thorough=not quick, tell=tell):
            found.append(diagnosis)
            if not as_json:
                print_diagnosis(diagnosis)
    failed = sum(diagnosis.health is Health.FAIL for diagnosis in found)
    if as_json:
        write_json({"healthy": not failed, "checks": [diagnosis_json(one) for one in found]})
    if failed:
        raise typer.Exit(CANNOT_NOW)


def _examine(settings: Settings, *, thorough: bool, tell: Steps) -> Iterator[Diagnosis]:
    yield from examine_folder(settings.data.expanduser().resolve())
    try:
        with opened() as resources:
            yield from examine_database(resources, embedded=settings.database_url is None)
            yield from examine_workspaces(
                resources, actor=settings.actor, thorough=thorough, progress=tell
            )
    except MusterError as error:
        yield of_error("database", error)


def print_diagnosis(diagnosis: Diagnosis) -> None:
    """Print one thing that was looked at, with what to do about it."""
    line = Text(f"{diagnosis.health:<5}", style=_STYLES[diagnosis.health])
    line.append(f"{printable(diagnosis.subject)}: {printable(diagnosis.sentence)}", style="")
    if diagnosis.hint:
        line.append(f"\n     hint: {printable(diagnosis.hint)}", style="")
    stdout_console().print(line, soft_wrap=True)
