"""Reads the text files a user names: whole, bounded, UTF-8, or an error that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from muster.base.errors import InvalidFile, InvalidModel, NotFound, Unavailable
from muster.base.json_value import loads
from muster.model.yaml_text import MAX_BYTES, read_yaml


def read_text(path: Path) -> str:
    """Return a file's text without a byte order mark.

    Raises:
        NotFound: FILE_MISSING.
        InvalidFile: NOT_A_FILE, EMPTY_FILE, TOO_LARGE, NOT_UTF8.
        Unavailable: FILE_UNREADABLE, the system refuses.
    """
    where = str(path)
    if not path.exists():
        raise NotFound("FILE_MISSING", f"There is no file {path}.", path=where)
    if not path.is_file():
        raise InvalidFile(
            "NOT_A_FILE", f"{path} is a folder, not a file.", path=where, hint="Name a file in it."
        )
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            "FILE_UNREADABLE", f"{path} cannot be read: {error.strerror}.", path=where
        ) from error
    if len(content) > MAX_BYTES:
        raise InvalidFile("TOO_LARGE", f"{path} is longer than {MAX_BYTES:,} bytes.", path=where)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFile(
            "NOT_UTF8",
            f"{path} is not UTF-8 text: see byte {error.start:,}.",
            path=where,
            hint="Save it as UTF-8.",
        ) from error
    if not text.strip():
        raise InvalidFile("EMPTY_FILE", f"{path} is empty.", path=where)
    return text


def read_value(path: Path) -> Any:
    """Return the value a YAML or JSON file holds; a name that ends in .json is read as JSON.

    Raises:
        As `read_text`; InvalidFile: BAD_JSON, or BAD_YAML with every fault.
    """
    text = read_text(path)
    return loads(text) if path.suffix.lower() == ".json" else yaml_value(text, what=str(path))


def yaml_value(text: str, *, what: str) -> Any:
    """Return the value of a YAML text (JSON is YAML too).

    Raises:
        InvalidFile: BAD_YAML, with every fault.
    """
    try:
        value, problems = read_yaml(text)
    except InvalidModel as error:
        raise InvalidFile.of("BAD_YAML", what, error.problems) from error
    if problems:
        raise InvalidFile.of("BAD_YAML", what, problems)
    return value
