"""Writes the examples' rules as JSON for the builder's tests: `python -m scripts.web_examples`."""

from __future__ import annotations

from pathlib import Path

from muster.base import json_value
from muster.model.yaml_text import read_yaml

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "web/src/features/builder/tree/examples.json"


def text() -> str:
    """Return every example's rules, by example, as the JSON that the target holds."""
    files = sorted((ROOT / "muster/examples").glob("*/rules.yml"))
    rules = {file.parent.name: read_yaml(file.read_text())[0] for file in files}
    return json_value.dumps(rules) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
