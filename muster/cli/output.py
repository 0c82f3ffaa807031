"""What commands print: tables and sentences for people, JSON for programs. Both on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.base.json_value import dumps

# A pipe or a file has no width; lines there may be as long as they need to be.
_WIDTH_WITHOUT_TERMINAL = 400
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; numbers stand to the right."""

    title: str
    number: bool = False


def stdout_console() -> Console:
    """Return where results are printed."""
    return _console(stderr=False)


def stderr_console() -> Console:
    """Return where questions, progress and errors are printed."""
    return _console(stderr=True)


def say(text: str = "", *, style: str | None = None) -> None:
    """Print one paragraph of plain text; what looks like markup stays as it is."""
    stdout_console().print(Text(printable(text), style=style or ""), soft_wrap=True)


def say_synthetic(synthetic: bool) -> None:
    """Label what was just printed when its data is generated."""
    if synthetic:
        say("synthetic data", style="dim")


def say_aside(text: str) -> None:
    """Print a remark on stderr, where it does not mix with results."""
    stderr_console().print(Text(printable(text), style="dim"), soft_wrap=True)


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[object]], *, title: str = ""
) -> None:
    """Print a table; an empty one says so."""
    table = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in columns:
        table.add_column(
            column.title, justify="right" if column.number else "left", overflow="fold"
        )
    found = [[Text(cell(value)) for value in row] for row in rows]
    for row in found:
        table.add_row(*row)
    console = stdout_console()
    console.print(table)
    if not found:
        console.print("(none)")


def cell(value: object) -> str:
    """Write one value for people: thousands apart, instants in UTC to the minute, lists joined."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}"
        case datetime():
            return instant(value)
        case timedelta():
            return age(value)
        case list() | tuple():
            return ", ".join(cell(item) for item in value)
        case _:
            return printable(str(value))


def row_texts(row: Iterable[object]) -> tuple[object, ...]:
    """Show keys and numbers of attributes as they are, without thousands apart."""
    return tuple(
        str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for value in row
    )


def instant(moment: datetime) -> str:
    """Write an instant in UTC to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def share(part: float) -> str:
    """Write a share (0 to 1) as per cent; a small one is not rounded to nothing."""
    if 0 < part < 0.0005:
        return "<0.1%"
    return f"{part:.1%}"


def seconds(duration: float) -> str:
    """Write a duration in seconds."""
    return f"{duration:.2f}"


def age(length: timedelta) -> str:
    """Write how long ago something was, in its largest unit."""
    total = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if total >= size:
            return f"{total // size} {unit}"
    return f"{total} s"


def sparkline(numbers: Sequence[int]) -> str:
    """Draw numbers as bars from 0 to the greatest.

    >>> sparkline([0, 4, 8])
    '▁▅█'
    """
    most = max(numbers, default=0)
    return "".join(_BARS[round((len(_BARS) - 1) * one / most) if most else 0] for one in numbers)


def write_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(dumps(plain(value), indent=2) + "\n")
    sys.stdout.flush()


def listed(items: Iterable[Any]) -> dict[str, Any]:
    """Return a list as every list is given to programs."""
    found = [plain(item) for item in items]
    return {"items": found, "total": len(found)}


def plain(value: Any) -> Any:
    """Reduce a value to JSON's own types; instants become ISO 8601 in UTC, durations seconds."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return round(value.total_seconds(), 3)
        case Path():
            return str(value)
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return value


def printable(text: str) -> str:
    """Replace what could command a terminal; line breaks and tabs stay."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
