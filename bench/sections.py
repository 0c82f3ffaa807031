"""Sections of RESULTS.md that are measured by a command of their own."""

from __future__ import annotations

from pathlib import Path

FOLLOWS = "## What is measured"


def put_section(results: Path, kept: Path, text: str) -> None:
    """Keep a section in a file, and put it into the results in the place of the last one."""
    before = kept.read_text(encoding="utf-8") if kept.exists() else ""
    whole = results.read_text(encoding="utf-8")
    if before and before in whole:
        whole = whole.replace(before, text)
    else:
        whole = whole.replace(FOLLOWS, f"{text}\n{FOLLOWS}", 1)
    kept.write_text(text, encoding="utf-8")
    results.write_text(whole, encoding="utf-8")
