"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "muster").rglob("*.py"))
LIMIT = 400


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_package_is_found() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_fits_in_one_reading(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LIMIT


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_says_what_it_is_for_in_one_to_five_lines(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    if "migrations/versions" in str(path):
        return
    assert docstring
    first_paragraphs = docstring.splitlines()
    tree_in_errors = path.name == "errors.py" and path.parent.name == "base"
    assert len(first_paragraphs) <= 12 or tree_in_errors


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_sql_text_is_never_built_from_strings(path: Path) -> None:
    """No f-string, no concatenation and no format() that reads like SQL."""
    looks_like_sql = re.compile(
        r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER)\b.*\s\S", re.S
    )
    allowed = {"muster/store/migrate.py"}
    if relative(path) in allowed:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            first = node.values[0]
            text = first.value if isinstance(first, ast.Constant) else ""
            assert not looks_like_sql.match(str(text)), f"line {node.lineno}: {text!r}"


def test_settings_are_documented() -> None:
    from muster.settings import Settings

    for name, field in Settings.model_fields.items():
        assert field.description, name
