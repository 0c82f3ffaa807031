"""Writes a spreadsheet's rows to standard output, a line of JSON each; run as a process of its own.

A file of a few bytes may unpack to gigabytes, or make the reader abort: here that ends this process
alone, which has the memory and the time of its limits. Formulas are not worked out: what a cell
showed when it was saved is what it holds.
"""

from __future__ import annotations

import datetime
import json
import resource
import sys

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60
UNREADABLE, PROTECTED, NO_SUCH_SHEET, TOO_LARGE = 3, 4, 5, 6


def main(path: str, sheet: str) -> int:
    """Write first the names of the sheets, then the number of each row with its cells.

    Returns:
        0, or why not.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    write = sys.stdout.write
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if not names:
                return UNREADABLE
            chosen = sheet or names[0]
            write(json.dumps({"sheets": names, "sheet": chosen}) + "\n")
            if chosen not in names:
                return NO_SUCH_SHEET
            found = book.get_sheet_by_name(chosen)
            if found.start is None:
                return 0
            for place, cells in enumerate(found.iter_rows()):
                write(json.dumps([place + 1, [_plain(cell) for cell in cells]]) + "\n")
    except PasswordError:
        return PROTECTED
    except MemoryError:
        return TOO_LARGE
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    return 0


def _plain(value: object) -> str | int | float | bool | None:
    """Return a cell as JSON holds it: whole numbers whole, days and times as ISO 8601."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return None if value == "" else str(value)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
