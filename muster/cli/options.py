"""The options that many commands share, each written once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.rules.reader import parse_moment, show
from muster.services.personal import COLUMNS_PATH

WorkspaceOption = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="MUSTER_WORKSPACE",
        metavar="NAME",
        help="Workspace to work in; may be left out while there is only one.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs, and nothing else, on stdout.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        help="Instant to evaluate at, e.g. 2025-01-31T08:00:00Z; UTC unless it names a zone.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")]
UnmaskOption = Annotated[
    bool,
    typer.Option("--unmask", help="Show personal data; this is written into the audit log."),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option("--columns", metavar="A,B", help="Attributes to show beside the key."),
]


def read_as_of(text: str | None, *, path: str = "--as-of") -> datetime | None:
    """Return the instant an option names, in UTC; None when it was left out.

    Raises:
        InvalidInput: BAD_DATE.
    """
    if text is None:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise InvalidInput(
            "BAD_DATE",
            f"{show(text)} is not a date or a date-time.",
            hint="Write 2025-01-31 or 2025-01-31T08:00:00Z.",
            path=path,
        )
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(
            "BAD_DATE", f"{show(text)} lies beyond what can be computed with.", path=path
        ) from error


def read_columns(text: str | None) -> tuple[str, ...]:
    """Return the names in a comma-separated list, without repeats."""
    names = [name.strip() for name in (text or "").split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


@contextmanager
def columns_as_option() -> Iterator[None]:
    """Say `--columns` where a fault in the named columns would give a JSON path."""
    try:
        yield
    except InvalidInput as error:
        if error.path != COLUMNS_PATH:
            raise
        problems = [replace(found, path="--columns") for found in error.problems]
        raise InvalidInput(
            error.code, error.sentence, hint=error.hint, path="--columns", problems=problems
        ) from error
