"""HTTP to addresses that users choose: only public hosts, no redirects, limited time and bytes."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from muster.base.errors import InvalidInput, Unavailable
from muster.connectors.addresses import Address, PrivateHosts, Resolver, look_up, reachable

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_LONGEST_URL = 2000
_PLAIN_PORT = 80


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one request may cost: seconds from name to last byte, bytes of the answer's body."""

    seconds: float = 15.0
    answer_bytes: int = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered; ``body`` is cut at the limit. ``retry_after``: that header, raw."""

    status: int
    body: bytes
    retry_after: str | None


class TimedOut(Unavailable):
    """The host took longer than it may."""


@dataclass(frozen=True, slots=True)
class SafeHttp:
    """Sends requests; holds no connection between them.

    Attributes:
        allowed: private hosts that may be reached; only they may be spoken to without TLS.
        limits: time and size.
        trust: certificate authorities; None = those that everybody trusts.
        resolve: looks names up.
    """

    allowed: PrivateHosts = field(default_factory=PrivateHosts)
    limits: HttpLimits = field(default_factory=HttpLimits)
    trust: ssl.SSLContext | None = None
    resolve: Resolver = look_up

    def refuse_plain(self, url: str, *, path: str | None = None) -> None:
        """Raise InvalidInput TLS_NEEDED for an http:// URL to a host that is not an allowed one.

        A name that is not listed itself is looked up only if networks are listed; one that cannot
        be looked up is not known to be in them. `post` judges again.

        Args:
            url: as `check_url` accepts it.
            path: JSON path to it, for the error.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or self.allowed.has_name(parts.hostname or ""):
            return
        try:
            found = self._addresses(parts.hostname or "", parts.port or _PLAIN_PORT)
        except (OSError, ValueError) as error:
            raise _tls_needed(path) from error
        if not found or not all(self.allowed.has_address(address) for address in found):
            raise _tls_needed(path)

    def _addresses(self, host: str, port: int) -> list[Address]:
        if not self.allowed.networks:
            return []
        return [ip_address(one.split("%", 1)[0]) for one in self.resolve(host, port)]

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST; follow no redirect.

        Raises:
            InvalidInput: the URL, its host or its port is refused (see `check_url`, `reachable`).
            Unavailable: HOST_UNKNOWN, HOST_FAILED or HOST_TOO_SLOW.
        """
        check_url(url)
        deadline = time.monotonic() + self.limits.seconds
        backend = _GuardedBackend(self, urlsplit(url).scheme == "https", deadline)
        transport = _transport(backend, self.trust)
        sent = {"Accept-Encoding": "identity", "Connection": "close", **headers}
        try:
            with (
                httpx.Client(
                    transport=transport, trust_env=False, timeout=self.limits.seconds
                ) as client,
                client.stream("POST", url, content=body, headers=sent) as response,
            ):
                return Answer(
                    response.status_code,
                    _cut(response.iter_raw(), self.limits.answer_bytes),
                    response.headers.get("Retry-After"),
                )
        except httpx.TimeoutException as error:
            raise TimedOut(
                "HOST_TOO_SLOW", f"The host did not answer within {self.limits.seconds:g} s."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unavailable(
                "HOST_FAILED", f"The host could not be spoken to ({type(error).__name__})."
            ) from error


def trusting(ca_file: Path | None) -> ssl.SSLContext | None:
    """Return a context that trusts a file's authorities beside the usual ones; None without one.

    Raises:
        InvalidInput: BAD_CA_FILE.
    """
    if ca_file is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInput(
            "BAD_CA_FILE", f"{ca_file} holds no certificates in PEM.", path="MUSTER_CA_FILE"
        ) from error
    return context


def check_url(url: str, *, path: str | None = None) -> None:
    """Raise InvalidInput BAD_URL unless it is a plain http(s) URL of a host.

    Args:
        url: what somebody entered.
        path: JSON path to it, for the error.
    """
    reason = _fault(url)
    if reason is not None:
        raise InvalidInput(
            "BAD_URL", f"The URL is refused: {reason}.", path=path, hint="Write https://host/path."
        )


def _tls_needed(path: str | None) -> InvalidInput:
    return InvalidInput(
        "TLS_NEEDED",
        "Without TLS everybody on the way could read what is sent.",
        path=path,
        hint="Use an https:// URL. An admin may list hosts of the own network in"
        " MUSTER_ALLOWED_PRIVATE_HOSTS.",
    )


def _fault(url: str) -> str | None:
    if len(url) > _LONGEST_URL:
        return f"it has more than {_LONGEST_URL} characters"
    if _CONTROL.search(url):
        return "it holds a space, a control character or a backslash"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it cannot be read"
    if parts.scheme not in ("https", "http"):
        return "its scheme is not https"
    if "@" in parts.netloc:
        return "it holds a user name"
    if parts.fragment or url.endswith("#"):
        return "it holds a fragment"
    if not parts.hostname or port == 0:
        return "it names no host"
    return None


def _transport(backend: _GuardedBackend, trust: ssl.SSLContext | None) -> httpx.HTTPTransport:
    """Return httpx's transport with our own way of connecting below it."""
    context = trust or httpx.create_ssl_context()
    transport = httpx.HTTPTransport(verify=context, trust_env=False)
    transport._pool.close()
    transport._pool = httpcore.ConnectionPool(
        ssl_context=context, network_backend=backend, max_connections=1, retries=0
    )
    return transport


def _cut(chunks: Iterable[bytes], limit: int) -> bytes:
    """Read at most so many bytes and leave the rest where it is."""
    body = bytearray()
    for chunk in chunks:
        body += chunk[: limit - len(body)]
        if len(body) >= limit:
            break
    return bytes(body)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to the address that was judged, and counts every wait against one deadline."""

    def __init__(self, http: SafeHttp, encrypted: bool, deadline: float) -> None:
        self._http = http
        self._encrypted = encrypted
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the host up, judge it, connect to it."""
        allowed = self._http.allowed
        judged = reachable(host, port, allowed=allowed, resolve=self._http.resolve)
        if not self._encrypted:
            self._refuse_plain(host, judged)
        for last, address in enumerate(judged, start=1 - len(judged)):
            try:
                left = _left(self._deadline, timeout)
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == 0:
                    raise
            else:
                return _TimedStream(stream, self._deadline)
        raise AssertionError("a host has at least one address")

    def _refuse_plain(self, host: str, judged: tuple[str, ...]) -> None:
        allowed = self._http.allowed
        inside = all(allowed.has_address(ip_address(address)) for address in judged)
        if not allowed.has_name(host) and not inside:
            raise _tls_needed(None)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at the request's deadline at the latest."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    """Return the seconds that are left; a timeout of httpcore's when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the request's time is used up")
    return left if timeout is None else min(left, timeout)
