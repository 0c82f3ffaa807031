"""How errors reach the user: a sentence, a path, a hint on stderr, and an exit code."""

from __future__ import annotations

import sys

from rich.text import Text

from muster.base.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    MusterError,
    NotFound,
    Problem,
    Stale,
    Unauthenticated,
)
from muster.base.json_value import dumps
from muster.cli.output import printable, stderr_console
from muster.cli.shapes import problem_json

INPUT_AT_FAULT = 2
CANNOT_NOW = 3
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def exit_code_of(error: MusterError) -> int:
    """Return 2 when what the user asked is at fault, 3 when it may work later or elsewhere."""
    at_fault = (InvalidInput, NotFound, Conflict, Unauthenticated, Forbidden, Stale)
    return INPUT_AT_FAULT if isinstance(error, at_fault) else CANNOT_NOW


def show_error(error: MusterError, *, as_json: bool) -> None:
    """Print an error with all its problems on stderr."""
    if as_json:
        document = {
            "error": {
                "code": error.code,
                "sentence": error.sentence,
                "path": error.path,
                "hint": error.hint,
                "problems": [problem_json(problem) for problem in error.problems],
            },
            "exit_code": exit_code_of(error),
        }
        sys.stderr.write(dumps(document, indent=2) + "\n")
        return
    problems = error.problems or (
        Problem(error.code, error.path or "", error.sentence, error.hint),
    )
    if len(problems) > 1:
        what = error.sentence.partition(":")[0].rstrip(".")
        _line("error", f"{what}. [{error.code}]")
    for problem in problems:
        _line("error", f"{problem.sentence} [{problem.code}]")
        if problem.path:
            _line("path", problem.path)
        if problem.hint:
            _line("hint", problem.hint)


def show_usage_error(sentence: str, *, hint: str | None, as_json: bool) -> None:
    """Print what is wrong with the command itself."""
    show_error(MusterError("USAGE", sentence, hint=hint), as_json=as_json)


def _line(label: str, text: str) -> None:
    line = Text(f"{label}: ", style="bold red" if label == "error" else "bold")
    line.append(printable(text), style="")
    stderr_console().print(line, soft_wrap=True)
