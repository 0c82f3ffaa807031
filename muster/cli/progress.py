"""Progress of long work: bars on stderr when that is a terminal, nothing otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from muster.cli.output import printable, stderr_console

Stages = Callable[[int, int, str], None]
"""Told (done, total, what) before each stage."""

Steps = Callable[[str], None]
"""Told what is done next; nobody knows how many steps there are."""


@contextmanager
def stages(title: str) -> Iterator[Stages]:
    """Show a bar for work whose number of stages is known."""
    console = stderr_console()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[what]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task(printable(title), total=1, what="")

        def tell(done: int, total: int, what: str) -> None:
            bars.update(task, completed=done, total=max(total, 1), what=printable(what))

        yield tell


@contextmanager
def steps(title: str) -> Iterator[Steps]:
    """Show what is done now, for work of unknown length."""
    console = stderr_console()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.fields[what]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task(printable(title), total=None, what="")

        def tell(what: str) -> None:
            bars.update(task, what=printable(what))

        yield tell
