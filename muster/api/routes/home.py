"""The first page: what is in each workspace, without any script."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from muster.api.deps import Anybody, ResourcesDep
from muster.base.errors import NotFound
from muster.base.people import Principal
from muster.base.records import Workspace
from muster.services.access import enter, workspaces_of
from muster.services.context import Resources
from muster.services.overview import SegmentOverview, segment_page
from muster.store.segment_query import SegmentOrder

router = APIRouter(include_in_schema=False)

SHOWN = 100  # segments of one workspace

_STYLE = """
:root { color-scheme: dark; --ground: #0b0b0d; --card: #16161a; --line: #2a2a31; --text: #f4f4f6;
  --quiet: #a9a9b4; --accent: #e50914; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; }
h1 { font-size: 1.6rem; margin: 0; letter-spacing: .02em; }
h1::before { content: ""; display: inline-block; width: .55rem; height: 1.1rem;
  background: var(--accent); margin-right: .6rem; vertical-align: -.1rem; border-radius: 2px; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
a { color: var(--text); }
p, .quiet { color: var(--quiet); margin: 0; }
.tag { font-size: .75rem; border: 1px solid var(--line); border-radius: 99px; padding: .1rem .6rem;
  color: var(--quiet); margin-left: .6rem; vertical-align: .12rem; white-space: nowrap; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
table { border-collapse: collapse; width: 100%; min-width: 20rem; }
th, td { text-align: left; padding: .65rem 1rem; border-top: 1px solid var(--line);
  vertical-align: top; }
thead th { border-top: 0; font-size: .8rem; font-weight: 600; color: var(--quiet); }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { text-align: right; }
td p { font-size: .875rem; max-width: 46rem; }
td { overflow-wrap: anywhere; }
.bar { height: 4px; background: var(--line); border-radius: 2px; margin-top: .5rem; width: 6rem;
  margin-left: auto; }
.bar i { display: block; height: 4px; background: var(--text); border-radius: 2px; }
@media (max-width: 640px) { .wide { display: none; } th, td { padding: .6rem .5rem; }
  .bar { width: 3.5rem; } }
"""


@router.get("/", response_class=HTMLResponse)
def home(resources: ResourcesDep, principal: Anybody) -> HTMLResponse:
    """Show the segments of every workspace that the caller may enter."""
    parts = [
        _workspace(resources, principal, workspace)
        for workspace in workspaces_of(resources, principal)
    ]
    body = "".join(parts) or (
        "<h2>Nothing here yet</h2><p>Run <code>muster demo</code> to load three example "
        "workspaces, or <code>muster init</code> to draft a data model from your own tables.</p>"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Muster</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><header><h1>Muster</h1>"
        '<p>Rules become segments. <a href="/docs">API</a></p></header>'
        f"{body}</main></body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _workspace(resources: Resources, principal: Principal, workspace: Workspace) -> str:
    tag = '<span class="tag">synthetic data</span>' if workspace.synthetic else ""
    title = f"<h2>{escape(workspace.title)}{tag}</h2>"
    try:
        context = enter(resources, workspace.name, principal)
        page = segment_page(context, order=SegmentOrder.NAME, limit=SHOWN)
    except NotFound as error:
        return f"{title}<p>{escape(error.sentence)} {escape(error.hint or '')}</p>"
    if not page.items:
        return f"{title}<p>No rule yet. Write one and run <code>muster rule apply</code>.</p>"
    rows = "".join(_segment(item) for item in page.items)
    return (
        f'{title}<div class="scroll"><table><thead><tr><th scope="col">Segment</th>'
        '<th scope="col" class="number">Members</th><th scope="col" class="number">Share</th>'
        '<th scope="col" class="number wide">As of</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{_more(page.total)}"
    )


def _more(total: int) -> str:
    return f"<p>and {total - SHOWN:,} more</p>" if total > SHOWN else ""


def _segment(item: SegmentOverview) -> str:
    current = item.segment.current
    size, share, moment = "never refreshed", "", ""
    if current is not None and item.share is not None:
        size = f"{current.size:,}"
        width = max(1, round(item.share * 100))
        share = f'{item.share:.1%}<div class="bar"><i style="width:{width}%"></i></div>'
        moment = f"{current.as_of:%Y-%m-%d %H:%M} UTC"
    return (
        f"<tr><td>{escape(item.rule.title)}<p>{escape(item.sentence)}</p></td>"
        f'<td class="number">{size}</td><td class="number">{share}</td>'
        f'<td class="number wide quiet">{moment}</td></tr>'
    )
