"""Pages that work without any script, in the web app's colours: their frame, parts and forms."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from muster.base.errors import InvalidInput

# Contrast on the card, dark and light: text 16.9, 18.4; quiet 8.8, 7.3; borders of inputs 4.1, 4.5;
# white on the button 4.8 (the web app's own are in web/src/app/theme.ts).
_STYLE = """
:root { color-scheme: dark; --ground: #0a0a0a; --field: #0a0a0a; --card: #141414;
  --line: #2a2a2a; --text: #f5f5f5; --quiet: #b3b3b3; --border: #767676; --raised: #232323;
  --bad: #ff4d55; --focus: #fff; --red: #e50914; --press: #c1030d; }
@media (prefers-color-scheme: light) {
  :root { color-scheme: light; --ground: #f4f4f5; --field: #fff; --card: #fff;
    --line: #dedede; --text: #141414; --quiet: #565656; --raised: #ececec; --bad: #c1030d;
    --focus: #141414; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--ground); color: var(--text);
  font: 16px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 2rem; }
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.75rem; font-weight: 700;
  letter-spacing: .02em; }
.brand svg { width: 1.95rem; height: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
p { margin: 0 0 1.1rem; }
h1 + form, p + form, .note + form { margin-top: 1.5rem; }
.quiet { color: var(--quiet); }
label { display: block; font-size: .9rem; font-weight: 500; margin: 0 0 .35rem; }
input { width: 100%; min-height: 2.75rem; font: inherit; color: var(--text);
  background: var(--field); border: 1px solid var(--border); border-radius: 8px;
  padding: .55rem .8rem; margin: 0 0 1.1rem; }
input[readonly] { background: var(--raised); border-color: var(--line); }
input[aria-invalid] { border-color: var(--bad); }
.hint { font-size: .875rem; color: var(--quiet); margin: -.75rem 0 1.1rem; }
button, .button { display: block; width: 100%; min-height: 2.75rem; font: inherit;
  font-weight: 600; color: #fff; text-align: center; text-decoration: none; background: var(--red);
  border: 1px solid transparent; border-radius: 8px; padding: .55rem 1rem; cursor: pointer;
  margin: .4rem 0 0; }
button:hover, .button:hover { background: var(--press); }
.plain { color: var(--text); background: transparent; border-color: var(--border); }
.plain:hover { background: var(--raised); }
a { color: inherit; text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.note { display: flex; gap: .65rem; border: 1px solid var(--line); border-left: 3px solid
  var(--bad); border-radius: 8px; background: var(--ground); padding: .75rem .85rem;
  margin: 1.25rem 0 0; }
.note svg { flex: none; width: 1.25rem; height: 1.25rem; margin-top: .125rem; color: var(--bad); }
.or { display: flex; align-items: center; gap: .75rem; color: var(--quiet); font-size: .9rem;
  margin: 1.25rem 0 .85rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; background: var(--raised);
  border-radius: 4px; padding: .1em .35em; }
@media (max-width: 30rem) {
  body { padding: 0; place-items: start stretch; background: var(--card); }
  main { border: 0; border-radius: 0; padding: 1.5rem 1.25rem; } }
@media (prefers-reduced-motion: no-preference) { button, .button { transition: background .12s; } }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_MARK = (
    '<svg viewBox="3 6 26 20" aria-hidden="true" fill="none" stroke-width="3">'
    '<circle cx="12.5" cy="16" r="8" stroke="#e50914"/>'
    '<circle cx="19.5" cy="16" r="8" stroke="currentColor"/></svg>'
)
_ALERT = (
    '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor"'
    ' stroke-width="2" stroke-linecap="round"><circle cx="12" cy="12" r="9"/>'
    '<path d="M12 8v4.5M12 16h.01"/></svg>'
)
_LONGEST_FORM_BYTES = 20_000
LONGEST_TEXT = 1000
"""Of one field; what is longer is cut and then found wrong."""


def plain_page(
    title: str, body: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page of one card.

    Args:
        title: text, shown as its heading too.
        body: HTML, everything in it escaped.
    """
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Muster</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
        f'<style>{_STYLE}</style></head><body><main><p class="brand">{_MARK}Muster</p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(
        page, status, headers={"Content-Security-Policy": _POLICY, **(headers or {})}
    )


def problem_note(message: str | None) -> str:
    """Return what went wrong, for people and screen readers; nothing of None."""
    if not message:
        return ""
    return (
        f'<div class="note" role="alert" id="problem">{_ALERT}<span>{escape(message)}</span></div>'
    )


async def _form(request: Request) -> dict[str, str]:
    """Read a posted form; a field that is there twice is refused."""
    body = await request.body()
    try:
        if len(body) > _LONGEST_FORM_BYTES:
            raise ValueError("too long")
        found = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=10, errors="strict"
        )
        if any(len(values) > 1 for values in found.values()):
            raise ValueError("a field is repeated")
    except ValueError as error:
        raise InvalidInput("BAD_FORM", "The form cannot be read.", path="$.body") from error
    return {name: values[0] for name, values in found.items()}


Form = Annotated[dict[str, str], Depends(_form)]
