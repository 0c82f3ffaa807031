"""Accessibility by axe-core: WCAG 2.2 A and AA and best practice, with no violation allowed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """([tags, within]) => axe.run(within ?? document, {
  runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
})"""
_SHOWN = 4


def axe(page: Page, *, within: str | None = None) -> None:
    """Assert that axe finds nothing.

    Args:
        within: a CSS selector, to look at a part alone.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())  # by the debugger: the policy lets no script be added
    found = page.evaluate(_RUN, [list(_TAGS), within])
    told = [_told(violation) for violation in found["violations"]]
    assert not told, f"axe at {page.url}:\n" + "\n".join(told)


def _told(violation: dict[str, Any]) -> str:
    lines = [f"- {violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"][:_SHOWN]:
        lines.append(f"    {' '.join(map(str, node['target']))}  {node['html'][:200]}")
        lines += [f"      {line}" for line in node["failureSummary"].splitlines()[1:3]]
    if len(violation["nodes"]) > _SHOWN:
        lines.append(f"    and {len(violation['nodes']) - _SHOWN} more")
    return "\n".join(lines)


@cache
def _source() -> str:
    return _SOURCE.read_text(encoding="utf-8")
