"""The web app as `make web` built it into `muster/static`: its files, and its page everywhere else.

They hold no data, so they need no sign-in; what they show, they ask the API for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, Response
from starlette.convertors import PathConvertor, register_url_convertor

import muster
from muster.api.etags import IfNoneMatch, is_known
from muster.api.plain_pages import plain_page
from muster.api.security_headers import APP_POLICY
from muster.base.errors import NotFound

FOLDER = Path(muster.__file__).parent / "static"
RESERVED = (
    *("api", "docs", "redoc", "openapi.json", "static-offline-docs"),
    *("healthz", "readyz", "metrics", "sign-in", "sign-out", "invitation"),
)
"""First parts of addresses that are never the web app's."""
_PAGE = "index.html"
_BUILT = "assets/"  # named by a hash of what is in them
_YEAR_SECONDS = 365 * 24 * 3600
# no part begins with a dot, so none leads out of the folder
_NAME = re.compile(r"(?:[A-Za-z0-9_@-][A-Za-z0-9_@.-]*/)*[A-Za-z0-9_@-][A-Za-z0-9_@.-]*")
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the better one first


class _AppPath(PathConvertor):
    """Any path but reserved ones: those stay unknown, or wrong by their method, to the router."""

    regex = rf"(?!(?:{'|'.join(map(re.escape, RESERVED))})(?:/|$)).*"


register_url_convertor("app_path", _AppPath())
router = APIRouter(include_in_schema=False)


@router.api_route("/{path:app_path}", methods=["GET", "HEAD"])
def app_file(
    request: Request,
    path: str,
    accept_encoding: Annotated[str, Header()] = "",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Answer with the file of that name, or where it is a page's address, with the app."""
    folder: Path = request.app.state.web_folder
    name = path if "." in path.rpartition("/")[2] else _PAGE
    file = folder / name if _NAME.fullmatch(name) else None
    if file is None or not file.is_file():
        if name == _PAGE:
            return _not_built()
        raise NotFound("NO_SUCH_FILE", "The web app has no such file.")
    body, encoding = _smallest(file, accept_encoding)
    headers = _headers(name, body)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    if "ETag" in headers and is_known(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = _KINDS.get(file.suffix, "application/octet-stream")
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, headers=headers)


def _headers(name: str, body: bytes) -> dict[str, str]:
    headers = {"Vary": "Accept-Encoding"}
    if name.startswith(_BUILT):
        headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return headers
    headers["Cache-Control"] = "no-cache"
    headers["ETag"] = f'"{sha256(body).hexdigest()[:16]}"'  # of what is sent, so by encoding
    if name.endswith(".html"):
        headers["Content-Security-Policy"] = APP_POLICY
    return headers


def _smallest(file: Path, accepted: str) -> tuple[bytes, str | None]:
    """Return a file as its reader takes it, compressed when it was built, and how."""
    names = set(_accepted(accepted))
    for encoding, suffix in _ENCODINGS:
        sibling = file.with_name(file.name + suffix)
        if encoding in names and sibling.is_file():
            return sibling.read_bytes(), encoding
    return file.read_bytes(), None


def _accepted(header: str) -> Iterator[str]:
    """Yield the encodings that an Accept-Encoding header takes.

    >>> list(_accepted("gzip, br;q=0.5, zstd;q=0"))
    ['gzip', 'br']
    """
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", weight):
            yield name.strip()


def _not_built() -> HTMLResponse:
    body = (
        "<p>This copy of Muster carries no web app. In its source folder, <code>make web</code>"
        " builds it; a Muster that was installed from a package brings it along.</p>"
        '<p class="quiet">The API works without it.</p>'
        '<a class="button plain" href="/docs">Read about the API</a>'
    )
    return plain_page("The web app is not built", body, status=503)
