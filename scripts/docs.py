"""Writes the generated pages under docs/reference from the code; `--check` only compares.

Run by `make docs`; a test holds that the pages are fresh.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import AliasChoices
from typer.main import get_command

from muster.rules.operators import AGGREGATES, OPERATORS
from muster.rules.schema import rule_schema
from muster.settings import Settings

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `make docs`; edit the code instead. -->\n"


def pages() -> dict[str, str]:
    """Return every generated page: file name to text."""
    return {
        "settings.md": _settings(),
        "operators.md": _operators(),
        "cli.md": _cli(),
        "rule.schema.json": json.dumps(rule_schema(), indent=2, ensure_ascii=False) + "\n",
    }


def _settings() -> str:
    lines = [
        NOTE,
        "# Settings\n",
        "From the environment or a `.env` file in the working folder.\n",
        "| variable | meaning | default |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        if name == "data":
            default = "`~/.muster`"
        alias = field.validation_alias
        spelt = alias.choices[0] if isinstance(alias, AliasChoices) else f"MUSTER_{name.upper()}"
        lines.append(f"| `{spelt}` | {field.description} | {default} |")
    return "\n".join(lines) + "\n"


def _operators() -> str:
    lines = [
        NOTE,
        "# Operators\n",
        "For attribute tests, and for tests on one event inside `where`.\n",
        "| operator | reads | value | field types |",
        "|---|---|---|---|",
    ]
    for entry in OPERATORS.values():
        types = ", ".join(sorted(kind.value for kind in entry.types))
        sentence = entry.sentence.replace("{value}", "…")
        lines.append(f"| `{entry.key}` | {sentence} | {entry.takes} | {types} |")
    lines += ["", "# Aggregates\n", ", ".join(f"`{name}`" for name in AGGREGATES)]
    return "\n".join(lines) + "\n"


def _cli() -> str:
    from muster.cli.main import app

    root = get_command(app)
    lines = [NOTE, "# Commands\n"]
    for path, command in _commands(root, ["muster"]):
        lines += [f"## `{' '.join(path)}`\n", (command.help or "").strip(), ""]
        rows = [row for row in (_option(parameter) for parameter in command.params) if row]
        if rows:
            lines += ["| argument | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _commands(command: object, path: list[str]) -> Iterator[tuple[list[str], object]]:
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name in sorted(children):
        yield from _commands(children[name], [*path, name])


def _option(parameter: object) -> str | None:
    names = [*getattr(parameter, "opts", []), *getattr(parameter, "secondary_opts", [])]
    if "--help" in names:
        return None
    if getattr(parameter, "param_type_name", "") == "argument":
        names = [str(getattr(parameter, "name", "")).upper()]
    text = getattr(parameter, "help", None) or ""
    return f"| `{', '.join(names)}` | {' '.join(text.split())} |"


def main() -> int:
    """Write the pages, or with --check say which are stale."""
    stale = []
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = REFERENCE / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    for name in stale:
        sys.stderr.write(f"docs/reference/{name} is stale: run `make docs`.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
