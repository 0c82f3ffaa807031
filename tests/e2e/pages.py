"""Every page of the app, by a name and its address in the streaming workspace."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

RULE = "sports_fans_25_44"
PAGES: Mapping[str, str] = {
    "home": "/",
    "rules": "/rules",
    "builder-new": "/rules/new",
    "builder": "/rules/edit/{rule}",
    "segments": "/segments",
    "segments-cards": "/segments?view=cards",
    "segment": "/segments/{segment}",
    "segment-members": "/segments/{segment}?tab=members",
    "segment-lineage": "/segments/{segment}?tab=lineage",
    "segment-history": "/segments/{segment}?tab=history",
    "segment-runs": "/segments/{segment}?tab=runs",
    "compare": "/compare?of={names}",
    "runs": "/runs",
    "run": "/runs/{run}",
    "sources": "/sources",
    "model": "/sources/model",
    "settings-people": "/settings/people",
    "settings-tokens": "/settings/tokens",
    "settings-audit": "/settings/audit",
    "settings-notifications": "/settings/notifications",
    "settings-approvals": "/settings/approvals",
    "settings-workspace": "/settings/workspace",
    "settings-account": "/settings/account",
    "settings-about": "/settings/about",
}
OF_WORKSPACE = tuple(name for name, path in PAGES.items() if "{" not in path)
"""The pages that any workspace has."""


def addresses(api: httpx.Client) -> dict[str, str]:
    """Return every page's address with the ids of this server in it."""
    rules = {one["name"]: one for one in api.get("/api/rules?per_page=100").json()["items"]}
    segments = {one["name"]: one for one in api.get("/api/segments?per_page=100").json()["items"]}
    names = sorted(segments, key=lambda name: -(segments[name]["row_count"] or 0))
    run = api.get("/api/runs?per_page=1").json()["items"][0]
    known = {
        "rule": rules[RULE]["id"],
        "segment": segments[RULE]["id"],
        "names": ",".join(names[2:5]),
        "run": run["id"],
    }
    return {name: path.format(**known) for name, path in PAGES.items()}
