"""A real HTTP server on this machine, with moods, and certificates for it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A running HTTP server; ``requests`` grows with each one."""

    port: int
    scheme: str
    requests: list[Received] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    """Paths under /slow answer when it is set."""
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def url(self, path: str = "/status/200", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.receiver.requests.append(Received(self.path, dict(self.headers), body))
        self.receiver.arrived.release()
        mood, _, detail = self.path.strip("/").partition("/")
        match mood:
            case "status":
                self._answer(int(detail.split("/")[0]))
            case "busy":
                self._answer(503, {"Retry-After": detail})
            case "redirect":
                self._answer(302, {"Location": "http://169.254.169.254/latest/meta-data"})
            case "slow":
                self.receiver.hold.wait(10)
                self._answer(200)
            case "drip":
                self._drip()
            case "huge":
                self._huge()
            case "reset":
                # an unread close with no time to linger is a reset, not an end
                self.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                self.rfile = self.wfile = _Nothing()  # type: ignore[assignment]

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _drip(self) -> None:
        """Send a header a byte at a time, for as long as anybody listens."""
        try:
            while not self.receiver.hold.wait(0.05):
                self.wfile.write(b"H")
                self.wfile.flush()
        except OSError:
            self.close_connection = True

    def _huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.receiver.hold.is_set():
                self.wfile.write(b"x" * 65_536)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class _Nothing:
    closed = True

    def close(self) -> None: ...

    def flush(self) -> None: ...

    def write(self, data: bytes) -> int:
        return len(data)

    def readline(self, limit: int = -1) -> bytes:
        return b""


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, *, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """Run an HTTP server in threads until the block ends."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer((host, 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found = Receiver(server.server_address[1], "https" if tls else "http")
    handler.receiver = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Authority:
    """A certificate authority of ours, and a server's context it vouches for."""

    ca_file: Path
    server: ssl.SSLContext


def authority(folder: Path, *, names: tuple[str, ...] = ("hooks.test", "localhost")) -> Authority:
    """Make a CA and a certificate for names and for 127.0.0.1."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    ca = (
        _certificate(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                *([False] * 5),
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), False)
        .sign(ca_key, hashes.SHA256())
    )
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ip_address("127.0.0.1")))
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    certificate = (
        _certificate(own, ca_name, key)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False
        )
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return Authority(folder / "ca.pem", context)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
