"""What a request must be before any route sees it: for this server, not sent by another site,
JSON, and without a word about who sent it unless the platform says so.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from muster.api.problems import problem_response
from muster.api.uploads import KINDS, UPLOADS
from muster.base.accounts import SignInMode

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IDENTITY = frozenset(
    f"x-forwarded-{name}".encode()
    for name in ("email", "user", "preferred-username", "groups", "access-token")
)
# two of one kind: a proxy and Muster could each believe another one
_ONCE = (b"host", b"origin", b"sec-fetch-site", b"authorization", b"content-type")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORMS = frozenset({"/sign-in", "/sign-out", "/invitation"})
"""The pages that work without any script; everything else reads JSON."""
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines that know the server by its number alone."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """What a server lets in.

    Attributes:
        mode: the sign-in mode.
        hosts: names (no port) it answers to, beside this machine's in local mode; empty outside
            local mode: all.
        origin: its public one, e.g. ``https://muster.example``; None: what `Host` says.
    """

    mode: SignInMode
    hosts: frozenset[str]
    origin: str | None

    @property
    def local(self) -> bool:
        """Whether whoever sits at this machine needs no sign-in."""
        return self.mode is SignInMode.LOCAL


class Gate:
    """Refuses what should not come in, and takes identity headers off that nobody vouches for."""

    def __init__(self, app: ASGIApp, *, rules: GateRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = refused(scope, self._rules)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if self._rules.mode is not SignInMode.DATABRICKS_APPS:
            kept = [item for item in scope["headers"] if item[0].lower() not in _IDENTITY]
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)


def refused(scope: Scope, rules: GateRules) -> Response | None:
    """Return the answer to a request that must not come in; None: it may."""
    headers = Headers(scope=scope)
    return (
        _repeated(scope, rules)
        or _from_elsewhere(scope, rules)
        or _for_another_host(scope, headers, rules)
        or _from_another_site(scope, headers, rules)
        or _not_json(scope, headers)
    )


def _repeated(scope: Scope, rules: GateRules) -> Response | None:
    names = [name.lower() for name, _ in scope["headers"]]
    once = set(_ONCE)
    if rules.mode is SignInMode.DATABRICKS_APPS:
        once |= _IDENTITY
    for name in once:
        if names.count(name) > 1:
            return problem_response(
                400, "DUPLICATE_HEADER", f"The header {name.decode()} is there more than once."
            )
    return None


def _from_elsewhere(scope: Scope, rules: GateRules) -> Response | None:
    """Refuse other machines in local mode, should somebody have bound it to an open address."""
    if not rules.local or is_here(scope):
        return None
    return problem_response(
        403,
        "NOT_LOCAL",
        "In sign-in mode local, Muster answers this machine alone.",
        hint="Set MUSTER_SIGN_IN=password to serve other machines.",
    )


def is_here(scope: Scope) -> bool:
    """Whether a request comes from this machine: a loopback address, or no address at all."""
    client = scope.get("client")
    if not client:
        return True
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0])
    except ValueError:
        return True  # a UNIX socket has no number
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _for_another_host(scope: Scope, headers: Headers, rules: GateRules) -> Response | None:
    """Refuse unknown names: a page elsewhere may have its own name point to this machine."""
    if not rules.local and (not rules.hosts or scope["path"] in _PROBES):
        return None
    name = _name_of(headers.get("host", ""))
    if name in rules.hosts or (rules.local and name in _LOCAL_NAMES):
        return None
    return problem_response(
        421,
        "UNKNOWN_HOST",
        "This server does not answer to that name.",
        hint="Add the name to MUSTER_ALLOWED_HOSTS.",
    )


def _from_another_site(scope: Scope, headers: Headers, rules: GateRules) -> Response | None:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    path = scope["path"]
    if scope["method"] in _SAFE:
        # a link from elsewhere may lead here, but no other page may load data from here
        navigates = headers.get("sec-fetch-mode") in ("navigate", None)
        own = site in (None, "same-origin", "none") or navigates or not path.startswith("/api/")
        return None if own else _cross_site()
    if headers.get("authorization", "")[:7].lower() == "bearer ":
        return None  # no browser adds one by itself
    if site is not None and site not in ("same-origin", "none"):
        return _cross_site()
    if origin is not None and not _is_own(origin, headers.get("host", ""), rules):
        return _cross_site()
    if path in FORMS and site is None and origin is None:
        return _cross_site()  # every browser sends one of them with a form
    return None


def _is_own(origin: str, host: str, rules: GateRules) -> bool:
    if rules.origin is not None and origin == rules.origin:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # a proxy may speak https outside and http inside, so the scheme cannot be compared
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc == host.lower()


def _cross_site() -> Response:
    return problem_response(403, "CROSS_SITE", "Another site may not send requests to this one.")


def _not_json(scope: Scope, headers: Headers) -> Response | None:
    """Refuse bodies that are not JSON: forms of other sites could send all other kinds."""
    if scope["method"] in _SAFE or not _has_body(headers):
        return None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if scope["path"] in FORMS:
        good, wanted = kind == "application/x-www-form-urlencoded", "a form"
    elif scope["path"] in UPLOADS:
        return None if kind in KINDS else _not_a_file()
    else:
        good = kind == "application/json" or (
            kind.startswith("application/") and kind.endswith("+json")
        )
        wanted = "JSON"
    if good:
        return None
    return problem_response(
        415,
        "NOT_JSON",
        f"The body must be {wanted}.",
        hint="Send the header Content-Type: application/json.",
    )


def _not_a_file() -> Response:
    return problem_response(
        415,
        "NOT_A_FILE",
        "The body must be a file.",
        hint=f"Send it with the header Content-Type: {' or '.join(KINDS)}.",
    )


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _name_of(host: str) -> str:
    """Return the name in a Host header, without the port.

    >>> [_name_of(text) for text in ("Localhost:8000", "[::1]:80", "[::1]", "a.b")]
    ['localhost', '[::1]', '[::1]', 'a.b']
    """
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")
