"""The documentation keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.docs import REFERENCE, pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (REFERENCE / name).read_text() == pages()[name], "run `make docs`"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), target


def test_every_decision_is_listed_and_names_its_check() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text()
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [path.name[:4] for path in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    for path in records:
        assert path.name in listed
        assert "**Check.**" in path.read_text()


def test_every_folder_of_the_package_is_in_the_architecture_page() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for folder in sorted((ROOT / "muster").iterdir()):
        if folder.is_dir() and not folder.name.startswith("__"):
            assert f"`muster/{folder.name}/`" in text, folder.name
